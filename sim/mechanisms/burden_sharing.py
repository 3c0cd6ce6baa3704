"""Burden sharing: threat and doubts about Washington raise European spending, and the shortfall feeds US grievance.

Claim      Low European spending is the point of contention; the war prompts pledges from Germany to Albania; counting resilience and
           speaking of shared responsibility would ease the debate. (transatlantic-burden-sharing 36, 44)
           US disengagement and shrinking budgets leave the region to invest for itself. (closing-the-capabilities-gap 204, 256)
Equation   S* = S_0 + e [ t T + a (1 - R / R_0) + u A B ] - k (S - S_today)   what European allies head for, % of GDP
           B  = 1 / (1 + exp((S + c - m) / w))                           share of them below 2 % once resilience c counts
           G* = G_today + g (B - B_today) + v A - f F G                  grievance: shortfall, administration A, shared frame F
           s* = s_today x effort x budget                                what a Balkan state heads for
           Everything moves by partial adjustment.
Sources    Olson & Zeckhauser 1966, An Economic Theory of Alliances (k > 0: a free ride on what others spend); Snyder 1984, The Security
           Dilemma in Alliance Politics, and Blankenship 2023, The Burden-Sharing Dilemma (R: doubts about the patron raise effort);
           figures european_spending and allies_at_2_percent, 2014-2023.
Doubts     The sign of the spill-in k is open, so its prior holds both. The mean of the listed allies is unweighted: it says how many try,
           not how much they buy. What moves first, small or large allies, cannot be told from ten years.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.maths import logistic
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    "region.threat", "region.european_spending", "us.grievance", "us.transactional", "us.reliability",
    "states.defence_spending", "states.defence_effort", "states.budget", "states.nato_progress",
)  # fmt: skip
BOOKS = ("region.european_spending", "us.grievance", "states.defence_spending")
SIGNALS = ("region.threat",)
DRAWS = {"european": Draw("normal", ()), "grievance": Draw("normal", ()), "national": Draw("normal", (6,))}

MEMBER = 1.0
"""`states.nato_progress` of a member."""


def own_defence_effort(p: SimpleNamespace, threat: Any, engagement: Any, engagement_today: Any, fatigue: Any) -> Any:
    """The defence effort a small state chooses, as a multiple of 2023, in any common shape.

    Threat (0..1) and US engagement (0..1) below that of the start raise it; fatigue at home (0..1) wears it down. `p` holds the parameters
    of burden_sharing.
    """
    wish = p.own_threat * (threat - p.usual_threat) + p.own_abandonment * (engagement_today - engagement)
    return np.maximum(1 + wish - p.own_fatigue * (fatigue - p.usual_fatigue), p.least_effort)


def share_below(p: SimpleNamespace, spending: Any, credit: Any = 0.0) -> Any:
    """Share of European allies below 2 %, 0..1, given their mean spending and what resilience adds to it, both % of GDP."""
    return logistic((p.share_midpoint - spending - credit) / p.share_spread)


def abandonment(reliability: Any, today: Any) -> Any:
    """Doubt about the United States: 0 as today, 1 when it is gone, negative where it is more reliable than today."""
    return 1 - reliability / today


def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Publish the threat that the war carries."""
    world.region.set("threat", levers["threats.ukraine_war"])


def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Book European spending, US grievance and the six states' own spending."""
    _european_spending(world, p, levers["nato.european_spending"])
    _grievance(world, p, levers["nato.resilience_counts"], levers["nato.responsibility_sharing"])
    _national_spending(world, p)


def _european_spending(world: World, p: SimpleNamespace, effort: Any) -> None:
    region, rate = world.region, p.spending_speed
    S, doubt = region.european_spending, abandonment(world.us.reliability, world.today("us.reliability"))
    region.change("european_spending", rate * effort * p.threat_pull * region.threat, because="threat")
    region.change("european_spending", rate * effort * p.abandonment_pull * doubt, because="abandonment")
    pressed = world.us.transactional * share_below(p, S)
    region.change("european_spending", rate * effort * p.pressure_pull * pressed, because="US pressure")
    region.change("european_spending", -rate * p.spill_in * (S - world.today("region.european_spending")), because="spill-ins")
    region.change("european_spending", rate * (p.peacetime_spending - S), because="return to peacetime level")
    region.change("european_spending", p.spending_noise * world.draw("european"), because="budgets' own course")


def _grievance(world: World, p: SimpleNamespace, resilience: Any, shared: Any) -> None:
    us, rate = world.us, p.grievance_speed
    B = share_below(p, world.region.european_spending, p.resilience_credit * resilience)
    B_today = share_below(p, world.today("region.european_spending"))
    us.change("grievance", rate * p.shortfall_weight * (B - B_today), because="European shortfall")
    us.change("grievance", rate * p.transactional_weight * us.transactional, because="administration")
    us.change("grievance", -rate * p.frame_weight * shared * us.grievance, because="shared responsibility")
    us.change("grievance", rate * (world.today("us.grievance") - us.grievance), because="return to anchor")
    us.change("grievance", p.grievance_noise * world.draw("grievance"), because="quarrels of the day")


def _national_spending(world: World, p: SimpleNamespace) -> None:
    states, rate = world.states, p.national_speed
    s, today = states.defence_spending, world.today("states.defence_spending")
    pledge = np.maximum(p.pledge - s, 0) * (states.nato_progress >= MEMBER) * world.region.threat
    states.change("defence_spending", rate * today * (states.defence_effort - 1) * states.budget, because="own effort")
    states.change("defence_spending", rate * today * (states.budget - 1), because="budget")
    states.change("defence_spending", rate * (today - s), because="return to anchor")
    states.change("defence_spending", p.pledge_speed * pledge, because="pledge to the Alliance")
    states.change("defence_spending", p.national_noise * today * world.draw("national"), because="budgets' own course")
