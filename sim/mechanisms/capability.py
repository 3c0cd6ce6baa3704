"""Capability: budgets become ready forces by way of training, equipment, joint buying and the partners' programmes.

Claim      Money closes the gap, obsolete equipment keeps it open, training comes before procurement but not instead of it, joint buying
           saves scale; convergence needs candidates that stay engaged and aligned, partners that stay interested and in step, and grows
           with membership. (closing-the-capabilities-gap 50, 88, 90, 92, 112, 136, 154, 198, 210, 216, 286)
Equation   q   = (1 - k (1 - j)^2) (1 - c l) (1 - v h)        what a unit of procurement yields: scale, legacy fleet, hybrid share
           f   = t m / (a m + (1 - a) t),  m = q (1 - t)      training t and materiel m need each other (CES, elasticity 1/2)
           g   = (1 + b) x / (x + b),  x = B f / f0           falling returns; g = 1 today
           dR  = d R0 (g - 1) + d (R0 - R) + d sum w z        readiness: forces decay and are rebuilt; z: what partners add, from today
           dC  = r (1 - u) [C0 - C + sum w z]                 convergence at a pace that complex procedures u slow down
Sources    Arrow, Chenery, Minhas & Solow 1961, Capital-labor substitution and economic efficiency, for the form of f.
Doubts     Readiness is not observed: the index and the weights are judgements with wide priors. The legacy share is set by the scenario:
           buying new equipment does not lower it.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.fusing import fused
from sim.maths import Array, mean, saturating
from sim.mechanisms.pulls import causes, weights

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("states.defence_spending", "states.nato_progress", "states.policy_fatigue", "states.engaged", "states.eu_alignment"),
    *("states.b9plus_support", "states.third_power_influence", "states.divided", "states.fragile", "states.readiness", "states.accession"),
    *("nato.synchronised", "eu.participation_offered", "eu.defence_interest", "eu.recognition_united"),
    *("formats.output", "regional.cooperation", "region.defence_convergence"),
)
BOOKS = ("states.readiness", "region.defence_convergence")
SIGNALS = ("nato.synchronised", "eu.participation_offered", "states.obsolescence", "states.budget", "states.hybrid_kit")
LEGACY = "states.legacy_equipment"
SPENT_ON = ("formats.training_share", "formats.hybrid_share", "formats.joint_procurement", LEGACY)

# What moves convergence by its distance from today; see sim/mechanisms/pulls.py.
CONVERGENCE = (
    ("c_interest", 1, "eu.defence_interest", "EU defence interest"),
    ("c_participation", 1, "eu.participation_offered", "seat in EU decisions and missions"),
    ("c_standards", 1, "nato.synchronised", "EU-NATO standards"),
    ("c_readiness", 1, "states.readiness", "readiness"),
    ("c_cooperation", 1, "regional.cooperation", "regional cooperation"),
    ("c_fragility", -1, "states.fragile", "fragility"),
    ("c_division", -1, "states.divided", "division"),
    ("c_powers", -1, "states.third_power_influence", "third powers"),
)


def scale(k: Any, j: Any) -> Any:
    """Equipment that a unit of money buys with share `j` bought jointly: 1 - k when everyone buys alone, 1 when all buy together."""
    return 1 - k * (1 - j) * (1 - j)


def procurement(k: Any, j: Any, c: Any, l: Any, v: Any, h: Any) -> Any:
    """Forces that a unit of procurement yields, q in (0, 1]: `j` bought jointly, legacy share `l`, hybrid share `h`."""
    return scale(k, j) * (1 - c * l) * (1 - v * h)


def forces(t: Any, q: Any, a: Any) -> Any:
    """Forces that a unit of budget yields with training share `t` in [0, 1]; 0 at both ends, one maximum between them; q > 0."""
    m = q * (1 - t)
    return t * m / (a * m + (1 - a) * t)


def returns(x: Any, b: Any, unit: Any = 1.0) -> Any:
    """Falling returns to scale for x >= 0, 1 at x = `unit`, at most 1 + b."""
    return (1 + b) * x / (x + b * unit)


def hybrid_means(B: Any, q: Any, t: Any, h: Any, e: Any) -> Any:
    """Means against hybrid threats that a budget yields: hybrid materiel, and training with weight `e`."""
    return B * (q * (1 - t) * h + e * t)


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """What holds for the whole run: today's means and yield, and the table of causes with its weights."""
    usual, today = world.lever_defaults, world.today
    t, h, j = (usual(name) for name in SPENT_ON[:3])
    return {
        "usual_hybrid_means": hybrid_means(1.0, scale(p.waste, j), t, h, p.training_for_hybrid),
        "usual_yield": _yield(p, usual, usual(LEGACY)),
        "usual_course": mean(today("states.engaged") * today("states.eu_alignment")),
        "usual_aid": usual("eu.defence_funding") * (p.open_aid + (1 - p.open_aid) * usual("eu.defence_access")),
        "usual_exercises": saturating(today("formats.output"), p.half_output),
        "rebuilt": p.decay * today("states.readiness"),
        "usual_members": mean(today("states.accession") >= 1),
        "simple_pace": p.pace * (1 - p.complexity),
        "pulls": weights(p, CONVERGENCE),
    }


