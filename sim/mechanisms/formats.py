"""Formats: what the region's defence formats yield for their money, who enters B9+, and what becomes of cooperation and trust.

Claim      One more format first covers a missing task, then repeats another's, then eats the budget; one audited, transparent platform
           does better. Will decides whether output becomes cooperation. B9+ works through three conditions that only work together.
           (closing-the-capabilities-gap 132, 150, 172, 176, 188, 200, 202, 216, 274)
Equation   e   = u / (u + v) (1 - c n) (1 + sum w z)    efficiency of n formats, u = n (1 - d) + d of their tasks distinct
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
from sim.maths import Array, hazard, logistic, saturating, within
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("states.b9plus", "states.b9plus_support", "states.will", "states.eu_alignment", "states.orientation", "states.accession"),
    *("states.membership_credibility", "states.policy_fatigue", "states.third_power_influence", "states.divided", "states.crisis"),
    *("states.nationalism", "states.manufactured_tension", "states.obsolescence", "nato.synchronised", "eu.money", "eu.fatigue"),
    *("eu.recognition_united", "republika_srpska.blockade", "kosovo_serbia.tension", "kosovo_serbia.normalisation"),
    *("formats.output", "regional.cooperation", "regional.trust", "regional.mobility"),
)
BOOKS = ("states.b9plus", "regional.cooperation", "regional.trust", "regional.mobility")
SIGNALS = ("formats.efficiency", "formats.output", "states.will", "states.b9plus_support")
DRAWS = {"entry": Draw("uniform", (6,)), "statement": Draw("uniform", (1,))}

# What moves each stock by its distance from today: (weight, sign, variable, cause); states' variables count by their mean.
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
Pulls = tuple[tuple[str, int, str, str], ...]


def distinct(n: Any, d: Any) -> Any:
    """Tasks of `n` formats that no other format covers: all of them at overlap d = 0, one at d = 1."""
    return n * (1 - d) + d


def efficiency(n: Any, d: Any, v: Any, c: Any) -> Any:
    """Share of the budget that `n` >= 1 formats turn into useful work: rises with tasks covered, falls with overhead `c` each."""
    return saturating(distinct(n, d), v) * (1 - c * n)


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


def headroom(K: Any, K0: Any) -> Any:
    """How easily a share is moved where it stands: 1 today, 0 at either end."""
    return K * (1 - K) / (K0 * (1 - K0))


def mean(values: Array) -> Array:
    """Mean of the six, shape (world,)."""
    return values.sum(axis=0) / len(values)


def _quality(p: SimpleNamespace, read: Any) -> Any:
    """Efficiency of the formats under the levers that `read` returns, on no scale yet."""
    platform = read("formats.single_platform")
    overlap = read("formats.duplication") * (1 - p.platform_overlap * platform)
    overhead = p.overhead * (1 - p.platform_overhead * platform)
    open_books = p.w_transparency * read("formats.transparency") * (1 + p.platform_audit * platform)
    working = 1 + open_books + p.w_civil * read("formats.civil_society") + p.w_operational * read("formats.operational_use")
    return efficiency(read("formats.count"), overlap, p.tasks_half, overhead) * working


def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """What the cooperation budget yields this quarter, the will to use it, and what B9+ lends to those inside."""
    found = world.today("formats.efficiency") * _quality(p, levers.__getitem__) / _quality(p, levers.today)
    worth = within(found, 0.0, 1.0)
    trained = 1 - p.training_part + p.training_part * levers["formats.joint_training"]
    world.formats.set("efficiency", worth)
    world.formats.set("output", within(levers["formats.budget"] * worth * trained, 0.0, 3.0))
    world.states.set("will", levers["states.political_will"])
    conditions = weakest(*(levers[f"b9plus.{c}"] for c in ("early_warning", "multinational_engagement", "military_mobility")))
    standing = p.paper_only + p.w_earmarked * levers["b9plus.earmarked_forces"] + p.w_private * levers["b9plus.private_investment"]
    world.states.set("b9plus_support", b9plus_effect(world.states.b9plus, conditions, within(standing, 0.0, 1.0), p.alone))


def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Entries into B9+, then cooperation, trust and mobility."""
    _enter_b9plus(world, p, levers)
    spoken = _discouraging_statements(world, p)
    _book_cooperation(world, p, levers, spoken)
    _book_trust(world, p, levers)
    _book_mobility(world, p, levers)


