"""The transatlantic West: who governs in Washington, how far it can be relied on, and what the Union and it can move together.

Claim      A transactional administration brings unpredictability and animosity, not the end of the Alliance; US leverage cannot easily be
           replaced, so the two must act on one plan. (transatlantic-burden-sharing 34, 38, 40, 50)
           Delays, fatigue and new powers weaken the Union; see eu_posture. (closing-the-capabilities-gap 92, 106, 256, 274)
Equation   U = e (f + (1 - f) q)                         reliability: engagement e, predictability q
           E = (1 - w) mean(I_eu) + w o                  the Union's side: influence, its own security effort o
           L = a_E E + a_U U + a_X (c A) E U             joint leverage: coordination c, alignment A; complements
           dx = r [ sum_i w_i (x_i - x_i today) + (x today - x) ]        every stock below; L lends weight to either's influence
Sources    Blankenship 2023, The Burden-Sharing Dilemma (a threat of abandonment raises allies' effort and costs influence); Lanoszka 2018,
           Atomic Assurance (alliances outlast doubts); Olson & Zeckhauser 1966, An Economic Theory of Alliances.
Doubts     No scale of influence or standing is observed: weights are judgements, and the weights that decide whether the Union can make
           up for Washington carry wide priors. Animosity in one administration of the record is all there is to go by.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.administrations import FIRST, elected, governs, inaugurated
from sim.fusing import fused
from sim.maths import Array, hazard, saturating, within
from sim.mechanisms.eu_posture import book_exposure, book_standing, invested
from sim.mechanisms.eu_posture import prepare as prepare_posture
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    "us.in_office", "us.announced", "us.withdrawn", "us.mood", "us.engagement", "us.predictability", "us.grievance", "us.attention",
    "us.transactional", "us.ad_hoc", "us.reliability", "transatlantic.alignment", "states.eu_influence", "states.us_influence",
    "states.membership_credibility", "states.accession", "states.stability", "states.chinese_investment", "states.russian_influence",
    "states.chinese_influence", "states.turkish_influence", "states.nato_progress", "eu.standing", "eu.vulnerability",
    "eu.defence_interest", "eu.commitment", "eu.cohesion", "eu.fatigue", "eu.money", "eu.security_effort", "kosovo_serbia.tension",
    "kfor.strength", "region.threat", "region.western_leverage", "kosovo_serbia.crisis", "states.crisis",
)  # fmt: skip
BOOKS = (
    "us.in_office", "us.announced", "us.withdrawn", "us.mood", "us.engagement", "us.predictability", "transatlantic.alignment",
    "eu.standing", "eu.vulnerability", "eu.defence_interest", "states.eu_influence", "states.us_influence",
)  # fmt: skip
SIGNALS = (
    *("us.transactional", "us.ad_hoc", "us.priority", "us.reliability", "eu.security_effort"),
    *("region.acute", "region.western_leverage"),
)
DRAWS = {"election": Draw("uniform", ()), "withdrawal": Draw("uniform", ()), "swing": Draw("normal", (3,))}

TINY = 1e-12
"""Keeps a ratio defined where nothing is given to nothing."""


def reliability(p: SimpleNamespace, engagement: Any, predictability: Any) -> Any:
    """Engagement discounted by unpredictability, 0..1, shape (worlds,)."""
    return engagement * (p.steady_share + (1 - p.steady_share) * predictability)


def union_side(p: SimpleNamespace, influence: Any, effort: Any) -> Any:
    """What the Union brings, 0..1: mean influence on the six, (6, worlds), and its own security effort -> (worlds,)."""
    return (1 - p.security_share) / len(influence) * influence.sum(axis=0) + p.security_share * effort


def joint_leverage(p: SimpleNamespace, E: Any, U: Any, together: Any) -> Any:
    """What the West can move, 0..1: each side alone, and more than the sum where they act together, shape (worlds,)."""
    return np.minimum(p.eu_alone * E + (p.us_alone + p.complement * together * E) * U, 1)


def attention(p: SimpleNamespace, usual: Any, transactional: Any, grievance: Any, crises: Any, mood: Any) -> Any:
    """US attention before the multiplier: `grievance` and `crises` are deviations from their usual level, shape (worlds,)."""
    calm = usual * (1 - p.transactional_cut * transactional - p.grievance_cut * grievance)
    return within(calm + p.crisis_pull * crises + mood, 0, 1)


def prioritised(share: Any, multiple: Any) -> Any:
    """A share of attention times a multiple of priority, on the odds: none at 0, unchanged at 1, never above 1, shape (worlds,)."""
    return share * multiple / (1 - share + share * multiple + TINY)


def commitment(p: SimpleNamespace, usual: Any, alarm: Any, cohesion: Any, weariness: Any) -> Any:
    """The Union's political weight: alarm and cohesion raise it, weariness lowers it; all three are deviations, shape (worlds,)."""
    return usual + p.alarm_pull * alarm + p.cohesion_pull * cohesion - p.weariness_drag * weariness


