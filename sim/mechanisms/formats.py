"""Formats: what the region's defence formats yield for their money, who enters B9+, and what becomes of cooperation and trust.

Claim      One more format first covers a missing task, then repeats another's, then eats the budget; one audited, transparent platform
           does better. Formats work as far as the armed forces own them: trust makes for it, fatigue wears it away. Will decides
           whether output becomes cooperation. B9+ works through three conditions that only work together.
           (closing-the-capabilities-gap 28, 132, 150, 172, 176, 188, 200, 202, 216, 274)
Equation   e   = u / (u + v) (1 - c n) (1 + sum w z) (1 + g (T - T0) - h (F - F0))    efficiency of n formats, u = n (1 - d) + d of their
                                                         tasks distinct; T: trust, F: policy fatigue
           b_i = B_i min(three) s (l + (1 - l) N)       B9+: entered, weakest condition, forces named and money, network of N
           dK  = r [K0 - K + h (a (W y - W0 y0) + sum w z)]    cooperation: will W (threshold) times output y, the rest from today;
           h   = K (1 - K) / (K0 (1 - K0))              trust and mobility likewise: hard to move near either end
Sources    Hirshleifer 1983, From weakest-link to best-shot; Allport 1954, The Nature of Prejudice; Pettigrew & Tropp 2006, A meta-analytic
           test of intergroup contact theory; the formats themselves: data/formats.csv
Doubts     Cooperation and trust have no series; what counts is direction and order of size. Contact is taken to work although states of
           the region meet on unequal terms, where the literature expects less of it.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import STATES
from sim.fusing import fused
from sim.maths import Array, hazard, logistic, mean, saturating, within
from sim.mechanisms.pulls import causes, weights
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("states.b9plus", "states.b9plus_support", "states.will", "states.eu_alignment", "states.orientation", "states.accession"),
    *("states.membership_credibility", "states.policy_fatigue", "states.third_power_influence", "states.divided", "states.crisis"),
    *(
        "states.nationalism",
        "states.manufactured_tension",
        "states.obsolescence",
        "nato.synchronised",
        "nato.partnership",
        "eu.money",
        "eu.fatigue",
    ),
    *("eu.recognition_united", "republika_srpska.blockade", "kosovo_serbia.tension", "kosovo_serbia.normalisation"),
    *("formats.output", "regional.cooperation", "regional.trust", "regional.mobility"),
)
BOOKS = ("states.b9plus", "regional.cooperation", "regional.trust", "regional.mobility")
SIGNALS = ("formats.efficiency", "formats.output", "states.will", "states.b9plus_support")
DRAWS = {"entry": Draw("uniform", (6,)), "statement": Draw("uniform", (1,))}

# What moves each stock by its distance from today; see sim/mechanisms/pulls.py.
COOPERATION = (
    ("k_standards", 1, "nato.synchronised", "EU-NATO standards"),
    ("k_b9plus", 1, "states.b9plus_support", "B9+"),
    ("k_credibility", 1, "states.membership_credibility", "prospect of membership"),
    ("k_accession", 1, "states.accession", "progress of accession"),
    ("k_trust", 1, "regional.trust", "trust"),
    ("k_powers", -1, "states.third_power_influence", "third powers"),
    ("k_division", -1, "states.divided", "division"),
    ("k_fatigue", -1, "states.policy_fatigue", "policy fatigue"),
)
TRUST = (
    ("t_cooperation", 1, "regional.cooperation", "working together"),
    ("t_partnership", 1, "nato.partnership", "partnerships of armed forces"),
    ("t_normalisation", 1, "kosovo_serbia.normalisation", "normalisation"),
    ("t_tension", -1, "kosovo_serbia.tension", "tension"),
    ("t_crisis", -1, "states.crisis", "crises"),
    ("t_nationalism", -1, "states.nationalism", "nationalism"),
    ("t_manufactured", -1, "states.manufactured_tension", "manufactured tension"),
)
MOBILITY = (
    ("m_legacy", -1, "states.obsolescence", "obsolete equipment"),
    ("m_cooperation", 1, "regional.cooperation", "cooperation"),
    ("m_accession", 1, "states.accession", "progress of accession"),
)
TABLES = {"cooperation": COOPERATION, "trust": TRUST, "mobility": MOBILITY}
QUALITY = (
    *("formats.count", "formats.duplication", "formats.single_platform", "formats.transparency", "formats.civil_society"),
    *("formats.operational_use", "states.political_will"),
)
"""Levers that set how well the formats work and who is willing; worked out again only when one of them moves."""


def distinct(n: Any, d: Any) -> Any:
    """Tasks of `n` formats that no other format covers: all of them at overlap d = 0, one at d = 1."""
    return n * (1 - d) + d


def efficiency(n: Any, d: Any, v: Any, c: Any) -> Any:
    """Share of the budget that `n` >= 1 formats turn into useful work: rises with tasks covered, falls with overhead `c` each."""
    return saturating(distinct(n, d), v) * (1 - c * n)


def ownership(p: SimpleNamespace, trust: Any, fatigue: Any) -> Any:
    """How far the armed forces make the formats their own, 1 as in 2023, (world,); trust and the sum of the six fatigues from today."""
    return 1 + p.w_trust * trust - p.w_fatigue / len(STATES) * fatigue


def weakest(*conditions: Any) -> Any:
    """Joint effect of conditions that work only together: the weakest of them."""
    least = conditions[0]
    for condition in conditions[1:]:
        least = np.minimum(least, condition)
    return least


def b9plus_effect(entered: Array, conditions: Any, standing: Any, alone: Any) -> Array:
    """Effect on each state that has entered, (6, world): grows with the share of the six inside; `alone` is left without others."""
    return entered * (conditions * standing * (alone + (1 - alone) * mean(entered)))


def willing(will: Any, threshold: Any, steepness: Any) -> Any:
    """Share of a state's officials and forces that cooperate: hardly any below the threshold of political will, most above."""
    return logistic(steepness * (will - threshold))


