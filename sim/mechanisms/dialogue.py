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

from sim.fusing import fused
from sim.maths import Array, hazard, saturating
from sim.mechanisms.escalation import Moved, bite, spoilers, tension
from sim.mechanisms.mediation import mean_of, mediation_now, mediation_today
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("states.eu_influence", "states.us_influence", "states.nationalism", "states.russian_influence", "states.manufactured_tension"),
    *("states.managed_calm", "us.engagement", "us.predictability", "us.ad_hoc", "us.sanctions", "eu.sanctions_blocked"),
    *("transatlantic.alignment", "region.western_leverage", "region.kin_support", "region.spoilers", "regional.cooperation"),
    *("kfor.strength", "nato.deterrence", "kosovo_serbia.mediation", "kosovo_serbia.normalisation", "kosovo_serbia.compliance"),
    *("kosovo_serbia.tension", "kosovo_serbia.crisis", "kosovo_serbia.bindingness"),
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


def crisis_chance(tension: Any, rate: Any) -> Any:
    """Probability of an acute crisis in the quarter, rising with the square of tension; `rate` at full tension."""
    return hazard(rate * tension * tension)


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """What holds for the whole run: the situation that causes count from, and the rate of crises at full tension."""
    today = world.today
    cost, sanctions = world.lever_defaults("dialogue.noncompliance_cost"), world.lever_defaults("us.sanctions_on_spoilers")
    return {
        "usual_mediation": mediation_today(world, p),
        "usual_cost": enforcement(cost, today("kosovo_serbia.bindingness"), p.visible_breach),
        "usual_bite": bite(sanctions, today("eu.sanctions_blocked"), p.eu_part_of_sanctions),
        "usual_force": saturating(today("kfor.strength"), p.kfor_half) + today("nato.deterrence"),
        "crises_at_full_tension": p.crisis_rate / (p.tension_norm * p.tension_norm),
    }


@fused
def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Sanctions on spoilers, and what the mediators bring."""
    world.us.set("sanctions", levers["us.sanctions_on_spoilers"])
    world.kosovo_serbia.set("mediation", mediation_now(world, p, levers))


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Agreements and crises of the quarter, then compliance, normalisation, tension and spoilers."""
    moved = Moved(
        mediation=world.kosovo_serbia.mediation - p.usual_mediation,
        nationalism=mean_of(world.departure("states.nationalism")),
        manufactured=mean_of(world.departure("states.manufactured_tension")),
        spoilers=world.region.spoilers - p.spoiler_norm,
        tension=world.kosovo_serbia.tension - p.tension_norm,
    )
    calm, easy = world.kosovo_serbia.crisis < 1.0, 1.0 - world.kosovo_serbia.tension
    agreed = _agree(world, p, calm, easy)
    erupts = _crisis(world, p, levers, calm)
    _text(world, p, levers, agreed)
    _comply(world, p, levers, moved)
    _normalise(world, p, agreed, moved)
    tension(world, p, levers, moved, erupts * easy)
    spoilers(world, p, levers, moved)


def _agree(world: World, p: SimpleNamespace, calm: Array, easy: Array) -> Array:
    """Whether the two agree on a text this quarter, bool (worlds,); `easy` is what tension leaves."""
    dyad = world.kosovo_serbia
    haste = 1.0 + p.ad_hoc_haste * world.us.ad_hoc * world.us.engagement
    agreed = (world.draw("agreement") < hazard(p.agreement_rate * dyad.mediation * easy * haste)) & calm
    forced = world.forced("agreement.kosovo_serbia")
    if forced is not False:
        agreed = agreed | forced
    dyad.set("agreement", agreed)
    world.event("agreement.kosovo_serbia", agreed, target="XKX", actor="SRB", because="mediation")
    return agreed


def _crisis(world: World, p: SimpleNamespace, levers: LeverView, calm: Array) -> Array:
    """Begin and end acute crises; returns where one breaks out, bool (worlds,)."""
    dyad, draw = world.kosovo_serbia, world.draw("crisis")
    breaks_out = draw[0] < crisis_chance(dyad.tension, p.crises_at_full_tension)
    defused = draw[0] < hazard(p.crisis_end + p.crisis_end * dyad.mediation)
    forced = world.forced("crisis.kosovo_serbia")
    if forced is not False:
        breaks_out, defused = breaks_out | forced, defused & (forced ^ True)
    begins, ends = dyad.stands("crisis", 1.0, calm & breaks_out), defused & ~calm
    dyad.jump("crisis", 1.0, begins, because="tension")
    dyad.jump("crisis", 0.0, ends, because="defused")
    stands = calm == (begins | ends)  # a calm that broke, or a crisis that did not end
    dyad.set("in_crisis", dyad.as_held("crisis", stands))
    steps, backing = levers["kosovo.unilateralism"], world.region.kin_support
    by_pristina = draw[1] * (steps + backing) < steps
    world.event("crisis.kosovo_serbia", begins & by_pristina, target="SRB", actor="XKX", because="steps in the north")
    world.event("crisis.kosovo_serbia", begins & ~by_pristina, target="XKX", actor="SRB", because="backing of parallel structures")
    return begins


def _text(world: World, p: SimpleNamespace, levers: LeverView, agreed: Array) -> None:
    """How binding the text in force is: new texts replace part of it, and standing ones are read anew."""
    dyad, asked = world.kosovo_serbia, levers["dialogue.legal_clarity"]
    clarity = clarity_of_text(asked, world.us.ad_hoc, p.ad_hoc_shallowness)
    dyad.change("bindingness", p.renewal * agreed * (clarity - dyad.bindingness), because="a new text")
    reading = asked - levers.today("dialogue.legal_clarity") - world.departure("kosovo_serbia.bindingness")
    dyad.change("bindingness", p.interpretation * reading, because="reading of standing texts")


def _comply(world: World, p: SimpleNamespace, levers: LeverView, moved: Moved) -> None:
    dyad, rate = world.kosovo_serbia, p.compliance_speed
    charged = enforcement(levers["dialogue.noncompliance_cost"], dyad.bindingness, p.visible_breach)
    binds = {
        "cost of a breach": p.cost_deters * (charged - p.usual_cost),
        "clarity of the text": p.clarity_binds * world.departure("kosovo_serbia.bindingness"),
        "mediation": p.mediator_holds * moved.mediation,
    }
    loosens = {
        "spoilers": p.spoilers_break * moved.spoilers,
        "nationalism": p.nationalism_breaks * moved.nationalism,
        "return to anchor": world.departure("kosovo_serbia.compliance"),
    }
    dyad.pull("compliance", rate, binds)
    dyad.pull("compliance", -rate, loosens)


def _normalise(world: World, p: SimpleNamespace, agreed: Array, moved: Moved) -> None:
    dyad, rate = world.kosovo_serbia, p.normalisation_speed
    blocks = {
        "tension": p.tension_blocks * moved.tension,
        "manufactured tension": p.captured_blocks * moved.manufactured,
        "return to anchor": world.departure("kosovo_serbia.normalisation"),
    }
    dyad.change("normalisation", p.agreement_step * agreed * (1.0 - dyad.normalisation), because="agreement")
    dyad.change("normalisation", rate * p.compliance_builds * world.departure("kosovo_serbia.compliance"), because="compliance")
    dyad.pull("normalisation", -rate, blocks)
