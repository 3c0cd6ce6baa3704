"""Dialogue: clear texts and real costs make Belgrade and Pristina comply; unilateral steps and spoilers make them collide.

Claim      Unclear legality and doubtful costs invite breach; failed EU mediation raises the need for the US and encourages spoilers
           (transatlantic-burden-sharing 26); tolerated autocrats stop progress (28); ad-hoc deals bind little (38).
Equation   M  = 1 - (1 - m_eu)(1 - m_us)                      the two mediators substitute each other
           C* = C' + k (c - c') + b (B - B') + ...            c = cost (v + (1 - v) B): only a visible breach is charged
           dN = r (b (C - C') - t (T - T'') - m (K - K') + N' - N)    normalisation follows what is done, less what captured
                                                              governments make of the quarrel; tension T: see escalation.py
           P(crisis) = 1 - exp(-r (T / T'')^2),  P(agreement) = 1 - exp(-a M (1 - T)(1 + h adhoc))
Sources    Lipson (1991) Why Are Some International Agreements Informal?; Guzman (2002) A Compliance-Based Theory of International Law;
           Downs and Jones (2002) Reputation, Compliance, and International Law; Beardsley (2008) Agreement without Peace?
Doubts     None of the stocks is observed; rates of crises and agreements come from a dozen events. ' is today, '' the norm below the
           peak of 2023.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.maths import Array, hazard
from sim.mechanisms.escalation import spoilers, tension
from sim.mechanisms.mediation import mean_of, mediation_now, mediation_today
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("states.eu_influence", "states.us_influence", "states.nationalism", "states.russian_influence", "states.manufactured_tension"),
    *("states.managed_calm", "us.engagement", "us.ad_hoc", "us.sanctions", "eu.sanctions_blocked", "transatlantic.alignment"),
    *("region.kin_support", "region.spoilers", "regional.cooperation", "kfor.strength", "nato.deterrence", "kosovo_serbia.mediation"),
    *(
        "kosovo_serbia.normalisation",
        "kosovo_serbia.compliance",
        "kosovo_serbia.tension",
        "kosovo_serbia.crisis",
        "kosovo_serbia.bindingness",
    ),
)
BOOKS = (
    *("kosovo_serbia.normalisation", "kosovo_serbia.compliance", "kosovo_serbia.tension", "kosovo_serbia.crisis"),
    *("kosovo_serbia.bindingness", "region.spoilers"),
)
SIGNALS = ("us.sanctions", "kosovo_serbia.mediation", "kosovo_serbia.agreement", "kosovo_serbia.in_crisis")
DRAWS = {"crisis": Draw("uniform", (2,)), "agreement": Draw("uniform", ()), "shocks": Draw("normal", (2,))}


def enforcement(cost: Any, bindingness: Any, visible: Any) -> Any:
    """Cost of a breach that is really charged, 0..cost: under an unclear text only the share `visible`."""
    return cost * (visible + (1.0 - visible) * bindingness)


def clarity_of_text(legal_clarity: Any, ad_hoc: Any, shallowness: Any) -> Any:
    """How binding a text made now would be: an ad-hoc deal loses the share `shallowness`."""
    return legal_clarity * (1.0 - shallowness * ad_hoc)


def crisis_chance(tension: Any, norm: Any, rate: Any) -> Any:
    """Probability of an acute crisis in the quarter; `rate` at the norm, rising with the square of tension."""
    relative = tension / norm
    return hazard(rate * relative * relative)


def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Sanctions on spoilers, and what the mediators bring."""
    world.us.set("sanctions", levers["us.sanctions_on_spoilers"])
    world.kosovo_serbia.set("mediation", mediation_now(world, p, levers))


