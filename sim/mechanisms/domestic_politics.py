"""Domestic politics: elections fall due, governments wear out and alternate, reform runs into fatigue and stalls.

Claim      The largest moves of the record are changes of government; few innovative formats and fatigue make stagnation recur in
           cycles (closing-the-capabilities-gap 188), and members tire once they have arrived (188, 198).
Equation   P(turnover | election) = l logistic(k (S* - S)) D^2 / (D^2 + D0^2)      support S; the field is uneven where democracy D is low
           dS = r (f + m (1 - D) - S) + g (Y - Y') - b crisis - c concession       captured media carry S; voters get used to prosperity Y
           dF = s (E - E0) + w (C0 - C) + a joined - r (F - F0)                    fatigue: effort, waiting, arrival; rest
           dX = E - g X granted;  P(stall) = h X^3 / (X^3 + X0^3)                  strain X since the last stall, unless rewarded
Sources    Levitsky & Way 2010, Competitive Authoritarianism; Powell & Whitten 1993, A Cross-National Analysis of Economic Voting;
           Nannestad & Paldam 2002, The Cost of Ruling; events of 2017 and 2020 in events.csv.
Doubts     Support for governments is not in the extract; camps on one axis hide what divides Serbia's opposition.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.maths import hazard, logistic, saturating
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    "states.popularity", "states.prosperity", "states.accustomed_to", "states.crisis", "states.concession", "states.policy_fatigue",
    "states.democracy", "states.quarters_to_election", "states.orientation", "states.reform_effort", "states.membership_credibility",
    "states.stage", "states.nato_progress", "states.granted", "states.reform_strain", "regional.cooperation",
)  # fmt: skip
BOOKS = (
    "states.popularity", "states.accustomed_to", "states.quarters_to_election", "states.orientation", "states.policy_fatigue",
    "states.reform_strain",
)  # fmt: skip
SIGNALS = ("states.government_changed",)
DRAWS = {"chance": Draw("uniform", (4, 6)), "mood": Draw("normal", (6,))}

CALLED, WON, CAMP, STALLS = range(4)  # slots of the stream "chance"
MEMBER = 4  # states.stage of a member


def playing_field(democracy: Any, half: Any) -> Any:
    """How even the contest is, 0..1: incumbents of captured states rarely lose."""
    return saturating(democracy * democracy, half * half)


def turnover_probability(support: Any, democracy: Any, alternation: Any, even: Any, steepness: Any, half: Any) -> Any:
    """Chance that an election changes the government; `alternation` multiplies it (above 1 counts as certain)."""
    return alternation * logistic(steepness * (even - support)) * playing_field(democracy, half)


def other_camp(orientation: Any, centre: Any, span: Any, draw: Any) -> Any:
    """Orientation of the camp that takes over, across the centre of the state's own spectrum; `draw` in 0..1 says how far."""
    return np.where(orientation >= centre, centre - span * draw, centre + span * draw)


def stall_risk(strain: Any, capacity: Any, highest: Any) -> Any:
    """Probability in the quarter that the reform coalition breaks: low while strain is fresh, near `highest` beyond `capacity`."""
    return highest * saturating(strain * strain * strain, capacity * capacity * capacity)


def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Support moves, elections are held, fatigue builds and breaks."""
    chance = world.draw("chance")
    _support(world, p)
    changed = _elections(world, p, levers, chance)
    _fatigue(world, p, chance[STALLS], changed)


def _support(world: World, p: SimpleNamespace) -> None:
    states, change = world.states, world.states.change
    better_off = states.prosperity - states.accustomed_to
    change("accustomed_to", p.habit * better_off, because="habit")
    change("popularity", p.economic_vote * better_off, because="prosperity")
    change("popularity", -p.crisis_blame * states.crisis, because="crises")
    change("popularity", -p.concession_cost * states.concession, because="concessions")
    change("popularity", -p.tiredness * (states.policy_fatigue - world.today("states.policy_fatigue")), because="reform fatigue")
    usual = p.fair_support + p.media_control * (1.0 - states.democracy)  # captured media carry their government
    change("popularity", p.return_to_usual * (usual - states.popularity), because="return to the usual")
    change("popularity", p.mood * world.draw("mood"), because="events of the day")


def _elections(world: World, p: SimpleNamespace, levers: LeverView, chance: Any) -> Any:
    """Hold what falls due, was called early or is forced; replace governments. Returns where one changed, bool (state, world)."""
    states, left, before = world.states, world.states.quarters_to_election, world.states.orientation
    pressure = p.early_call * (1.0 + p.crisis_call * states.crisis) * (2.0 * (1.0 - states.popularity))
    held = (left < 1.5) | ((chance[CALLED] < hazard(pressure)) & (left < p.settled))  # no second election right after the first
    odds = (p.even_odds, p.steepness, p.field_half)
    changed = held & (chance[WON] < turnover_probability(states.popularity, states.democracy, levers["states.alternation"], *odds))
    forced = world.forced_states("turnover")
    if forced is not None:
        held, changed = held | forced, changed | forced
    states.set("government_changed", changed * 1.0)
    states.change("quarters_to_election", -1.0, because="time")
    states.jump("quarters_to_election", p.term, held, because="election")
    camp = other_camp(before, p.camp_centre, p.camp_span, 0.2 + 0.8 * chance[CAMP])
    states.jump("orientation", camp, changed, because="turnover")
    states.jump("popularity", p.honeymoon, changed, because="turnover")
    world.state_events("election", held, because="due, called early or forced")
    world.state_events("turnover", changed, because="the government lost")
    return changed


def _fatigue(world: World, p: SimpleNamespace, draw: Any, changed: Any) -> None:
    states, today, change = world.states, world.today, world.states.change
    fatigue, strain, effort = states.policy_fatigue, states.reform_strain, states.reform_effort
    change("policy_fatigue", p.effort_tires * (effort - today("states.reform_effort")), because="reform effort")
    waiting = today("states.membership_credibility") - states.membership_credibility
    change("policy_fatigue", p.waiting_tires * waiting, because="waiting without reward")
    change("policy_fatigue", p.joined_eu * (states.stage >= MEMBER), because="arrived in the EU")
    change("policy_fatigue", p.joined_nato * (states.nato_progress - today("states.nato_progress")), because="arrived in NATO")
    change("policy_fatigue", -p.renewal * (world.regional.cooperation - today("regional.cooperation")), because="formats that yield")
    rested = today("states.policy_fatigue") - p.between_stalls
    change("policy_fatigue", -p.rest * (fatigue - rested), because="rest")
    change("reform_strain", effort, because="reform effort")
    change("reform_strain", -p.relief * strain * states.granted, because="a step granted")
    stall = draw < stall_risk(strain, p.capacity, p.stall_highest)
    states.jump("policy_fatigue", np.minimum(fatigue + p.stall_depth, 1.0), stall, because="reform coalition breaks")
    states.jump("policy_fatigue", fatigue * (1.0 - p.fresh_start), changed, because="new government")
    states.jump("reform_strain", 0.0, stall | changed, because="reform begins anew")
    world.state_events("stall", stall, because="effort without reward broke the reform coalition")
