"""Accession: a credible reward, set against what adoption costs at home, becomes reform, steps and in the end membership.

Claim      Rules are adopted where a large and credible reward outweighs domestic adoption costs; money without credibility buys
           little (transatlantic-burden-sharing 22, 24); after joining, effort falls (closing-the-capabilities-gap 188, 198).
Equation   R  = s (1 - d (1 - a)) C (q + (1 - q) L) + m M C         what the Union offers: a nearer, believed, clearer reward
           K  = k1 (1 - D) + k2 F + k3 N - k4 O                     what adoption costs a government at home
           E  = 1 / (1 + exp(K + k5 B - R - n))                     effort; of R members keep a share, a suspended bid nothing
           dA = g E (o + M C) (1 - A) - (b + c (f - f')) A          A: compliance; M: money, with falling returns; f: Chinese money
           a  rises by a step where the Council grants one; put where A >= r0 + r1 a, more for a new stage
Stages     potential_candidate [0, .12) candidate [.12, .22) negotiating [.22, .8) closing [.8, 1) member 1
Sources    Schimmelfennig & Sedelmeier 2004, Governance by conditionality; Schimmelfennig & Sedelmeier 2020, The Europeanization
           of Eastern Europe: the external incentives model revisited; Sedelmeier 2008, After conditionality; Levitz & Pop-Eleches
           2010, Why no backsliding? Isaksson & Kotsadam 2018, Chinese aid and local corruption. Data rows accession_stage,
           chapters_opened, chapters_closed.
Doubts     Compliance is not observed: the Commission's grades are not in the extract. A convoy has no precedent to calibrate on.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import STATES
from sim.fusing import fused
from sim.maths import REAL, how_many, saturating
from sim.mechanisms.incentives import reform_effort, rival_offers, worth_of_reform
from sim.randomness import Draw

__all__ = ["BOOKS", "DRAWS", "READS", "SIGNALS", "perceive", "reform_effort", "rival_offers", "step", "worth_of_reform"]

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("states.accession", "states.stage", "states.compliance", "states.suspended", "states.crisis", "states.eu_alignment"),
    *("states.reform_effort", "states.membership_credibility", "states.granted", "states.engaged", "eu.money", "eu.pace"),
    *("states.democracy", "states.policy_fatigue", "states.nationalism", "states.orientation", "eu.clarity"),
    *("states.russian_influence", "states.chinese_influence", "states.chinese_investment"),
    *("eu.preoccupation", "eu.convoy", "eu.recognition_united", "kosovo_serbia.normalisation", "republika_srpska.seceded"),
)
BOOKS = ("states.accession", "states.stage", "states.compliance", "states.suspended", "eu.convoy")
SIGNALS = ("states.worth_of_reform", "states.attempting", "states.gate", "states.engaged", "eu.money", "eu.pace")
DRAWS = {"fits": Draw("normal", (6,))}

POTENTIAL, CANDIDATE, NEGOTIATING, CLOSING, MEMBER = range(5)
REACHED = ("", "candidate status", "talks opened", "talks closing")
BIH, XKX, SRB = (STATES.index(iso) for iso in ("BIH", "XKX", "SRB"))


def required(p: SimpleNamespace, a: Any) -> Any:
    """Compliance at which a candidate that has come as far as `a` puts its next step."""
    return p.r0 + p.r1 * a


def stage_of(p: SimpleNamespace, a: Any) -> Any:
    """Formal stage below membership that belongs to progress `a`: 0 to 3, float, shape of `a`."""
    return REAL(1) * (a >= p.candidate_from) + (a >= p.negotiating_from) + (a >= p.closing_from)


def on_the_map(p: SimpleNamespace, a: Any) -> Any:
    """Formal stage, membership included, of a state that stands at progress `a`: 0 to 4, float, shape of `a`."""
    return np.where(a >= 1, REAL(MEMBER), stage_of(p, a))


def step_length(p: SimpleNamespace, pace: Any) -> Any:
    """Progress that one granted step brings; shorter than any stage, so that none is skipped."""
    return np.minimum(p.step * pace, p.longest)


def next_stage(p: SimpleNamespace, a: Any) -> Any:
    """Formal stage, membership included, to which progress `a` would lead."""
    return stage_of(p, a) + (a >= p.treaty)


def convoy(p: SimpleNamespace, surplus: Any, able: Any, a: Any, stage: Any) -> Any:
    """Who puts a step when all go at once, bool (6, worlds): the group moves when its mean is nearly ready; nobody goes far ahead."""
    inside = able & (stage >= CANDIDATE)
    share = inside / np.maximum(how_many(inside), 1)
    ready = (share * surplus).sum(axis=0) >= -p.convoy_slack
    together = inside & ready & (a <= (share * a).sum(axis=0) + p.convoy_lead)
    return together | (able & (stage < CANDIDATE) & (surplus >= 0))


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """Before the first quarter the formal stage follows the starting value of progress, which a scenario may have set or hold."""
    world.states.start_at("stage", on_the_map(p, world.states.accession))
    return {}


@fused
def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Money and engagement from the levers; who puts a step before the Council. A forced veto needs a step to block."""
    states, stage = world.states, world.states.stage
    world.eu.set("money", levers["eu.funding"])
    world.eu.set("pace", levers["eu.accession_pace"] * (1 - p.crowding * world.eu.preoccupation))
    states.set("engaged", 1 - levers["states.suspend_accession"])
    states.set("worth_of_reform", _worth_of_reform(world, p))
    able = (states.engaged > 0.5) & (stage < MEMBER) & (states.crisis < 0.5) & _last_mile(world, p, stage)
    able &= world.eu.pace > 0
    a = states.accession
    gate = next_stage(p, a + step_length(p, world.eu.pace)) > stage
    surplus = states.compliance - required(p, a) - p.gate_bar * gate
    attempting = able & (surplus >= 0)
    together = levers.chosen("eu.entry_mode", "all_at_once")
    if levers.anywhere("eu.entry_mode", "all_at_once"):
        attempting = np.where(together, convoy(p, surplus, able, a, stage), attempting)
    forced = world.forced_states("veto")
    states.set("attempting", attempting if forced is None else attempting | (forced & (stage < MEMBER)))
    states.set("gate", gate)


