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

from sim.fusing import fused
from sim.maths import Array
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
    return 1 / (1 + np.exp((spending - (p.share_midpoint - credit)) / p.share_spread))


def abandonment(reliability: Any, today: Any) -> Any:
    """Doubt about the United States: 0 as today, 1 when it is gone, negative where it is more reliable than today."""
    return 1 - reliability / today


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """Today's share of allies who fall short, the weight of reliability in doubts, and paces of what the six states spend today."""
    today = world.today
    return {
        "usual_shortfall": share_below(p, today("region.european_spending")),
        "doubt_per_reliability": p.abandonment_pull / today("us.reliability"),
        "national_pace": p.national_speed * today("states.defence_spending"),
        "national_shock": p.national_noise * today("states.defence_spending"),
    }


def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Publish the threat that the war carries."""
    world.region.set("threat", levers["threats.ukraine_war"])


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Book European spending, US grievance and the six states' own spending."""
    below = share_below(p, world.region.european_spending)
    _european_spending(world, p, levers["nato.european_spending"], below)
    _grievance(world, p, levers, below)
    _national_spending(world, p)


def _european_spending(world: World, p: SimpleNamespace, effort: Any, below: Array) -> None:
    region, since = world.region, world.departure
    heads_for = {
        "threat": effort * p.threat_pull * region.threat,
        "abandonment": -effort * p.doubt_per_reliability * since("us.reliability"),
        "US pressure": effort * p.pressure_pull * world.us.transactional * below,
        "spill-ins": -p.spill_in * since("region.european_spending"),
        "return to peacetime level": p.peacetime_spending - region.european_spending,
    }
    region.pull("european_spending", p.spending_speed, heads_for)
    region.change("european_spending", p.spending_noise * world.draw("european"), because="budgets' own course")


def _grievance(world: World, p: SimpleNamespace, levers: LeverView, below: Array) -> None:
    us, rate = world.us, p.grievance_speed
    if levers.anywhere("nato.resilience_counts"):
        below = share_below(p, world.region.european_spending, p.resilience_credit * levers["nato.resilience_counts"])
    sharpens = {
        "European shortfall": p.shortfall_weight * (below - p.usual_shortfall),
        "administration": p.transactional_weight * us.transactional,
    }
    us.pull("grievance", rate, sharpens)
    us.change("grievance", -rate * world.departure("us.grievance"), because="return to anchor")
    us.change("grievance", p.grievance_noise * world.draw("grievance"), because="quarrels of the day")
    if levers.anywhere("nato.responsibility_sharing"):
        eased = p.frame_weight * levers["nato.responsibility_sharing"] * us.grievance
        us.change("grievance", -rate * eased, because="shared responsibility")


def _national_spending(world: World, p: SimpleNamespace) -> None:
    states, s = world.states, world.states.defence_spending
    pledge = np.maximum(p.pledge - s, 0) * (states.nato_progress >= MEMBER) * (p.pledge_speed * world.region.threat)
    goals = {"own effort": (states.defence_effort - 1) * states.budget, "budget": states.budget - 1}
    states.pull("defence_spending", p.national_pace, goals)
    states.change("defence_spending", -p.national_speed * world.departure("states.defence_spending"), because="return to anchor")
    states.change("defence_spending", pledge, because="pledge to the Alliance")
    states.change("defence_spending", p.national_shock * world.draw("national"), because="budgets' own course")