def headroom(K: Any, scale: Any = 1.0) -> Any:
    """How easily a share is moved where it stands: 0 at either end, most in the middle."""
    return scale * K * (1 - K)


def _quality(p: SimpleNamespace, read: Any) -> Any:
    """Efficiency of the formats under the levers that `read` returns, on no scale yet."""
    platform = read("formats.single_platform")
    overlap = read("formats.duplication") * (1 - p.platform_overlap * platform)
    overhead = p.overhead * (1 - p.platform_overhead * platform)
    open_books = p.w_transparency * read("formats.transparency") * (1 + p.platform_audit * platform)
    working = 1 + open_books + p.w_civil * read("formats.civil_society") + p.w_operational * read("formats.operational_use")
    return efficiency(read("formats.count"), overlap, p.tasks_half, overhead) * working


def _willing(p: SimpleNamespace, read: Any) -> Any:
    """Mean share of the six that cooperates under the levers that `read` returns."""
    return mean(willing(read("states.political_will"), p.will_threshold, p.will_steepness))


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """Today's quality, will and output, from which the levers move them, and the tables of causes with their weights."""
    today = world.today
    return {
        "usual_quality": _quality(p, world.lever_defaults),
        "usual_willing": _willing(p, world.lever_defaults),
        "usual_output": saturating(today("formats.output"), p.half_output),
        "usual_money": saturating(today("eu.money"), p.half_money),
        "usual_statements": hazard(p.statement_rate * today("eu.fatigue")),
        "ease": {k: getattr(p, f"{k}_pace") / headroom(today(f"regional.{k}")) for k in TABLES},
        "pulls": {k: weights(p, table) for k, table in TABLES.items()},
        "worked_out": {},
    }


def _work_out(world: World, p: SimpleNamespace, levers: LeverView) -> dict[str, Any]:
    """Efficiency at today's ownership and the share of the six that cooperates; levers that stand still keep last quarter's."""
    settings = [levers[name] for name in QUALITY]
    known = p.worked_out
    if not known or any(a is not b for a, b in zip(settings, known["settings"], strict=True)):
        found = world.today("formats.efficiency") * _quality(p, levers.__getitem__) / p.usual_quality
        known |= {"settings": settings, "efficiency": found, "willing": _willing(p, levers.__getitem__)}
    return known


def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """What the cooperation budget yields this quarter, the will to use it, and what B9+ lends to those inside."""
    _publish(world, p, levers, _work_out(world, p, levers)["efficiency"])


@fused
def _publish(world: World, p: SimpleNamespace, levers: LeverView, usual: Any) -> None:
    """`usual` is the efficiency at today's ownership, number or (worlds,)."""
    owned = ownership(p, world.departure("regional.trust"), world.departure("states.policy_fatigue").sum(axis=0))
    worth = within(usual * owned, 0.0, 1.0)
    trained = 1 - p.training_part + p.training_part * levers["formats.joint_training"]
    world.formats.set("efficiency", worth)
    world.formats.set("output", within(levers["formats.budget"] * trained * worth, 0.0, 3.0))
    world.states.set("will", levers["states.political_will"])
    world.states.set("b9plus_support", _support(world, p, levers) if world.anywhere("states.b9plus") else 0.0)


