"""The Union's posture, a part of the transatlantic room: standing, vulnerability and its interest in the region's defence.

Claim      Delays and the entry of new powers make the Union look weak; taking the region in together would strengthen its posture; fatigue
           and other powers' investment wear down its interest in common defence, US withdrawal raises it.
           (closing-the-capabilities-gap 92, 106, 252, 256, 274)
Equation   dx = r [ sum_i w_i (x_i - x_i today) + (x today - x) ]   for each of the three
           B  = mean(sqrt(accession))^2                             inclusion: an even advance counts more than one ahead
Doubts     No scale of standing is observed. That being in together matters apart from the mean advance is the document's claim; the form
           only makes it possible.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.maths import saturating

if TYPE_CHECKING:
    from sim.world import World


def breadth(accession: Any) -> Any:
    """How far the six are in *together*, (6, worlds) -> (worlds,): at the same mean, an even advance counts more than one ahead."""
    return np.sqrt(accession).mean(axis=0) ** 2


def entry(p: SimpleNamespace, investment: Any, russian: Any) -> Any:
    """Presence of outside powers that observers hold against the Union, (6, worlds) -> (worlds,)."""
    return saturating(investment.mean(axis=0), p.investment_half) + russian.mean(axis=0)


def deviation(world: World, name: str) -> Any:
    """How far a variable stands from its level at the start."""
    group, key = name.split(".", 1)
    return getattr(getattr(world, group), key) - world.today(name)


def mean_deviation(world: World, name: str) -> Any:
    """How far the mean of the six stands from its level at the start, shape (worlds,)."""
    return getattr(world.states, name).mean(axis=0) - world.today(f"states.{name}").mean(axis=0)


def book_standing(world: World, p: SimpleNamespace, effort: Any) -> None:
    """How strong the Union looks; `effort` is its own security effort less today's."""
    eu, states, rate = world.eu, world.states, p.posture_speed
    in_now, in_today = breadth(states.accession), breadth(world.today("states.accession"))
    powers_now = entry(p, states.chinese_investment, states.russian_influence)
    powers_today = entry(p, world.today("states.chinese_investment"), world.today("states.russian_influence"))
    credibility = mean_deviation(world, "membership_credibility")
    eu.change("standing", rate * p.credibility_weight * credibility, because="credibility")
    eu.change("standing", rate * p.effort_weight * effort, because="own security effort")
    eu.change("standing", rate * p.cohesion_weight * deviation(world, "eu.cohesion"), because="cohesion")
    eu.change("standing", rate * p.breadth_weight * (in_now - in_today), because="inclusion")
    delay = (1 - in_now) * powers_now - (1 - in_today) * powers_today
    eu.change("standing", -rate * p.delay_weight * delay, because="delay while others enter")
    eu.change("standing", -rate * deviation(world, "eu.standing"), because="return to anchor")
    eu.change("standing", p.standing_noise * world.draw("swing")[2], because="events elsewhere")


def book_exposure(world: World, p: SimpleNamespace) -> None:
    """What trouble in the region costs the Union, and how far that and Washington's retreat make it want the region in its defence."""
    eu, rate = world.eu, p.posture_speed
    lost = -deviation(world, "us.reliability")
    turkish = mean_deviation(world, "turkish_influence")
    eastern = mean_deviation(world, "russian_influence") + mean_deviation(world, "chinese_influence")
    investment = world.states.chinese_investment.mean(axis=0)
    held, held_today = (saturating(i, p.investment_half) for i in (investment, world.today("states.chinese_investment").mean(axis=0)))
    eu.change("vulnerability", -rate * p.instability_weight * mean_deviation(world, "stability"), because="instability")
    eu.change("vulnerability", rate * p.tension_weight * deviation(world, "kosovo_serbia.tension"), because="Belgrade and Pristina")
    eu.change("vulnerability", rate * p.powers_weight * (eastern + turkish), because="outside powers")
    eu.change("vulnerability", rate * p.lost_weight * lost, because="US disengagement")
    eu.change("vulnerability", -rate * deviation(world, "eu.vulnerability"), because="return to anchor")
    eu.change("defence_interest", rate * p.threat_interest * (world.region.threat - p.usual_threat), because="threat")
    eu.change("defence_interest", rate * p.exposure_interest * deviation(world, "eu.vulnerability"), because="vulnerability")
    eu.change("defence_interest", rate * p.lost_interest * lost, because="US disengagement")
    eu.change("defence_interest", -rate * p.investment_drag * (held - held_today), because="Chinese investment")
    eu.change("defence_interest", -rate * p.turkish_drag * turkish, because="Turkish influence")
    eu.change("defence_interest", -rate * p.fatigue_drag * deviation(world, "eu.fatigue"), because="enlargement fatigue")
    eu.change("defence_interest", -rate * deviation(world, "eu.defence_interest"), because="return to anchor")
