"""Information: outside narratives wear down support for the EU and feed nationalism; literacy and counter-narratives blunt them.

Claim      Third-party disinformation gnaws at Euro-Atlantic values; joint work on literacy and against malign narratives limits it
           (transatlantic-burden-sharing 48); contact breaks down prejudice (closing-the-capabilities-gap 154).
Equation   E  = 1 - exp(-d s (1 - l)(1 - k (c - f h))(1 - r R))     exposure: narratives d overlap, so reach saturates
           s  = s1 B + s2 N                                         receptive where Russian influence B and nationalism N are strong
           dh = (c - h) / t                                         audiences get used to counter-narratives c: their effect fades
           dU = v { 4 U (1 - U) [ -b (E - E0) + c1 (C - C0) + c2 (T - T0) + c3 (Y - Y') ] + U0 - U }
           dN = w { 4 N (1 - N) [ n1 (E - E0) + n2 tension + n3 made + n4 crisis - n5 trust - n6 (Y - Y') ] + N0 - N }
           support U by credibility C, trust in Brussels T, prosperity Y against what people are used to Y'; nationalism N; 0 = today;
           4 x (1 - x): who is still to be moved
Sources    Gurr 1970, Why Men Rebel (relative deprivation); Roozenbeek & van der Linden 2019, Fake news game confers psychological
           resistance; Maertens et al. 2021, Long-term effectiveness of inoculation (weak, fading); Pettigrew & Tropp 2006, A
           meta-analytic test of intergroup contact theory.
Doubts     Exposure is not observed; only differences to today count, scaled by the swings of Serbia's support.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import POWERS, STATES
from sim.fusing import fused
from sim.maths import REAL, hazard
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    "powers.is_active", "states.russian_influence", "states.nationalism", "states.resilience", "information.habituation",
    "states.public_support_eu", "states.membership_credibility", "states.trust_in_eu", "states.prosperity", "states.accustomed_to",
    "kosovo_serbia.tension", "states.manufactured_tension", "states.crisis", "regional.trust",
)  # fmt: skip
BOOKS = ("states.public_support_eu", "states.nationalism", "information.habituation")
SIGNALS = ("states.exposure",)
DRAWS = {"opinion": Draw("normal", (6,)), "mood": Draw("normal", (6,))}

PARTIES = np.array([[s in ("SRB", "XKX")] for s in STATES], dtype=REAL)  # the two that the dyad's tension touches first


def receptiveness(B: Any, N: Any, s1: Any, s2: Any) -> Any:
    """How readily publics take up outside narratives: through Russian influence B and nationalism N."""
    return s1 * B + s2 * N


def exposure(d: Any, s: Any, literacy: Any, counter: Any, preparedness: Any) -> Any:
    """Share of the public that narratives reach and convince, 0..1; the last three are shares kept away, each 0..1."""
    return hazard(d * s * (1.0 - literacy) * (1.0 - counter) * (1.0 - preparedness))


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """Exposure in the situation at the start, (6, 1) or (6, worlds): what today's opinion already reflects."""
    today, levers = world.today, world.lever_defaults
    s = receptiveness(today("states.russian_influence"), today("states.nationalism"), p.by_influence, p.by_nationalism)
    countered = p.counter * (levers("information.counter_narratives") - p.fading * today("information.habituation"))
    kept = (levers("information.media_literacy"), countered, p.preparedness * today("states.resilience"))
    return {"usual_exposure": exposure(levers("russia.disinformation"), s, *kept), "where_felt": PARTIES + p.spill * (1.0 - PARTIES)}


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Narratives spread; opinion and nationalism follow."""
    reached = _exposure(world, p, levers)
    world.states.set("exposure", reached)
    more = reached - p.usual_exposure
    c = levers["information.counter_narratives"]
    world.information.change("habituation", (c - world.information.habituation) / p.habituation_time, because="use")
    better_off = world.states.prosperity - world.states.accustomed_to
    _support(world, p, more, better_off)
    _nationalism(world, p, more, better_off)


def _exposure(world: World, p: SimpleNamespace, levers: LeverView) -> Any:
    states, active = world.states, world.powers.is_active[POWERS.index("RUS")]
    narratives = levers["russia.disinformation"] * (1.0 - p.russian_share * (1.0 - active))
    s = receptiveness(states.russian_influence, states.nationalism, p.by_influence, p.by_nationalism)
    countered = p.counter * (levers["information.counter_narratives"] - p.fading * world.information.habituation)
    return exposure(narratives, s, levers["information.media_literacy"], countered, p.preparedness * states.resilience)


def undecided(share: Any) -> Any:
    """How many are still to be moved: 1 at an even split, 0 at unanimity."""
    return 4.0 * share * (1.0 - share)


def _support(world: World, p: SimpleNamespace, more: Any, better_off: Any) -> None:
    states, since, support = world.states, world.departure, world.states.public_support_eu
    movable = undecided(support)
    causes = {
        "disinformation": -p.disinformed * more,
        "credibility of membership": p.by_credibility * since("states.membership_credibility"),
        "trust in Brussels": p.by_trust * since("states.trust_in_eu"),
        "prosperity": p.by_prosperity * better_off,
    }
    states.pull("public_support_eu", p.opinion_speed * movable, causes)
    states.change("public_support_eu", -p.opinion_speed * since("states.public_support_eu"), because="return to anchor")
    states.change("public_support_eu", p.opinion_shock * movable * world.draw("opinion"), because="events of the day")


def _nationalism(world: World, p: SimpleNamespace, more: Any, better_off: Any) -> None:
    states, since, nationalism = world.states, world.departure, world.states.nationalism
    movable = undecided(nationalism)
    causes = {
        "disinformation": p.inflamed * more,
        "Belgrade and Pristina": p.dyad_tension * since("kosovo_serbia.tension") * p.where_felt,
        "tension made at home": p.made_tension * since("states.manufactured_tension"),
        "crises": p.crisis * since("states.crisis"),
        "contact across borders": -p.contact * since("regional.trust"),
        "prosperity": -p.comfort * better_off,
    }
    states.pull("nationalism", p.nationalism_speed * movable, causes)
    states.change("nationalism", -p.nationalism_speed * since("states.nationalism"), because="return to anchor")
    states.change("nationalism", p.mood * movable * world.draw("mood"), because="events of the day")