def _support(world: World, p: SimpleNamespace, levers: LeverView) -> Array:
    conditions = weakest(*(levers[f"b9plus.{c}"] for c in ("early_warning", "multinational_engagement", "military_mobility")))
    standing = p.paper_only + p.w_earmarked * levers["b9plus.earmarked_forces"] + p.w_private * levers["b9plus.private_investment"]
    return b9plus_effect(world.states.b9plus, conditions, within(standing, 0.0, 1.0), p.alone)


def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Entries into B9+, then cooperation, trust and mobility."""
    if (levers["b9plus.members"] > 0).any() or world.anywhere("states.b9plus"):
        _enter_b9plus(world, p, levers)
    _book(world, p, levers, _work_out(world, p, levers)["willing"])


@fused
def _book(world: World, p: SimpleNamespace, levers: LeverView, W: Any) -> None:
    """`W` is the share of the six that cooperates, number or (worlds,)."""
    y = saturating(world.formats.output, p.half_output)
    _book_cooperation(world, p, W, y)
    _book_trust(world, p, levers, y)
    _book_mobility(world, p, levers)


@fused
def _enter_b9plus(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """An invited state enters some time after it meets the terms; one whose invitation is withdrawn leaves."""
    states, invited = world.states, levers["b9plus.members"] > 0
    inside = states.b9plus > 0
    consent = np.ones_like(states.b9plus)
    consent[STATES.index("XKX")] = world.eu.recognition_united
    consent[STATES.index("BIH")] = world.republika_srpska.blockade < p.blockade_bar
    ready = (states.eu_alignment >= p.least_alignment) & (states.orientation >= p.least_orientation) & (consent > 0)
    enters = invited & ready & ~inside & (world.draw("entry") < hazard(p.entry_rate))
    leaves = inside & ~invited
    states.jump("b9plus", 1.0, enters, because="entry into B9+")
    states.jump("b9plus", 0.0, leaves, because="invitation to B9+ withdrawn")
    world.state_events("b9plus_entry", enters, because="invited, aligned and agreed by the nine")
    world.state_events("b9plus_exit", leaves, actor="B9", because="invitation withdrawn")


def _pull(world: World, p: SimpleNamespace, key: str, own: dict[str, Any]) -> None:
    """Book a stock's own causes and those of its table, the less the nearer it stands to either end, and its return to the anchor."""
    ease = headroom(getattr(world.regional, key), p.ease[key])
    world.regional.pull(key, ease, {**own, **causes(world, TABLES[key], p.pulls[key])})
    world.regional.change(key, -getattr(p, f"{key}_pace") * world.departure(f"regional.{key}"), because="return to anchor")


def _discouraging_statements(world: World, p: SimpleNamespace) -> Array:
    """Where leaders talk cooperation down this quarter, (worlds,): by force, or more often the more tired the members are."""
    spoken = world.draw("statement")[0] < hazard(p.statement_rate * world.eu.fatigue)
    forced = world.forced("discouraging_statement")
    if forced is not False:
        spoken = spoken | forced
    world.event("discouraging_statement", spoken, actor="EU", because="enlargement fatigue")
    return spoken - p.usual_statements


def _book_cooperation(world: World, p: SimpleNamespace, W: Any, y: Array) -> None:
    """Cooperation: will times output, statements, and the table above."""
    own = {
        "political will": p.k_output * (W - p.usual_willing) * p.usual_output,
        "output of the formats": p.k_output * W * (y - p.usual_output),
    }
    _pull(world, p, "cooperation", own)
    world.regional.change("cooperation", -p.statement_dip * _discouraging_statements(world, p), because="discouraging statements")


def _book_trust(world: World, p: SimpleNamespace, levers: LeverView, y: Array) -> None:
    """Trust between neighbours: training together, meetings, and the table above."""
    met = levers["formats.high_level_contact"] - levers.today("formats.high_level_contact")
    _pull(world, p, "trust", {"high-level contact": p.t_meetings * met, "joint training": p.t_training * (y - p.usual_output)})


def _book_mobility(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Mobility: a military Schengen among those inside, money for dual-use roads, and the table above."""
    own = {"EU money": p.m_money * (saturating(world.eu.money, p.half_money) - p.usual_money)}
    if world.anywhere("states.b9plus"):
        own["military mobility"] = p.m_schengen * levers["b9plus.military_mobility"] * mean(world.states.b9plus)
    _pull(world, p, "mobility", own)