def _worth_of_reform(world: World, p: SimpleNamespace) -> Any:
    states, eu = world.states, world.eu
    return worth_of_reform(
        p, credibility=states.membership_credibility, clarity=eu.clarity, money=eu.money, accession=states.accession,
        stage=states.stage, engaged=states.engaged, democracy=states.democracy, policy_fatigue=states.policy_fatigue,
        nationalism=states.nationalism, orientation=states.orientation,
        rivals=rival_offers(states.russian_influence, states.chinese_influence),
    )  # fmt: skip


def _last_mile(world: World, p: SimpleNamespace, stage: Any) -> Any:
    """Where nothing unresolved bars the way, bool (6, worlds): alignment, normal relations, a state in one piece."""
    free = (stage < CLOSING) | (world.states.eu_alignment >= p.alignment_bar)
    normal = world.kosovo_serbia.normalisation >= p.normalisation_bar
    for row in (SRB, XKX):
        free[row] &= normal | (stage[row] < CLOSING)
    free[BIH] &= world.republika_srpska.seceded < 0.5
    return free


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Reform turns into compliance, granted steps into progress, stages and membership."""
    _comply(world, p)
    _suspend(world)
    _advance(world, p)
    _lapse(world, p)
    world.eu.change("convoy", levers.chosen("eu.entry_mode", "all_at_once") - world.eu.convoy, because="entry mode")


def _comply(world: World, p: SimpleNamespace) -> None:
    states, A = world.states, world.states.compliance
    reformed = p.g * states.reform_effort * (1 - A)
    states.change("compliance", p.o * reformed, because="reform")
    states.change("compliance", reformed * absorbed(p, world.eu.money, states.membership_credibility), because="funded reform")
    states.change("compliance", -p.b * A, because="slipping back")
    bypassed = p.bypass * world.departure("states.chinese_investment")
    states.change("compliance", -bypassed * A, because="deals outside the rules")
    states.change("compliance", p.shock * world.draw("fits"), because="fits and starts")


def absorbed(p: SimpleNamespace, M: Any, C: Any) -> Any:
    """What money adds to reform: falling returns, and nothing where nobody believes in the reward."""
    return saturating(M, p.money_half) * C


def _advance(world: World, p: SimpleNamespace) -> None:
    """A granted step adds to progress; crossing a threshold is a new stage; the last step from `closing` is membership."""
    states, a, stage = world.states, world.states.accession, world.states.stage
    gain = states.granted * step_length(p, world.eu.pace)
    joins = (states.granted > 0.5) & (stage == CLOSING) & (a + gain >= p.treaty)
    gain *= ~joins
    states.change("accession", gain, because="steps granted")
    reached = np.minimum(stage_of(p, a + gain), stage + 1)
    if states.is_held_anywhere("accession"):
        reached, joins = _as_clamped(world, p, np.where(joins, REAL(1), a + gain))
    risen = (reached > stage) & ~joins
    states.jump("stage", reached, risen, because="steps granted")
    for level in (CANDIDATE, NEGOTIATING, CLOSING):
        world.state_events("accession_step", risen & (reached == level), actor="EU", because=REACHED[level])
    states.jump("stage", float(MEMBER), joins, because="membership")
    states.jump("accession", 1.0, joins, because="membership")
    world.state_events("membership", joins, actor="EU", because="final step granted")


def _as_clamped(world: World, p: SimpleNamespace, otherwise: Any) -> tuple[Any, Any]:
    """Stage reached and who joins where a clamp holds progress: the stage follows what is held, up and down, whatever was granted."""
    stage = world.states.stage
    reached = on_the_map(p, world.states.as_held("accession", otherwise))
    world.states.jump("stage", reached, reached < stage, because="clamp")
    return reached, (reached == MEMBER) & (stage < MEMBER)


def _suspend(world: World) -> None:
    """Note where a bid is suspended or taken up again."""
    away, before = world.states.engaged < 0.5, world.states.suspended > 0.5
    changed = away != before
    world.states.jump("suspended", away, changed, because="own decision")
    world.state_events("suspension", changed & away, because="own decision")
    world.state_events("resumption", changed & before, because="own decision")


def _lapse(world: World, p: SimpleNamespace) -> None:
    """Without recognition by all members Kosovo is at most a potential candidate, whatever was granted or set before; a clamp holds."""
    states = world.states
    lapsed = (world.eu.recognition_united < 0.5) & (states.stage[XKX] < MEMBER) & (states.accession[XKX] >= p.candidate_from)
    where = np.zeros_like(states.stage, dtype=bool)
    where[XKX] = lapsed & ~states.is_held("accession")[XKX]
    states.jump("accession", p.lapsed_to, where, because="recognition split")
    states.jump("stage", float(POTENTIAL), where, because="recognition split")
