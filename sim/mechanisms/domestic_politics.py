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

from sim.catalogue import FORCED
from sim.fusing import fused
from sim.maths import REAL, hazard, logistic, saturating
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


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Support moves, elections are held, fatigue builds and breaks."""
    chance = world.draw("chance")
    _support(world, p)
    changed = _elections(world, p, levers, chance)
    _fatigue(world, p, chance[STALLS], changed)


def _support(world: World, p: SimpleNamespace) -> None:
    states = world.states
    better_off = states.prosperity - states.accustomed_to
    states.change("accustomed_to", p.habit * better_off, because="habit")
    usual = p.fair_support + p.media_control * (1.0 - states.democracy)  # captured media carry their government
    causes = {
        "prosperity": p.economic_vote * better_off,
        "crises": -p.crisis_blame * states.crisis,
        "concessions": -p.concession_cost * states.concession,
        "reform fatigue": -p.tiredness * world.departure("states.policy_fatigue"),
        "return to the usual": p.return_to_usual * (usual - states.popularity),
        "events of the day": p.mood * world.draw("mood"),
    }
    states.pull("popularity", 1.0, causes)


def _elections(world: World, p: SimpleNamespace, levers: LeverView, chance: Any) -> Any:
    """Hold what falls due, was called early or is forced; replace governments. Returns where one changed, bool (state, world)."""
    states, left, before = world.states, world.states.quarters_to_election, world.states.orientation
    pressure = p.early_call * (1.0 + p.crisis_call * states.crisis) * (2.0 * (1.0 - states.popularity))
    due = left < 1.5
    held = due | ((chance[CALLED] < hazard(pressure)) & (left < p.settled))  # no second election right after the first
    odds = (p.even_odds, p.steepness, p.field_half)
    changed = held & (chance[WON] < turnover_probability(states.popularity, states.democracy, levers["states.alternation"], *odds))
    called, forced = held & ~due, world.forced_states("turnover")
    if forced is not None:
        held, changed = held | forced, changed | forced
    states.set("government_changed", changed.astype(REAL))
    states.change("quarters_to_election", -1.0, because="time")
    states.jump("quarters_to_election", p.term, held, because="election")
    camp = other_camp(before, p.camp_centre, p.camp_span, 0.2 + 0.8 * chance[CAMP])
    states.jump("orientation", camp, changed, because="turnover")
    states.jump("popularity", p.honeymoon, changed, because="turnover")
    for where, because in ((due, "due"), (called, "called early"), (held & ~due & ~called, FORCED)):
        world.state_events("election", where, because=because)
    world.state_events("turnover", changed, because="the government lost")
    return changed


def _fatigue(world: World, p: SimpleNamespace, draw: Any, changed: Any) -> None:
    states, since = world.states, world.departure
    fatigue, strain, effort = states.policy_fatigue, states.reform_strain, states.reform_effort
    causes = {
        "reform effort": p.effort_tires * since("states.reform_effort"),
        "waiting without reward": -p.waiting_tires * since("states.membership_credibility"),
        "arrived in the EU": p.joined_eu * (states.stage >= MEMBER),
        "arrived in NATO": p.joined_nato * since("states.nato_progress"),
        "formats that yield": -p.renewal * since("regional.cooperation"),
        "rest": -p.rest * (since("states.policy_fatigue") + p.between_stalls),
    }
    states.pull("policy_fatigue", 1.0, causes)
    states.pull("reform_strain", 1.0, {"reform effort": effort, "a step granted": -p.relief * strain * states.granted})
    stall = draw < stall_risk(strain, p.capacity, p.stall_highest)
    states.jump("policy_fatigue", np.minimum(fatigue + p.stall_depth, 1.0), stall, because="reform coalition breaks")
    states.jump("policy_fatigue", fatigue * (1.0 - p.fresh_start), changed, because="new government")
    states.jump("reform_strain", 0.0, stall | changed, because="reform begins anew")
    world.state_events("stall", stall, because="effort without reward broke the reform coalition")
