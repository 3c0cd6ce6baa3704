"""Council: quarrels and sceptical publics become vetoes; votes are counted; spells stand until bought out, worn down or outvoted.

Claim      A decade of stagnation and a 'game of vetoes' marked enlargement (transatlantic-burden-sharing 24). Under unanimity each
           of 27 members is a veto player; qualified majority and staged accession take that power away wholly or in part.
Equation   x = k t (1 + b B) (1 + m (1 - f)) v (1 - h T) (c - H)    exposure of a step put (t): a new stage B, alignment f,
                                                                    readiness v, threat T, cohesion H
           o = (q + z max(e - e0, 0) F) x    chance that a member objects: quarrel q, scepticism e, enlargement fatigue F
           step granted: no objection; or 55 % of members and 65 % of population in favour where the rule asks no more
           a spell ends at the rate (concession + pressure + fading) / v^(1/2) of `sim.mechanisms.veto_spells`
Sources    Tsebelis 2002, Veto players. Treaty on European Union, article 16(4). Data tables council, disputes, vetoes.
Doubts     Quarrels are judged, not measured; who holds Serbia's third cluster is not on record, so no veto stands on Serbia at first.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import MEMBERS, STATES
from sim.fusing import fused
from sim.maths import REAL, how_many
from sim.mechanisms import veto_spells
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("members.dispute", "members.veto", "members.scepticism", "members.objection", "members.standing", "states.attempting", "states.gate"),
    *(
        "states.stage",
        "states.eu_alignment",
        "states.nationalism",
        "states.orientation",
        "states.membership_credibility",
        "states.veto_exposure",
    ),
    *("region.threat", "eu.cohesion", "eu.fatigue", "eu.recognition_united", "eu.veto_readiness"),
)
BOOKS = ("members.dispute", "members.veto", "members.scepticism", "eu.cohesion")
SIGNALS = (
    *("states.vetoed", "states.granted", "states.blockers", "states.concession", "states.veto_exposure"),
    *("eu.recognition_united", "eu.sanctions_blocked", "eu.veto_readiness", "members.readiness_to_refuse", "members.standing"),
)
DRAWS = {"patience": Draw("uniform", (len(STATES),)), "quarrel": Draw("uniform", (len(STATES),))}

CLOSING = 3.0
XKX = STATES.index("XKX")


def exposure(p: SimpleNamespace, t: Any, B: Any, f: Any, v: Any, T: Any, H: Any) -> Any:
    """Chance that a member with a quarrel at full strength objects, (6, worlds): higher for new stages and misaligned candidates."""
    return t * (1 + p.b * B) * (1 + p.m * (1 - f)) * (p.k * v * (1 - p.h * T) * (p.c - H))


def refusal(p: SimpleNamespace, e: Any, F: Any) -> Any:
    """What scepticism `e` beyond the usual adds to any quarrel under enlargement fatigue `F`, any shape."""
    return np.maximum(e - p.e0, 0) * (p.z * F)


def objection_rate(q: Any, r: Any, x: Any) -> Any:
    """Chance that a member objects to each candidate's step, from quarrel `q`, readiness to refuse `r` and exposure `x`."""
    return (q + r) * x


def outvoted(p: SimpleNamespace, opposed: Any, opposed_population: Any) -> Any:
    """Whether a qualified majority stands against the objectors: their number and their share of the population, any shape."""
    return (opposed <= (1 - p.majority_of_members) * len(MEMBERS)) & (opposed_population <= 1 - p.majority_of_population)


@fused
def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Recognition, patrons who shield, and how exposed each candidate's step is."""
    eu, states = world.eu, world.states
    eu.set("recognition_united", REAL(1) * levers.chosen("eu.kosovo_recognition", "united"))
    eu.set("sanctions_blocked", p.shield * (p.c - eu.cohesion))
    eu.set("veto_readiness", levers["eu.veto_propensity"])
    exposed = exposure(p, states.attempting, states.gate, states.eu_alignment, eu.veto_readiness, world.region.threat, eu.cohesion)
    states.set("veto_exposure", exposed)
    world.members.set("readiness_to_refuse", refusal(p, world.members.scepticism, eu.fatigue))


@fused
def report(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Which vetoes stand, from the stock; holds through the next quarter."""
    world.members.set("standing", world.members.veto > 0.5)


def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Count the votes; begin and end spells; let quarrels fade and arise; book the Council's cohesion."""
    objecting = world.members.objection.copy()
    forced = veto_spells.force(world, objecting)
    blocked, granted = count(world, p, levers, objecting)
    world.states.set("vetoed", blocked)
    world.states.set("granted", granted)
    world.states.set("concession", veto_spells.update(world, p, objecting, blocked, granted, forced))
    veto_spells.recognise(world, p)
    if world.season == 1:
        veto_spells.review_quarrels(world, p)
    _unite(world, p, blocked)


@fused
def count(world: World, p: SimpleNamespace, levers: LeverView, objecting: Any) -> tuple[Any, Any]:
    """Steps blocked and granted, bool (6, worlds), by the rule in force. Kosovo needs recognition by all under every rule."""
    states = world.states
    opposed = how_many(objecting)
    states.set("blockers", opposed)
    put = states.attempting > 0.5
    blocked = put & (opposed > 0)
    majority = levers.chosen("eu.council_rule", "qualified_majority")
    staged = levers.chosen("eu.council_rule", "staged")
    if levers.anywhere("eu.council_rule", "qualified_majority") or levers.anywhere("eu.council_rule", "staged"):
        population = (objecting * p.population_share[:, :, None]).sum(axis=0)
        by_majority = majority | (staged & (states.stage < CLOSING))
        blocked &= ~(by_majority & outvoted(p, opposed, population))
    blocked[XKX] |= put[XKX] & (world.eu.recognition_united < 0.5)
    return blocked, put & ~blocked


@fused
def _unite(world: World, p: SimpleNamespace, blocked: Any) -> None:
    """Vetoes on the five whose status is not in question divide; recognition and a threat unite; the rest returns to its level."""
    eu, H = world.eu, world.eu.cohesion
    disputed = how_many(blocked) - blocked[XKX]
    eu.change("cohesion", -p.w * p.divides * disputed, because="vetoes")
    eu.change("cohesion", p.w * p.recognition_unites * eu.recognition_united, because="recognition")
    eu.change("cohesion", p.w * p.threat_unites * (world.region.threat - p.threat_of_2023), because="threat")
    eu.change("cohesion", p.w * (p.resting - H), because="return to rest")
