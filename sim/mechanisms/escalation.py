"""Escalation, a part of the dialogue room: what heats and cools the quarrel of Belgrade and Pristina, and what spoilers make of it.

Claim      Failed mediation encourages others who stir instability, and what the West can move together deters them; a transactional
           presidency brings unpredictability (transatlantic-burden-sharing 26, 34, 40, 50); cooperation limits infiltration by crime,
           paramilitaries and extremists (closing-the-capabilities-gap 214).
Equation   dT = r (T'' - T + sum w (z - z') + s T (n - n')) + e (1 - u (q - q'))    spiral: tension answers tension where publics are
                                                             nationalist; incidents e are larger the less predictable Washington, q
           dS = r (S'' - S - b (s - s') - l (L - L') + sum w (z - z'))    sanctions s net of what members block, joint leverage L
Sources    Richardson (1960) Arms and Insecurity; Stedman (1997) Spoiler Problems in Peace Processes; Bieber (2018) Patterns of Competitive
           Authoritarianism in the Western Balkans.
Doubts     A calm that tolerated governments manage and the tension that they make pull in opposite directions; which weighs more is open.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.catalogue import STATES
from sim.maths import Array, saturating
from sim.mechanisms.mediation import mean_of

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

PATRONISED = [STATES.index(s) for s in ("BIH", "XKX", "MNE", "SRB")]


class Moved(NamedTuple):
    """What several stocks of the room answer to, each (worlds,): distance from today, or from the norm below the peak of 2023."""

    mediation: Array
    nationalism: Array
    manufactured: Array
    spoilers: Array
    tension: Array


def bite(sanctions: Any, blocked: Any, eu_part: Any) -> Any:
    """Sanctions as they bite, 0..1: the part that needs the EU falls away as far as members block it."""
    return sanctions * (1.0 - eu_part * blocked)


def tension(world: World, p: SimpleNamespace, levers: LeverView, moved: Moved, erupts: Array) -> None:
    """Book what heats and cools; `erupts` is how far a crisis that breaks out has still to heat, (worlds,)."""
    dyad, rate, since = world.kosovo_serbia, p.tension_speed, world.departure
    heats = {
        "unilateral steps": p.unilateral_weight * (levers["kosovo.unilateralism"] - levers.today("kosovo.unilateralism")),
        "kin support": p.kin_weight * since("region.kin_support"),
        "spoilers": p.spoiler_weight * moved.spoilers,
        "spiral": p.spiral * dyad.tension * moved.nationalism,
        "manufactured tension": p.captured_weight * moved.manufactured,
    }
    cools = {
        "managed calm": p.calm_weight * mean_of(since("states.managed_calm")),
        "forces": p.force_weight * (saturating(world.kfor.strength, p.kfor_half) + world.nato.deterrence - p.usual_force),
        "compliance": p.compliance_calms * since("kosovo_serbia.compliance"),
        "mediation": p.mediation_calms * moved.mediation,
        "normalisation": p.normalisation_calms * since("kosovo_serbia.normalisation"),
        "return to norm": moved.tension,
    }
    dyad.pull("tension", rate, heats)
    dyad.pull("tension", -rate, cools)
    dyad.change("tension", p.crisis_heats * erupts, because="crisis")
    incidents = p.tension_shock * (1.0 - p.unpredictability * since("us.predictability"))
    dyad.change("tension", incidents * world.draw("shocks")[0], because="incidents")


def spoilers(world: World, p: SimpleNamespace, levers: LeverView, moved: Moved) -> None:
    """Book what feeds spoilers and what stops them."""
    region, rate, since = world.region, p.spoiler_speed, world.departure
    charged = levers["dialogue.noncompliance_cost"] - levers.today("dialogue.noncompliance_cost")
    stops = {
        "cost of a breach": p.impunity * charged,
        "sanctions": p.sanctions_bite * (bite(world.us.sanctions, world.eu.sanctions_blocked, p.eu_part_of_sanctions) - p.usual_bite),
        "mediation": p.mediation_failure * moved.mediation,
        "regional cooperation": p.cooperation_limits * since("regional.cooperation"),
        "deterrence": p.deterrence_limits * since("nato.deterrence"),
        "joint leverage": p.leverage_deters * since("region.western_leverage"),
        "return to norm": moved.spoilers,
    }
    patrons = since("states.russian_influence")[PATRONISED].sum(axis=0)
    region.pull("spoilers", -rate, stops)
    region.change("spoilers", rate * p.patrons_feed / len(PATRONISED) * patrons, because="patrons")
    region.change("spoilers", p.spoiler_shock * world.draw("shocks")[1], because="single groups")