def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Agreements and crises of the quarter, then compliance, normalisation, tension and spoilers."""
    better = world.kosovo_serbia.mediation - mediation_today(world, p, levers)
    nationalism = mean_of(world.states.nationalism) - mean_of(world.today("states.nationalism"))
    agreed = _agree(world, p)
    erupts = _crisis(world, p, levers)
    _text(world, p, levers, agreed)
    _comply(world, p, levers, better, nationalism)
    _normalise(world, p, agreed)
    tension(world, p, levers, better, nationalism, erupts)
    spoilers(world, p, levers, better)


def _agree(world: World, p: SimpleNamespace) -> Array:
    """Whether the two agree on a text this quarter, bool (worlds,)."""
    dyad = world.kosovo_serbia
    haste = 1.0 + p.ad_hoc_haste * world.us.ad_hoc * np.minimum(world.us.engagement, 1.0)
    chance = hazard(p.agreement_rate * dyad.mediation * (1.0 - dyad.tension) * haste) * (dyad.crisis < 1.0)
    agreed = (world.draw("agreement") < chance) | world.forced("agreement.kosovo_serbia")
    dyad.set("agreement", agreed)
    world.event("agreement.kosovo_serbia", agreed, target="XKX", actor="SRB", because="mediation")
    return agreed


def _crisis(world: World, p: SimpleNamespace, levers: LeverView) -> Array:
    """Begin and end acute crises; returns where one breaks out, bool (worlds,)."""
    dyad, draw = world.kosovo_serbia, world.draw("crisis")
    stands = dyad.crisis > 0.0
    forced = world.forced("crisis.kosovo_serbia")
    begins = (~stands & (draw[0] < crisis_chance(dyad.tension, p.tension_norm, p.crisis_rate))) | (forced & ~stands)
    ends = stands & (draw[0] < hazard(p.crisis_end * (1.0 + dyad.mediation))) & ~np.asarray(forced)
    dyad.jump("crisis", 1.0, begins, because="tension")
    dyad.jump("crisis", 0.0, ends, because="defused")
    dyad.set("in_crisis", (stands | begins) & ~ends)
    steps, backing = levers["kosovo.unilateralism"], world.region.kin_support
    by_pristina = draw[1] * (steps + backing) < steps
    world.event("crisis.kosovo_serbia", begins & by_pristina, target="SRB", actor="XKX", because="steps in the north")
    world.event("crisis.kosovo_serbia", begins & ~by_pristina, target="XKX", actor="SRB", because="backing of parallel structures")
    return begins


def _text(world: World, p: SimpleNamespace, levers: LeverView, agreed: Array) -> None:
    """How binding the text in force is: new texts replace part of it, and standing ones are read anew."""
    dyad = world.kosovo_serbia
    clarity = clarity_of_text(levers["dialogue.legal_clarity"], world.us.ad_hoc, p.ad_hoc_shallowness)
    dyad.change("bindingness", p.renewal * agreed * (clarity - dyad.bindingness), because="a new text")
    asked = world.today("kosovo_serbia.bindingness") + levers["dialogue.legal_clarity"] - levers.today("dialogue.legal_clarity")
    dyad.change("bindingness", p.interpretation * (asked - dyad.bindingness), because="reading of standing texts")


def _comply(world: World, p: SimpleNamespace, levers: LeverView, better: Array, nationalism: Array) -> None:
    dyad, rate = world.kosovo_serbia, p.compliance_speed
    bound, bound_today = dyad.bindingness, world.today("kosovo_serbia.bindingness")
    charged = enforcement(levers["dialogue.noncompliance_cost"], bound, p.visible_breach)
    usual = enforcement(levers.today("dialogue.noncompliance_cost"), bound_today, p.visible_breach)
    dyad.change("compliance", rate * p.cost_deters * (charged - usual), because="cost of a breach")
    dyad.change("compliance", rate * p.clarity_binds * (bound - bound_today), because="clarity of the text")
    dyad.change("compliance", rate * p.mediator_holds * better, because="mediation")
    dyad.change("compliance", -rate * p.spoilers_break * (world.region.spoilers - p.spoiler_norm), because="spoilers")
    dyad.change("compliance", -rate * p.nationalism_breaks * nationalism, because="nationalism")
    dyad.change("compliance", rate * (world.today("kosovo_serbia.compliance") - dyad.compliance), because="return to anchor")


def _normalise(world: World, p: SimpleNamespace, agreed: Array) -> None:
    dyad, rate = world.kosovo_serbia, p.normalisation_speed
    done = dyad.compliance - world.today("kosovo_serbia.compliance")
    captured = mean_of(world.states.manufactured_tension - world.today("states.manufactured_tension"))
    dyad.change("normalisation", p.agreement_step * agreed * (1.0 - dyad.normalisation), because="agreement")
    dyad.change("normalisation", rate * p.compliance_builds * done, because="compliance")
    dyad.change("normalisation", -rate * p.tension_blocks * (dyad.tension - p.tension_norm), because="tension")
    dyad.change("normalisation", -rate * p.captured_blocks * captured, because="manufactured tension")
    dyad.change("normalisation", rate * (world.today("kosovo_serbia.normalisation") - dyad.normalisation), because="return to anchor")
