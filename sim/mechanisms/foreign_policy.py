"""Foreign policy: positions of the Union, joined topic by topic, add up to alignment.

Claim      Alignment runs from full in Tirana to refusal of the Russia sanctions in Belgrade; feeble domestic equilibria hold the rest
           in the middle (transatlantic-burden-sharing 16); lost credibility loses influence, hence alignment (16, 24).
Equation   A* = sum_k w_k a_k                  agenda share w of topic k times assent a to it
           a  = 1/2 + r (logistic(x) - 1/2)    assent by net benefit x; beyond a finite benefit a state joins everything (r > 1)
           x  = (x0 + pull - resistance + hedge) (1 - f F) / (1 - f F0)      fragility F draws assent towards one half
           hedge = -(g n / (n + h) - c R n)    n patrons' influence: gain concave, cost rising with their rivalry R
           dA = v w_k (a_k - A) for each k, and the noise of counting
Sources    Kuik 2008, The Essence of Hedging: Malaysia and Singapore's Response to a Rising China; Kuik 2016, How Do Weaker States Hedge?;
           Schimmelfennig & Sedelmeier 2004, Governance by Conditionality; figures cfsp_alignment_pct, cfsp_positions_joined.
Doubts     Assent by topic is not published; the split is read from Serbia's record. The rate counts words, not deeds.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import TOPICS
from sim.fusing import fused
from sim.maths import saturating, within
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    "region.threat", "eu.agenda_russia", "eu.agenda_china", "states.eu_alignment", "states.assent_russia", "states.assent_china",
    "states.assent_other", "states.membership_credibility", "states.eu_influence", "states.engaged", "states.stage",
    "states.us_influence", "states.nato_progress", "states.orientation", "states.public_support_eu", "states.nationalism",
    "states.policy_fatigue", "states.fragile", "states.patron_rivalry",
    "states.russian_influence", "states.chinese_influence", "states.turkish_influence",
)  # fmt: skip
BOOKS = ("states.eu_alignment",)
SIGNALS = ("eu.agenda_russia", "eu.agenda_china", "states.western_pull", "states.inclination")
DRAWS = {"agenda": Draw("normal", (1,)), "counting": Draw("normal", (6,))}

MEMBER = 4  # states.stage of a member


def assent(x: Any, r: Any) -> Any:
    """Share of positions joined at net benefit x (logits), any shape; may lie a little outside 0..1, where the bounds hold it."""
    return 0.5 + 0.5 * r * np.tanh(0.5 * x)  # logistic(x) - 1/2 = tanh(x/2) / 2


def benefit_behind(a: Any, r: Any) -> Any:
    """The net benefit at which a state joins the share a of positions: undoes `assent`; finite up to a = 1 because r > 1."""
    share = (a - 0.5) / r + 0.5
    return np.log(share / (1.0 - share))


def steadiness(f: Any, fragility: Any, fragility_today: Any) -> Any:
    """What is left of a net benefit under fragile politics, relative to today: below 1 where fragility has risen."""
    return (1.0 - f * fragility) / (1.0 - f * fragility_today)


def hedging(n: Any, rivalry: Any, g: Any, h: Any, c: Any) -> Any:
    """Net gain of keeping several patrons (logits): concave in their influence n, its cost rising with their rivalry."""
    return g * saturating(n, h) - c * rivalry * n


def agenda_share(threat: Any, base: Any, slope: Any, surprise: Any, ceiling: Any) -> Any:
    """Share of the Union's positions that concern Russia and Belarus."""
    return within(base + slope * threat + surprise, 0.0, ceiling)


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """Today's situation, from which inclinations depart: the benefits behind today's assents, prospect, hedging."""
    today = world.today
    patrons = today("states.russian_influence") + today("states.chinese_influence") + today("states.turkish_influence")
    benefits = [benefit_behind(today(f"states.assent_{topic}"), p.reach) for topic in TOPICS]
    return {
        "benefits_today": np.stack(np.broadcast_arrays(*benefits), axis=1),
        "prospect_today": today("states.membership_credibility") * today("states.eu_influence"),
        "hedging_today": hedging(patrons, today("states.patron_rivalry"), p.hedging_gain, p.hedging_half, p.hedging_cost),
    }


@fused
def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """What the Union's positions are about, and what joining them is worth to each state."""
    surprise = p.agenda_surprise * world.draw("agenda")[0]
    russia = agenda_share(world.region.threat, p.agenda_russia_base, p.agenda_russia_slope, surprise, p.agenda_ceiling)
    world.eu.set("agenda_russia", russia)
    world.eu.set("agenda_china", p.agenda_china)
    pull = western_pull(world, p)
    world.states.set("western_pull", pull)
    world.states.set("inclination", inclination(world, p, pull))


def western_pull(world: World, p: SimpleNamespace) -> Any:
    """Change since today of what draws a state to the Union's positions, in logits, (state, world)."""
    states, since = world.states, world.departure
    prospect = np.maximum(states.membership_credibility * states.eu_influence * states.engaged, states.stage >= MEMBER)
    pull = p.prospect * (prospect - p.prospect_today)
    pull += p.us_influence * since("states.us_influence")
    pull += p.nato * since("states.nato_progress")
    pull += p.orientation * since("states.orientation")
    pull += p.public_support * since("states.public_support_eu")
    pull -= p.nationalism * since("states.nationalism")
    pull -= p.fatigue * since("states.policy_fatigue")
    return pull


def inclination(world: World, p: SimpleNamespace, pull: Any) -> Any:
    """Net benefit of joining on each topic, in logits, (state, topic, world): pull against patrons, drawn to nought by fragility."""
    states, since = world.states, world.departure
    patrons = states.russian_influence + states.chinese_influence + states.turkish_influence
    hedge = hedging(patrons, states.patron_rivalry, p.hedging_gain, p.hedging_half, p.hedging_cost) - p.hedging_today
    russian, wary = since("states.russian_influence"), pull - hedge
    by_topic = (
        wary - p.resistance_russia * russian,
        wary - p.resistance_china * since("states.chinese_influence"),
        pull - p.resistance_other * russian,
    )
    steady = steadiness(p.fragility, states.fragile, world.today("states.fragile"))
    return (np.stack(by_topic, axis=1) + p.benefits_today) * steady[:, None]


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Each topic draws the rate of positions joined towards the assent it meets."""
    states, russia, china = world.states, world.eu.agenda_russia, world.eu.agenda_china
    aligned = states.eu_alignment
    topics = {
        "positions on Russia and Belarus": russia * (states.assent_russia - aligned),
        "positions on China": china * (states.assent_china - aligned),
        "positions on other topics": (1.0 - russia - china) * (states.assent_other - aligned),
    }
    states.pull("eu_alignment", p.speed, topics)
    spread = p.counting * aligned * (1.0 - aligned)
    states.change("eu_alignment", spread * world.draw("counting"), because="which positions came up")