def credible_reward(p: SimpleNamespace, credibility: Any, money: Any) -> Any:
    """Money counts as far as membership is believed in, with falling returns; equals credibility at today's money."""
    return credibility * (1 - p.money_share + p.money_share * 2 * saturating(money, 1.0))


def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Publish who governs, how it deals, and what the West can move together."""
    us, word = world.us, lambda choice: levers.chosen("us.later_elections", choice)
    newly = None
    if inaugurated(world.now, world.quarter == 0):
        rule = {choice: word(choice) for choice in ("drawn", "same", "transactional")}
        newly = elected(rule, us.in_office, p.transactional_wins, world.draw("election"))
    lever = levers["us.administration"]
    announced = us.announced if world.quarter else lever  # what a run begins with is no change
    us.set("transactional", governs(world.now, lever, announced, us.in_office, newly))
    _publish(world, p, levers)


@fused
def _publish(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    us = world.us
    ad_hoc = levers.chosen("us.deal_style", "ad_hoc") + levers.chosen("us.deal_style", "by_administration") * us.transactional
    us.set("ad_hoc", ad_hoc)
    us.set("priority", levers["us.engagement"])
    us.set("reliability", reliability(p, us.engagement, us.predictability))
    effort, together = levers["eu.security_ownership"], levers["transatlantic.coordination"] * world.transatlantic.alignment
    E = union_side(p, world.states.eu_influence, effort)
    world.eu.set("security_effort", effort)
    world.region.set("acute", 0.5 * (world.kosovo_serbia.crisis + world.states.crisis.max(axis=0)))
    world.region.set("western_leverage", joint_leverage(p, E, us.reliability, together))


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """What holds for the whole run: the leverage of today, and what influence gains where Washington and KFOR stand as today."""
    today, usual = world.today, world.lever_defaults
    E = union_side(p, today("states.eu_influence"), usual("eu.security_ownership"))
    together = usual("transatlantic.coordination") * today("transatlantic.alignment")
    return {
        **prepare_posture(world, p),
        "usual_leverage": joint_leverage(p, E, today("us.reliability"), together),
        "presence_pulls": p.presence_pull * today("states.us_influence") / today("us.reliability"),
        "kfor_pulls": p.kfor_pull / today("kfor.strength"),
        "swing_grows": p.transactional_swing - p.steady_swing,
    }


def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Book what follows for Washington, for the two together, for the Union's posture and for influence on the six."""
    _book(world, p, levers, world.now != FIRST)


@fused
def _book(world: World, p: SimpleNamespace, levers: LeverView, in_term: bool) -> None:
    """In 2025Q1 (not `in_term`) the lever says how the election of 2024 ended."""
    _washington(world, p, levers["us.administration"], in_term)
    _withdrawal(world, p)
    _together(world, p, levers["transatlantic.coordination"] - levers.today("transatlantic.coordination"))
    held = invested(world, p)
    book_standing(world, p, levers["eu.security_ownership"] - levers.today("eu.security_ownership"), held)
    book_exposure(world, p, held)
    front = p.front_pull * (world.region.western_leverage - p.usual_leverage)
    _eu_influence(world, p, front)
    _us_influence(world, p, front)


