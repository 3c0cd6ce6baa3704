"""Escalation, a part of the dialogue room: what heats and cools the quarrel of Belgrade and Pristina, and what spoilers make of it.

Claim      Failed mediation encourages others who stir instability (transatlantic-burden-sharing 26); cooperation limits infiltration by
           crime, paramilitaries and extremists (closing-the-capabilities-gap 214).
Equation   dT = r (T'' - T + sum w (z - z') + s T (n - n'))      spiral: tension answers tension where publics are nationalist
           dS = r (S'' - S - b (s - s') + sum w (z - z'))        sanctions s net of the part that members block
Sources    Richardson (1960) Arms and Insecurity; Stedman (1997) Spoiler Problems in Peace Processes; Bieber (2018) Patterns of Competitive
           Authoritarianism in the Western Balkans.
Doubts     A calm that tolerated governments manage and the tension that they make pull in opposite directions; which weighs more is open.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from sim.catalogue import STATES
from sim.maths import Array, saturating
from sim.mechanisms.mediation import mean_of

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

PATRONISED = [STATES.index(s) for s in ("BIH", "XKX", "MNE", "SRB")]


def tension(world: World, p: SimpleNamespace, levers: LeverView, better: Array, nationalism: Array, erupts: Array) -> None:
    """Book what heats and cools; `better` is mediation and `nationalism` that of the two publics against today, each (worlds,)."""
    dyad, rate, today = world.kosovo_serbia, p.tension_speed, world.today
    force = saturating(world.kfor.strength, p.kfor_half) - saturating(today("kfor.strength"), p.kfor_half)
    causes = {
        "unilateral steps": p.unilateral_weight * (levers["kosovo.unilateralism"] - levers.today("kosovo.unilateralism")),
        "kin support": p.kin_weight * (world.region.kin_support - 1.0),
        "spoilers": p.spoiler_weight * (world.region.spoilers - p.spoiler_norm),
        "spiral": p.spiral * dyad.tension * nationalism,
        "manufactured tension": p.captured_weight * mean_of(world.states.manufactured_tension - today("states.manufactured_tension")),
        "managed calm": -p.calm_weight * mean_of(world.states.managed_calm - today("states.managed_calm")),
        "forces": -p.force_weight * (force + world.nato.deterrence - today("nato.deterrence")),
        "compliance": -p.compliance_calms * (dyad.compliance - today("kosovo_serbia.compliance")),
        "mediation": -p.mediation_calms * better,
        "normalisation": -p.normalisation_calms * (dyad.normalisation - today("kosovo_serbia.normalisation")),
        "return to norm": p.tension_norm - dyad.tension,
    }
    for because, push in causes.items():
        dyad.change("tension", rate * push, because=because)
    dyad.change("tension", p.crisis_heats * erupts * (1.0 - dyad.tension), because="crisis")
    dyad.change("tension", p.tension_shock * world.draw("shocks")[0], because="incidents")


def spoilers(world: World, p: SimpleNamespace, levers: LeverView, better: Array) -> None:
    """Book what feeds spoilers and what stops them; `better` is mediation against today, (worlds,)."""
    region, rate, today = world.region, p.spoiler_speed, world.today
    bite = world.us.sanctions * (1.0 - p.eu_part_of_sanctions * world.eu.sanctions_blocked)
    usual = levers.today("us.sanctions_on_spoilers") * (1.0 - p.eu_part_of_sanctions * today("eu.sanctions_blocked"))
    patrons = (world.states.russian_influence - today("states.russian_influence"))[PATRONISED].sum(axis=0) / len(PATRONISED)
    causes = {
        "sanctions": -p.sanctions_bite * (bite - usual),
        "cost of a breach": -p.impunity * (levers["dialogue.noncompliance_cost"] - levers.today("dialogue.noncompliance_cost")),
        "mediation": -p.mediation_failure * better,
        "patrons": p.patrons_feed * patrons,
        "regional cooperation": -p.cooperation_limits * (world.regional.cooperation - today("regional.cooperation")),
        "deterrence": -p.deterrence_limits * (world.nato.deterrence - today("nato.deterrence")),
        "return to norm": p.spoiler_norm - region.spoilers,
    }
    for because, push in causes.items():
        region.change("spoilers", rate * push, because=because)
    region.change("spoilers", p.spoiler_shock * world.draw("shocks")[1], because="single groups")
