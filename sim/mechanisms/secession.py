"""Secession: a leadership that provokes needs a patron and a Bosnian crisis before it dares to break away.

Claim      A leader who stokes tension makes the secession of Republika Srpska a real risk, and secession would spiral Bosnia into crisis
           (transatlantic-burden-sharing 28).
Equation   Q = 1 - (1 - b K S)(1 - m V R)                  patronage: Belgrade first (kin support K x influence S), then Moscow (V x R)
           db = w (s d / d' - b)                           blockade follows the order of the day s and defiance d
           c = X + (1 - X)(1 - exp(-u b d))                a Bosnian crisis stands (X) or breaks out over the constitution
           P = c (1 - exp(-q d Q (1 - w E))) if Q >= Q*    provocation x patron x crisis, against the response E that is expected
Sources    Jenne (2004) A Bargaining Theory of Minority Demands; Jenne (2007) Ethnic Bargaining; Walter (2006) Building Reputation.
Doubts     There is no case to calibrate on. A secession that a scenario forces happens even without a patron, because the scenario
           says so; it too puts Bosnia into crisis in the same quarter. Budapest's shield lowers the price of defiance, no more.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import STATES
from sim.fusing import fused
from sim.maths import Array, hazard, logistic, saturating
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("states.serbian_influence", "states.russian_influence", "states.crisis", "region.kin_support", "region.western_leverage"),
    *("republika_srpska.patronage", "republika_srpska.defiance", "republika_srpska.blockade", "republika_srpska.seceded"),
    *("eufor.strength", "nato.deterrence"),
)
BOOKS = ("republika_srpska.blockade", "republika_srpska.seceded", "states.crisis")
SIGNALS = (
    *("region.kin_support", "republika_srpska.patronage", "republika_srpska.stoking"),
    *("republika_srpska.secession_risk", "republika_srpska.ruptures"),
)
DRAWS = {"rupture": Draw("uniform", (2,))}

BOSNIA = STATES.index("BIH")


def patronage(kin_support: Any, serbian: Any, moscow_support: Any, russian: Any, belgrade: Any, moscow: Any) -> Any:
    """Backing that a break-away could count on, 0..1, zero when neither Belgrade nor Moscow backs it."""
    first = np.minimum(belgrade * kin_support * serbian, 1.0)
    second = np.minimum(moscow * moscow_support * russian, 1.0)
    return first + (1.0 - first) * second


def punishment(us_sanctions: Any, blocked: Any, eu_part: Any) -> Any:
    """Sanctions as they bite, 0..1: the part that needs the EU falls away as far as members block it."""
    return us_sanctions * (1.0 - eu_part * blocked)


def defiance(stoking: Any, log_odds: Any) -> Any:
    """How far the leadership defies, 0..1: its readiness (multiple of 2023) times the share that pays."""
    return np.minimum(stoking * logistic(log_odds), 1.0)


def expected_response(leverage: Any, eufor: Any, half: Any, deterrence: Any) -> Any:
    """How surely the West would respond, 0..1, by leverage, troops in the country or deterrence from outside it."""
    return 1.0 - (1.0 - leverage) * (1.0 - saturating(eufor, half)) * (1.0 - deterrence)


def secession_chance(crisis: Any, defies: Any, backing: Any, response: Any, p: SimpleNamespace) -> Any:
    """Probability in the quarter given the chance of a Bosnian crisis; zero without a crisis, without defiance or without a patron."""
    daring = hazard(p.secession_rate * defies * backing * (1.0 - p.response_weight * response))
    return crisis * (daring * (backing >= p.patron_needed))


@fused
def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Who backs the leadership, and how readily it provokes."""
    support = levers["serbia.kin_support"]
    world.region.set("kin_support", support)
    world.republika_srpska.set("stoking", levers["republika_srpska.provocation"])
    serbian, russian = world.states.serbian_influence[BOSNIA], world.states.russian_influence[BOSNIA]
    moscow = levers["russia.support_for_republika_srpska"]
    backing = patronage(world.region.kin_support, serbian, moscow, russian, p.belgrade_backs, p.moscow_backs)
    world.republika_srpska.set("patronage", backing)


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """The blockade follows defiance; a constitutional crisis may break out, and in a crisis secession may be declared."""
    entity, draw, defies = world.republika_srpska, world.draw("rupture"), world.republika_srpska.defiance
    goal = levers["republika_srpska.state_blockade"] / p.defiance_norm * defies
    entity.change("blockade", p.blockade_speed * (goal - entity.blockade), because="defiance")
    within_bosnia, crisis = entity.seceded < 1.0, world.states.crisis[BOSNIA] > 0.0
    response = expected_response(world.region.western_leverage, world.eufor.strength, p.eufor_half, world.nato.deterrence)
    rupture = hazard(p.rupture_rate * entity.blockade * defies)
    chance = secession_chance(within_bosnia, defies, entity.patronage, response, p)
    entity.set("secession_risk", np.maximum(crisis, rupture) * chance)
    ruptures = (draw[0] < rupture) & within_bosnia & ~crisis
    leaves = (crisis | ruptures) & (draw[1] < chance)
    forced = world.forced("secession")
    if forced is not False:
        leaves = leaves | (forced & within_bosnia)
    leaves = entity.stands("seceded", 1.0, leaves)
    entity.set("ruptures", ruptures | leaves)
    _happen(world, (ruptures | leaves) & ~crisis, leaves)


def _happen(world: World, crisis: Array, leaves: Array) -> None:
    """Book the crisis of Bosnia and the secession; a secession, forced or not, never comes without the crisis."""
    entity = world.republika_srpska
    rows = np.zeros_like(world.states.crisis, dtype=bool)
    rows[BOSNIA] = crisis
    rows = world.states.stands("crisis", 1.0, rows)
    world.states.jump("crisis", 1.0, rows, because="constitutional rupture")
    world.state_events("crisis", rows, actor="RS", because="constitutional rupture")
    entity.jump("seceded", 1.0, leaves, because="secession")
    world.event("secession", leaves, target="BIH", actor="RS", because="patron and crisis")
