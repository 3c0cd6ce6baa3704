"""Stability: what presses and what calms becomes unrest; unrest wears stability down and breaks out in crises; calm lets incomes catch up.

Claim      2023 was a deterioration with hotspots in Kosovo, Bosnia and Montenegro; integration, cooperation, allied forces and European
           effort calm (transatlantic-burden-sharing 14, 20, 22, 40, 50; closing-the-capabilities-gap 50); several outside powers at once
           do the opposite (236). Accession, money that is absorbed, stability and roads let incomes catch up (134, 284);
           Chinese projects add activity, and debt.
Equation   U  = f F + d D + sum w (z - z')                 unrest: fragility, division, and what differs from 2023
           dS = r (S' - S - g (U - U') - c (X - x))        stability follows slowly
           P(crisis) = 1 - exp(-h U^2)                     and P(end) = 1 - exp(-e (1 - k U)) > 0, so that no crisis is endless
           dy = v (1 - y)(1 + m (A - A') + n (M a - a') + o (R - R') + i (S - S')) - q X y      incomes catch up; R: mobility
                + (j (f - f') - z (B - B')) y      Chinese money f and debt to China B
Sources    Buhaug and Gleditsch (2008) Contagion or Confusion?; Fearon and Laitin (2003) Ethnicity, Insurgency, and Civil War; Fortna (2008)
           Does Peacekeeping Work?; Schimmelfennig and Sedelmeier (2020) The Europeanization of Eastern Europe; Barro and Sala-i-Martin
           (1992) Convergence; Bieber (2018) Patterns of Competitive Authoritarianism; Dreher et al. (2021) Aid, China, and Growth; Horn,
           Reinhart and Trebesch (2021) China's overseas lending.
Doubts     The indicator is a survey of surveys with a published error of about 0.04 on this scale; weights are judgements with wide priors.
           The growth that follows Chinese projects is known for two years after commitment; here it lasts, and debt takes it back.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sim.fusing import fused
from sim.maths import Array, hazard, within
from sim.mechanisms.unrest import BOSNIA, base_unrest, calming, pressing
from sim.mechanisms.unrest import prepare as prepare_unrest
from sim.population import together
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("states.fragile", "states.divided", "states.nationalism", "states.hybrid_damage", "states.patron_rivalry", "states.managed_calm"),
    "states.manufactured_tension",
    *("states.nato_progress", "states.accession", "states.compliance", "states.membership_credibility", "states.prosperity"),
    *("states.stability", "states.crisis", "region.spoilers", "region.threat", "regional.cooperation", "regional.trust"),
    *("regional.mobility", "region.defence_convergence", "states.chinese_investment", "states.chinese_debt"),
    *("kosovo_serbia.tension", "kosovo_serbia.crisis", "kosovo_serbia.in_crisis", "republika_srpska.blockade", "republika_srpska.seceded"),
    *("republika_srpska.ruptures", "kfor.strength", "eufor.strength", "nato.deterrence", "eu.security_effort", "eu.commitment", "eu.money"),
)
BOOKS = ("states.stability", "states.crisis", "states.prosperity")
SIGNALS = ("states.fragile", "states.divided", "states.unrest")
DRAWS = {"crisis": Draw("uniform", (2, 6)), "stability": Draw("normal", (6,)), "income": Draw("normal", (6,))}


def crisis_chance(unrest: Any, rate: Any) -> Any:
    """Probability that a crisis breaks out in the quarter, rising with the square of unrest."""
    return hazard(rate * unrest * unrest)


def end_chance(unrest: Any, rate: Any, prolongs: Any) -> Any:
    """Probability that a crisis ends in the quarter; never zero for `prolongs` below 1."""
    return hazard(rate * (1.0 - prolongs * unrest))


def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """How fragile politics and how divided societies are."""
    world.states.set("fragile", levers["states.fragility"])
    world.states.set("divided", levers["states.division"])


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """What holds for the whole run: the unrest that 2023's fragility and division bring, and what the causes count from."""
    fragile, divided = world.today("states.fragile"), world.today("states.divided")
    constants = prepare_unrest(world, p)
    return {**constants, "usual_unrest": base_unrest(fragile, divided, p.fragility_weight, p.division_weight)}


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Unrest, then stability, crises and incomes."""
    states = world.states
    believed = states.compliance * states.membership_credibility - p.usual_belief
    politics = base_unrest(levers["states.fragility"], levers["states.division"], p.fragility_weight, p.division_weight)
    pressures = {"domestic politics": politics - p.usual_unrest, **pressing(world, p), **calming(world, p, believed)}
    pressure = together(pressures.values())
    unrest = within(p.usual_unrest + pressure, 0.0, 1.0)
    states.set("unrest", unrest)
    states.pull("stability", -p.stability_speed * p.stability_per_unrest, pressures, pressure)
    _stability(world, p)
    _crises(world, p, unrest)
    _prosperity(world, p, believed)


def _stability(world: World, p: SimpleNamespace) -> None:
    states = world.states
    states.change("stability", -p.stability_speed * p.crisis_weight * (states.crisis - p.usual_crises), because="crisis")
    states.change("stability", -p.stability_speed * world.departure("states.stability"), because="return to anchor")
    states.change("stability", p.stability_shock * world.draw("stability"), because="chance")


def _crises(world: World, p: SimpleNamespace, unrest: Array) -> None:
    """Begin and end crises; Kosovo's stands and falls with that of the dialogue, Bosnia's does not end where its entity ruptures."""
    states, draw = world.states, world.draw("crisis")
    stands, dyad_stood, dyad_stands = states.crisis > 0.0, world.kosovo_serbia.crisis > 0.0, world.kosovo_serbia.in_crisis > 0.0
    ruptures = (BOSNIA > 0.0) & (world.republika_srpska.ruptures > 0.0)
    own = draw[0] < crisis_chance(unrest, p.crisis_rate)
    drawn_in = dyad_stands & ~dyad_stood & (draw[1] < p.follows_dialogue)
    forced = world.forced_states("crisis")
    compelled = drawn_in if forced is None else drawn_in | forced
    begins = states.stands("crisis", 1.0, ~stands & ~ruptures & (own | compelled))
    bound = p.follows_dialogue >= 1.0
    ends = (draw[0] < end_chance(unrest, p.crisis_end, p.unrest_prolongs)) | (bound & dyad_stood & ~dyad_stands)
    ends = stands & ends & ~ruptures & ~compelled & ~(bound & dyad_stands)
    states.jump("crisis", 1.0, begins, because="unrest")
    states.jump("crisis", 0.0, ends, because="settled")
    world.state_events("crisis", begins & own, because="unrest")
    world.state_events("crisis", begins & ~own, because="the crisis in the dialogue")


def _prosperity(world: World, p: SimpleNamespace, believed: Array) -> None:
    """Incomes; `believed` is the product of compliance and belief less today's: money counts where rules are believed."""
    states, since = world.states, world.departure
    income = states.prosperity
    speeds = {
        "catching up": 1.0,
        "mobility": p.mobility_speeds * since("regional.mobility"),
        "accession": p.market_speeds * since("states.accession"),
        "EU money": p.money_speeds * (world.eu.money * (believed + p.usual_belief) - p.usual_belief),
        "stability": p.instability_slows * since("states.stability"),
    }
    states.pull("prosperity", p.catching_up * (1.0 - income), speeds)
    shares = {
        "crisis": -p.crisis_costs * states.crisis,
        "Chinese projects": p.project_growth * since("states.chinese_investment"),
        "debt to China": -p.debt_drag * since("states.chinese_debt"),
        "chance": p.income_shock * world.draw("income"),
    }
    states.pull("prosperity", income, shares)