def _enter_b9plus(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """An invited state enters some time after it meets the terms; one whose invitation is withdrawn leaves."""
    states, invited = world.states, levers["b9plus.members"] > 0
    inside = states.b9plus > 0
    if not invited.any() and not inside.any():
        return
    consent = np.ones(inside.shape)
    consent[STATES.index("XKX")] = world.eu.recognition_united
    consent[STATES.index("BIH")] = world.republika_srpska.blockade < p.blockade_bar
    ready = (states.eu_alignment >= p.least_alignment) & (states.orientation >= p.least_orientation) & (consent > 0)
    enters = invited & ready & ~inside & (world.draw("entry") < hazard(p.entry_rate))
    leaves = inside & ~invited
    states.jump("b9plus", 1.0, enters, because="entry into B9+")
    states.jump("b9plus", 0.0, leaves, because="invitation to B9+ withdrawn")
    world.state_events("b9plus_entry", enters, because="invited, aligned and agreed by the nine")
    world.state_events("b9plus_exit", leaves, actor="B9", because="invitation withdrawn")


def _pace(world: World, key: str, pace: Any) -> Any:
    """Share of a pull that a stock of the region follows this quarter, (world,)."""
    return pace * headroom(getattr(world.regional, key), world.today(f"regional.{key}"))


def _pull(world: World, p: SimpleNamespace, key: str, pace: Any, table: Pulls) -> None:
    """Book a table's causes on one stock of the region, and its return to the anchor."""
    easily = _pace(world, key, pace)
    for weight, sign, variable, because in table:
        group, name = variable.split(".")
        away = getattr(getattr(world, group), name) - world.today(variable)
        world.regional.change(key, easily * (sign * getattr(p, weight)) * (mean(away) if group == "states" else away), because=because)
    world.regional.change(key, pace * (world.today(f"regional.{key}") - getattr(world.regional, key)), because="return to anchor")


def _discouraging_statements(world: World, p: SimpleNamespace) -> Array:
    """Where leaders talk cooperation down this quarter, (world,): by force, or more often the more tired the members are."""
    rate = hazard(p.statement_rate * world.eu.fatigue)
    spoken = (world.draw("statement")[0] < rate) | world.forced("discouraging_statement")
    world.event("discouraging_statement", spoken, actor="EU", because="enlargement fatigue")
    return spoken - hazard(p.statement_rate * world.today("eu.fatigue"))


def _book_cooperation(world: World, p: SimpleNamespace, levers: LeverView, spoken: Array) -> None:
    """Cooperation: will times output, statements, and the table above."""
    regional, easily = world.regional, _pace(world, "cooperation", p.cooperation_pace)
    W = mean(willing(world.states.will, p.will_threshold, p.will_steepness))
    W0 = mean(willing(levers.today("states.political_will"), p.will_threshold, p.will_steepness))
    y, y0 = _saturated(world, p)
    regional.change("cooperation", easily * p.k_output * (W - W0) * y0, because="political will")
    regional.change("cooperation", easily * p.k_output * W * (y - y0), because="output of the formats")
    regional.change("cooperation", -p.statement_dip * spoken, because="discouraging statements")
    _pull(world, p, "cooperation", p.cooperation_pace, COOPERATION)


def _saturated(world: World, p: SimpleNamespace) -> tuple[Array, Array]:
    """What the formats' output adds, with falling returns: this quarter and today."""
    return saturating(world.formats.output, p.half_output), saturating(world.today("formats.output"), p.half_output)


def _book_trust(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Trust between neighbours: training together, meetings, and the table above."""
    easily, (y, y0) = _pace(world, "trust", p.trust_pace), _saturated(world, p)
    met = levers["formats.high_level_contact"] - levers.today("formats.high_level_contact")
    world.regional.change("trust", easily * p.t_training * (y - y0), because="joint training")
    world.regional.change("trust", easily * p.t_meetings * met, because="high-level contact")
    _pull(world, p, "trust", p.trust_pace, TRUST)


def _book_mobility(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Mobility: a military Schengen among those inside, money for dual-use roads, and the table above."""
    easily = _pace(world, "mobility", p.mobility_pace)
    money = saturating(world.eu.money, p.half_money) - saturating(world.today("eu.money"), p.half_money)
    inside = levers["b9plus.military_mobility"] * mean(world.states.b9plus)
    world.regional.change("mobility", easily * p.m_schengen * inside, because="military mobility")
    world.regional.change("mobility", easily * p.m_money * money, because="EU money")
    _pull(world, p, "mobility", p.mobility_pace, MOBILITY)