@fused
def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Publish what the scenario sets, and the means against hybrid threats that last quarter's budget bought."""
    world.nato.set("synchronised", levers["nato.eu_synchronisation"])
    world.eu.set("participation_offered", levers["eu.participation"])
    world.states.set("obsolescence", levers["states.legacy_equipment"])
    world.states.set("budget", levers["states.defence_budget"])
    t, h, j = (levers[n] for n in SPENT_ON[:3])
    per_budget = hybrid_means(1.0, scale(p.waste, j), t, h, p.training_for_hybrid) / p.usual_hybrid_means
    got = per_budget / world.today("states.defence_spending") * world.states.defence_spending
    world.states.set("hybrid_kit", world.today("states.hybrid_kit") * returns(got, p.hybrid_returns))


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Book readiness, then convergence."""
    invited = levers["eu.defence_access"]
    invited = invited - p.needs_recognition * invited * (1 - world.eu.recognition_united)
    inside = np.maximum(invited, world.states.accession >= 1)  # members are inside
    moved = inside - levers.today("eu.defence_access")
    _book_own_forces(world, p, levers)
    _book_partners(world, p, levers, inside, moved)
    _book_convergence(world, p, moved)


def _book_own_forces(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Readiness from the state's own budget: how much, spent on what, with what equipment."""
    states = world.states
    budget = returns(states.defence_spending, p.returns, world.today("states.defence_spending"))
    states.change("readiness", p.rebuilt * (budget - 1), because="defence budget")
    states.change("readiness", -p.decay * world.departure("states.readiness"), because="return to anchor")
    if all(levers.as_today(name) for name in SPENT_ON):
        return  # spent as today, so that the two bookings below are nought
    B = states.defence_spending / world.today("states.defence_spending")
    mixed = returns(B * (_yield(p, levers.__getitem__, levers.today(LEGACY)) / p.usual_yield), p.returns)
    actual = returns(B * (_yield(p, levers.__getitem__, levers[LEGACY]) / p.usual_yield), p.returns)
    states.change("readiness", p.rebuilt * (mixed - budget), because="what the budget is spent on")
    states.change("readiness", p.rebuilt * (actual - mixed), because="obsolete equipment")


def _yield(p: SimpleNamespace, read: Any, legacy: Any) -> Any:
    """Forces per unit of budget under the shares that `read` returns and a legacy share."""
    t, h, j = (read(n) for n in SPENT_ON[:3])
    return forces(t, procurement(p.waste, j, p.legacy_loss, legacy, p.hybrid_only, h), p.training_weight)


def _book_partners(world: World, p: SimpleNamespace, levers: LeverView, inside: Array, moved: Array) -> None:
    """Readiness from what the EU, NATO and neighbours add, and from fatigue at home."""
    states, since = world.states, world.departure
    aid = levers["eu.defence_funding"] * (p.open_aid + (1 - p.open_aid) * inside)
    partners = {
        "joint training": p.w_exercises * (saturating(world.formats.output, p.half_output) - p.usual_exercises),
        "EU defence money": p.w_money * (aid - p.usual_aid),
        "EU defence projects": p.w_access * moved,
        "EU-NATO standards": p.w_standards * since("nato.synchronised") * states.nato_progress,
        "NATO programmes": p.w_nato * since("states.nato_progress"),
        "policy fatigue": -p.w_fatigue * since("states.policy_fatigue"),
    }
    if world.anywhere("states.b9plus_support"):
        partners["B9+"] = p.w_b9plus * states.b9plus_support
    states.pull("readiness", p.decay, partners)


def _book_convergence(world: World, p: SimpleNamespace, moved: Array) -> None:
    """Convergence with EU and NATO: course and access of the candidates, and the table above."""
    region, states = world.region, world.states
    amounts = {
        "engaged and aligned": p.c_course * (mean(states.engaged * states.eu_alignment) - p.usual_course),
        "EU defence projects": p.c_access * mean(moved),
        "membership": p.c_membership * (mean(states.accession >= 1) - p.usual_members),
        **causes(world, CONVERGENCE, p.pulls),
    }
    region.pull("defence_convergence", p.simple_pace, amounts)
    region.change("defence_convergence", -p.simple_pace * world.departure("region.defence_convergence"), because="return to anchor")