def _washington(world: World, p: SimpleNamespace, lever: Any, in_term: bool) -> None:
    us, A, swing = world.us, world.us.transactional, world.draw("swing")
    us.change("engagement", p.engagement_speed * (us.attention - us.engagement), because="attention")
    us.change("mood", -p.mood_return * us.mood, because="swings pass")
    us.change("mood", (p.steady_swing + p.swing_grows * A) * swing[0], because="swings of attention")
    doubts = {
        "transactional administration": p.transactional_doubt * A,
        "personal deals": p.ad_hoc_doubt * us.ad_hoc,
        "return to anchor": world.departure("us.predictability"),
    }
    us.pull("predictability", -p.predictability_speed, doubts)
    by_lever = (us.announced != lever) & in_term
    us.jump("announced", lever, us.announced != lever, because="administration announced")
    changed = us.in_office != A
    us.change("predictability", -p.turnover_doubt * changed, because="change of administration")
    us.jump("in_office", A, changed, because="inauguration")
    for word, now in (("transactional", changed & (A > 0)), ("continuity", changed & (A == 0))):
        world.event(f"administration.{word}", now & by_lever, target="USA", actor="USA", because="set by the scenario")
        world.event(f"administration.{word}", now & ~by_lever, target="USA", actor="USA", because="election")


def _withdrawal(world: World, p: SimpleNamespace) -> None:
    us, gone = world.us, world.us.withdrawn > 0
    leaves = world.draw("withdrawal") < hazard(p.withdrawal_rate * us.transactional * us.grievance)
    forced = world.forced("us_withdrawal")
    if forced is not False:
        leaves = leaves | forced
    leaves = leaves & ~gone
    us.jump("withdrawn", 1.0, leaves, because="withdrawal")
    us.jump("engagement", p.residual_attention, leaves, because="withdrawal")
    world.event("us_withdrawal", leaves, target="USA", actor="USA", because="grievance of a transactional administration")
    us.jump("withdrawn", 0.0, gone & (us.in_office > us.transactional), because="a new administration returns")


def _together(world: World, p: SimpleNamespace, coordination: Any) -> None:
    pair, rate = world.transatlantic, p.alignment_speed
    divides = {
        "animosity": p.animosity * world.us.transactional,
        "grievance": p.grievance_weight * world.departure("us.grievance"),
        "return to anchor": world.departure("transatlantic.alignment"),
    }
    pair.pull("alignment", -rate, divides)
    pair.change("alignment", rate * p.coordination_weight * coordination, because="coordination")
    pair.change("alignment", p.alignment_noise * world.draw("swing")[1], because="disputes of the day")


def _eu_influence(world: World, p: SimpleNamespace, front: Array) -> None:
    states, since, rate = world.states, world.departure, p.influence_speed
    reward = credible_reward(p, states.membership_credibility, world.eu.money) - world.today("states.membership_credibility")
    gains = {
        "credible reward": p.reward_pull * reward,
        "standing and commitment": p.standing_pull * since("eu.standing") + p.commitment_pull * since("eu.commitment"),
        "joint leverage": front,
    }
    states.pull("eu_influence", rate, gains)
    states.change("eu_influence", -rate * since("states.eu_influence"), because="return to anchor")


def _us_influence(world: World, p: SimpleNamespace, front: Array) -> None:
    states, since, rate = world.states, world.departure, p.influence_speed
    gains = {
        "engagement": p.presence_pulls * since("us.reliability"),
        "security guarantee": p.guarantee_pull * since("states.nato_progress"),
        "KFOR": p.kfor_pulls * since("kfor.strength"),
        "joint leverage": front,
    }
    states.pull("us_influence", rate, gains)
    states.change("us_influence", -rate * since("states.us_influence"), because="return to anchor")
