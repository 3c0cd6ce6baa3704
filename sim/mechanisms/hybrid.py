"""Hybrid threats: attacks and disasters meet forces that are hardly prepared; preparedness is built by joint effort and wears off.

Claim      Cyber-attacks, extremism and badly handled disasters put infrastructure at risk; preparedness is at amateur level and grows by US
           technology with EU rules, hybrid materiel, training and neighbours that work together.
           (transatlantic-burden-sharing 46; closing-the-capabilities-gap 114, 116, 118, 210, 214)
Equation   h   = T [ a (z + (1 - z) W) r / (r + r1)           pressure: a power attacks through its influence r, more while war W lasts;
                  + b s (1 - k) ] (1 - m R)                   others through spoilers s where cooperation k is low
           D   = h + (A + n) (1 - m R)                        damage: pressure, large attacks A, disasters n
           dR  = d (R0 - R) + d [ w (t e - t0 e0) + sum w z ] - l (T - T0) R    preparedness; attackers learn with their numbers
Sources    The two documents name causes and no sizes; no data row records attacks or disasters.
Doubts     Damage is not observed on a common scale: 0.05 to 0.1 in a usual quarter is a choice of scale. Who is behind an attack is
           seldom proven; an attack is written to Russia where its influence opened the door and to non-state actors otherwise.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import POWERS
from sim.fusing import fused
from sim.maths import hazard, saturating
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("states.resilience", "states.russian_influence", "states.hybrid_kit", "states.b9plus_support", "region.threat"),
    *("powers.is_active", "region.spoilers", "regional.cooperation", "formats.output"),
)
BOOKS = ("states.resilience",)
SIGNALS = ("states.hybrid_damage",)
DRAWS = {"attack": Draw("uniform", (6,)), "disaster": Draw("uniform", (6,))}


def open_door(R: Any, m: Any) -> Any:
    """Share of an attack that gets through, in [1 - m, 1]: preparedness `R` stops at most `m` of it."""
    return 1 - m * R


def state_pressure(a: Any, T: Any, W: Any, z: Any, r: Any, half: Any) -> Any:
    """Pressure by an outside power: threat level `T`, war `W` in [0, 1] of which `z` is left in peace, its influence `r`."""
    return a * T * (z + (1 - z) * W) * saturating(r, half)


def nonstate_pressure(b: Any, T: Any, s: Any, k: Any) -> Any:
    """Pressure by organised crime and extremists: spoilers `s`, held down by regional cooperation `k`."""
    return b * T * s * (1 - k)


def assistance(t: Any, e: Any, c: Any) -> Any:
    """US technology `t` and EU rules `e`: each alone counts, together more by `c`; in [0, 1] for all in [0, 1]."""
    return (t + e + c * t * e) / (2 + c)


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """Today's help and exercises, and the chance of a disaster."""
    usual = world.lever_defaults
    return {
        "usual_help": assistance(usual("us.technology_support"), usual("eu.regulatory_support"), p.together),
        "usual_exercises": saturating(world.today("formats.output"), p.half_output),
        "disaster_chance": hazard(p.disaster_rate),
    }


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Damage of the quarter, then what becomes of preparedness."""
    T = levers["threats.hybrid"]
    _strike(world, p, T)
    _book_resilience(world, p, levers, T)


def _strike(world: World, p: SimpleNamespace, T: Any) -> None:
    """Publish the damage; log large attacks and disasters that find the door open."""
    states, draw = world.states, world.draw("attack")
    door = open_door(states.resilience, p.stopped)
    influence = states.russian_influence * world.powers.is_active[POWERS.index("RUS")]
    powers = state_pressure(p.from_powers, T, world.region.threat, p.in_peace, influence, p.half_influence)
    attackers = powers + nonstate_pressure(p.from_others, T, world.region.spoilers, world.regional.cooperation)
    pressure = attackers * door
    chance = hazard(p.attack_rate * pressure)
    attacked, disaster = draw < chance, world.draw("disaster") < p.disaster_chance
    shocks = (p.attack_size * attacked + p.disaster_size * disaster) * door
    states.set("hybrid_damage", np.minimum(pressure + shocks, 1.0))
    by_power = attacked & (draw * attackers < chance * powers)  # the same draw, spread over [0, chance), tells whose attack it is
    world.state_events("hybrid_attack", by_power, actor="RUS", because="influence opened the door")
    world.state_events("hybrid_attack", attacked ^ by_power, actor="non-state", because="spoilers, crime and weak cooperation")
    world.state_events("disaster", disaster, actor="nature", because="flood, fire, earthquake or epidemic")


def _book_resilience(world: World, p: SimpleNamespace, levers: LeverView, T: Any) -> None:
    """Preparedness: help, materiel, exercises and neighbours build it; attackers learn; without effort it returns to where it was."""
    states, since = world.states, world.departure
    with_technology = assistance(levers["us.technology_support"], levers.today("eu.regulatory_support"), p.together)
    with_both = assistance(levers["us.technology_support"], levers["eu.regulatory_support"], p.together)
    causes = {
        "US technology": p.w_assistance * (with_technology - p.usual_help),
        "EU rules": p.w_assistance * (with_both - with_technology),
        "regional cooperation": p.w_cooperation * since("regional.cooperation"),
        "joint training": p.w_exercises * (saturating(world.formats.output, p.half_output) - p.usual_exercises),
        "hybrid materiel and training": p.w_kit * since("states.hybrid_kit"),
    }
    if world.anywhere("states.b9plus_support"):
        causes["B9+"] = p.w_b9plus * states.b9plus_support
    states.pull("resilience", p.decay, causes)
    states.change("resilience", -p.decay * since("states.resilience"), because="return to anchor")
    if not levers.as_today("threats.hybrid"):
        more = T - levers.today("threats.hybrid")
        states.change("resilience", -p.learning * more * states.resilience, because="attackers learn")
