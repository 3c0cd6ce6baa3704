"""Unrest, a part of the stability room: each cause that presses or calms, counted from the situation of 2023.

Claim      Spoilers, rivalry of outside powers, crises of kin and a war nearby press; allied forces, membership, convergence in defence,
           believed rules, cooperation and European effort calm (transatlantic-burden-sharing 14-28, 40, 50; closing-the-capabilities-gap
           50, 90, 236).
Equation   U = f F + d D + sum w (z - z'); war: w W (1 - s E)(1 - k C), so that effort E and commitment C are worth most in war
           contagion: own tie x sum of the others' ties x their crises, for Serbs and for Albanians
Sources    Buhaug and Gleditsch (2008) Contagion or Confusion?; Fearon and Laitin (2003) Ethnicity, Insurgency, and Civil War; Fortna (2008)
           Does Peacekeeping Work?
Doubts     Weights are judgements; tension and spoilers count from a norm below their peak of 2023, so that 2024 starts out worse.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import STATES
from sim.maths import REAL, Array, saturating

if TYPE_CHECKING:
    from sim.world import World

BOSNIA = np.array([[s == "BIH"] for s in STATES], dtype=REAL)


def base_unrest(fragile: Any, divided: Any, fragility_weight: Any, division_weight: Any) -> Any:
    """Unrest that domestic politics brings by itself, 0..1."""
    return fragility_weight * fragile + division_weight * divided


def contagion(crisis: Array, *ties: Array) -> Array:
    """Crises of kin, (6, worlds): for each network of ties, own tie times those of the others that are in crisis."""
    total: Any = 0.0
    for tie in ties:
        tied = tie * crisis
        total = total + tie * (tied.sum(axis=0) - tied)
    return total


def war_unrest(threat: Any, ownership: Any, commitment: Any, p: SimpleNamespace) -> Any:
    """Unrest that the war carries into the region, less what European effort and commitment shield from."""
    return p.war_weight * threat * (1.0 - p.ownership_shields * ownership) * (1.0 - p.commitment_shields * commitment)


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """The situation of 2023 that the causes count from."""
    today = world.today
    return {
        "usual_war": war_unrest(p.threat_norm, p.ownership_norm, today("eu.commitment"), p),
        "usual_calm": p.kfor_calms * saturating(today("kfor.strength"), p.kfor_half)
        + p.eufor_calms * saturating(today("eufor.strength"), p.eufor_half),
        "usual_belief": today("states.compliance") * today("states.membership_credibility"),
    }


def pressing(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """What adds unrest by its cause, each (6, worlds) or (worlds,), from the situation of 2023."""
    states, since, entity = world.states, world.departure, world.republika_srpska
    entity_unrest = p.blockade_weight * (entity.blockade - p.blockade_norm) + p.secession_weight * entity.seceded
    war = war_unrest(world.region.threat, world.eu.security_effort, world.eu.commitment, p)
    return {
        "nationalism": p.nationalism_weight * since("states.nationalism"),
        "spoilers": p.spoiler_weight * (world.region.spoilers - p.spoiler_norm) * states.divided,
        "hybrid damage": p.hybrid_weight * (states.hybrid_damage - p.hybrid_norm),
        "rivalry of patrons": p.rivalry_weight * since("states.patron_rivalry"),
        "tension made at home": p.captured_weight * since("states.manufactured_tension"),
        "tension in the dialogue": p.tension_weight * (world.kosovo_serbia.tension - p.tension_norm),
        "Republika Srpska": BOSNIA * entity_unrest,
        "crises of kin": p.contagion_weight * contagion(states.crisis - p.usual_crises, p.serb_tie, p.albanian_tie),
        "war and European shield": war - p.usual_war,
    }


def calming(world: World, p: SimpleNamespace, believed: Array) -> dict[str, Any]:
    """What takes unrest away by its cause, (6, worlds) or (worlds,), negative where there is more of it than in 2023.

    `believed` is how far compliance times belief stands from today.
    """
    states, since = world.states, world.departure
    forces = p.kfor_calms * saturating(world.kfor.strength, p.kfor_half) + p.eufor_calms * saturating(world.eufor.strength, p.eufor_half)
    return {
        "allied forces": p.usual_calm - forces,
        "deterrence": -p.deterrence_calms * since("nato.deterrence"),
        "NATO path": -p.membership_calms * since("states.nato_progress"),
        "accession": -p.accession_calms * since("states.accession"),
        "defence convergence": -p.convergence_calms * since("region.defence_convergence"),
        "believed rules": -p.believed_rules_calm * believed,
        "regional cooperation": -p.cooperation_calms * since("regional.cooperation"),
        "trust": -p.trust_calms * since("regional.trust") * states.divided,
        "prosperity": -p.prosperity_calms * since("states.prosperity"),
        "managed calm": -p.calm_weight * since("states.managed_calm"),
        "European ownership": -p.ownership_calms * (world.eu.security_effort - p.ownership_norm),
    }
