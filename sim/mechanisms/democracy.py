"""Democracy: credible conditions open it, tolerated strong hands wear it down, and changes of government turn it.

Claim      Stability bought with silence on democracy erodes democracy, and captured governments make and manage the crises they are
           thanked for keeping calm (transatlantic-burden-sharing 28); integration fosters democracy (20), by a path whose sign is open.
Equation   dD = c I (1 - T) L (1 - D)            influence I of the Union, tolerance T, clarity L
              - e T S (1 - g O) D                executives with support S, tolerated; less where they are reformers (orientation O)
              + q (a - a0) 4 D (1 - D)           legitimation of a candidate by accession a: sign open (Richter & Wunsch)
              + changed (o K(D) (1 - V) + z)     a captured incumbent falls, K(D) = max(0, 1 - D / D1); or a reformer does
              - v (V - V0) - n (N - N0) + shock  division, nationalism
           M  = m K(D) (1 + t T) / (1 + t),   calm = k K(D) T      tension made at home; unrest kept down for now
Sources    Bieber 2018, Patterns of competitive authoritarianism in the Western Balkans; Richter & Wunsch 2020, Money, power, glory:
           the linkages between EU conditionality and state capture in the Western Balkans; Levitsky & Way 2010, Competitive
           Authoritarianism; figure vdem_libdem.
Doubts     Two openings (2017, 2020) carry the size of o; across the six, chapters opened correlate negatively with D. Where division
           splits power, a new government is held to leave the segments' patrons in place (1 - V).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sim.fusing import fused
from sim.maths import within
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    "states.democracy", "eu.tolerance", "eu.clarity", "states.eu_influence", "states.engaged", "states.stage", "states.popularity",
    "states.accession", "states.government_changed", "states.divided", "states.nationalism", "states.orientation",
)  # fmt: skip
BOOKS = ("states.democracy",)
SIGNALS = ("eu.tolerance", "states.manufactured_tension", "states.managed_calm")
DRAWS = {"turn": Draw("normal", (6,)), "shock": Draw("normal", (6,))}

MEMBER = 4  # states.stage of a member


def captured(D: Any, D1: Any) -> Any:
    """How far a government holds the state, 0..1, falling to 0 at democracy D1."""
    return within(1.0 - D / D1, 0.0, 1.0)


def conditionality(D: Any, I: Any, T: Any, L: Any, c: Any) -> Any:
    """Opening per quarter by conditions that are meant, clear and backed by influence; less is left to open where D is high."""
    return c * I * (1.0 - T) * L * (1.0 - D)


def erosion(D: Any, S: Any, O: Any, T: Any, e: Any, g: Any) -> Any:
    """Loss per quarter to an executive with support S whose reach is tolerated; the less, the more its orientation O is to reform."""
    return e * T * S * (1.0 - g * O) * D


def made_tension(K: Any, T: Any, m: Any, t: Any) -> Any:
    """Tension that captured governments make; more where it is tolerated, m at the most."""
    return m * K * (1.0 + t * T) / (1.0 + t)


@fused
def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Tolerance this quarter, and what captured governments make of it."""
    tolerance = levers["eu.tolerance_of_autocracy"]
    K = captured(world.states.democracy, p.open_at)
    world.eu.set("tolerance", tolerance)
    world.states.set("manufactured_tension", made_tension(K, tolerance, p.tension_made, p.tension_tolerated))
    world.states.set("managed_calm", p.calm_bought * K * tolerance)


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Book what opened and what closed the quarter."""
    states, since, tolerance = world.states, world.departure, world.eu.tolerance
    D, outside = states.democracy, states.stage < MEMBER
    hold = states.eu_influence * states.engaged * (1.0 - p.after_joining * ~outside)
    turn = p.opening * captured(D, p.open_at) * (1.0 - states.divided) + p.turn * world.draw("turn")
    causes = {
        "conditionality": conditionality(D, hold, tolerance, world.eu.clarity, p.conditionality),
        "tolerated strong hands": -erosion(D, states.popularity, states.orientation, tolerance, p.erosion, p.restraint),
        "legitimation by accession": 4.0 * p.legitimation * since("states.accession") * outside * (D * (1.0 - D)),
        "change of government": states.government_changed * turn,
        "division": -p.division * since("states.divided"),
        "nationalism": -p.nationalism * since("states.nationalism"),
        "events of the day": p.shock * world.draw("shock"),
    }
    states.pull("democracy", 1.0, causes)
