"""The Alliance: forces follow trouble and leave slowly, what is stationed and ready deters, and the path to membership.

Claim      Instability compels NATO to increase its troops (transatlantic-burden-sharing 14), which steady the region in their turn (50).
           Ready, permanent, jointly planned forces deter; old equipment and slow roads do not; members add bases and forces; Republika
           Srpska blocks Bosnia's path (closing-the-capabilities-gap 26, 50, 66, 112, 130, 136); where the Union does not lead, NATO
           takes over (252).
Equation   N* = n_0 + response (N_wanted - n_0)            KFOR; EUFOR alike, under a mandate that lapses or is renewed each November
           dN = r+ max(N* - N, 0) + r- min(N* - N, 0)      ratchet: r+ is fast, r- is slow
           dD = r [ 4 D (1 - D) sum_i w_i x_i + (D today - D) ]
           dM = c (1 - M) free programmes readiness        free = open door x will x no veto player
Sources    Snyder 1984, The Security Dilemma in Alliance Politics; Schelling 1966, Arms and Influence (forces as trip-wire); Tsebelis 2002,
           Veto Players; figures kfor_troops and eufor_troops, 2013-2023.
Doubts     Whether a trip-wire of a few thousand deters at all is disputed, so stationing has a wide prior. The Security Council has renewed
           the mandate in Bosnia every year so far: the chance that it will not is a judgement.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import MEMBERS, STATES
from sim.maths import saturating
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    "kfor.strength", "kfor.american_share", "eufor.strength", "eufor.mandate", "nato.deterrence", "nato.desired_kfor", "eu.desired_eufor",
    "eu.security_effort", "eu.recognition_united", "us.reliability", "us.withdrawn", "region.threat", "region.european_spending",
    "regional.mobility", "nato.synchronised", "states.nato_progress", "states.obsolescence", "states.readiness", "members.veto",
    "republika_srpska.seceded",
)  # fmt: skip
BOOKS = ("kfor.strength", "kfor.american_share", "eufor.strength", "eufor.mandate", "nato.deterrence", "states.nato_progress")
SIGNALS = ()
DRAWS = {"rotation": Draw("normal", (2,)), "mandate": Draw("uniform", ()), "ratification": Draw("uniform", (6,))}

NOVEMBER = 4
"""The quarter of the year in which the Security Council votes on EUFOR."""
MEMBER = 1.0
GREECE = MEMBERS.index("GRC")
ONLY = {code: np.array([[float(code == s)] for s in STATES]) for code in ("BIH", "XKX")}


def kfor_wanted(p: SimpleNamespace, tension: Any, crisis: Any, unrest: Any, effort: Any) -> Any:
    """KFOR that the Alliance wants, thousands, shape (worlds,): trouble raises it, the more the less the Union does itself."""
    trouble = p.kfor_tension * tension + p.kfor_crisis * crisis + p.kfor_unrest * unrest
    return p.kfor_calm + trouble * (1 + p.takeover * (p.usual_effort - effort))


def eufor_wanted(p: SimpleNamespace, blockade: Any, acute: Any, threat: Any, unrest: Any) -> Any:
    """EUFOR that the Union wants, thousands, shape (worlds,)."""
    return p.eufor_calm + p.eufor_blockade * blockade + p.eufor_crisis * acute + p.eufor_threat * threat + p.eufor_unrest * unrest


def ratchet(strength: Any, wanted: Any, up: Any, down: Any) -> tuple[Any, Any]:
    """Reinforcement (>= 0) and drawdown (<= 0) of a quarter, in the unit of `strength`."""
    gap = wanted - strength
    return up * np.maximum(gap, 0), down * np.minimum(gap, 0)


def falling_returns(multiple: Any) -> Any:
    """A multiple of today with falling returns: -1 at none, 0 as today, towards 1."""
    return 2 * saturating(multiple, 1.0) - 1


def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Book KFOR, EUFOR, deterrence and the paths to membership."""
    _kfor(world, p, levers["nato.presence_response"])
    _mandate(world, p)
    _eufor(world, p, levers["nato.presence_response"])
    _deterrence(world, p, levers)
    _paths(world, p, levers)


def _kfor(world: World, p: SimpleNamespace, response: Any) -> None:
    kfor, withdrawn = world.kfor, world.us.withdrawn
    share = p.american_share * (1 - withdrawn)
    leaving = -p.departure_speed * np.maximum(kfor.american_share - share, 0)
    kfor.change("american_share", leaving, because="US withdrawal")
    kfor.change("american_share", p.return_speed * np.maximum(share - kfor.american_share, 0), because="US return")
    missing = (p.american_share - kfor.american_share) * (1 - p.backfill * world.eu.security_effort)
    wanted = (p.kfor_calm + response * (world.nato.desired_kfor - p.kfor_calm)) * (1 - missing)
    up, down = ratchet(kfor.strength, wanted, p.reinforcement_speed, p.drawdown_speed)
    left = leaving * kfor.strength
    kfor.change("strength", up, because="reinforcement")
    kfor.change("strength", down, because="drawdown")
    kfor.change("strength", left, because="US withdrawal")
    kfor.change("strength", p.rotation_noise * world.draw("rotation")[0], because="rotation")
    world.event("deployment.kfor", up > p.notable_change, target="XKX", actor="NATO", because="trouble in and around Kosovo")
    world.event("deployment.kfor", left < -p.notable_change, target="XKX", actor="USA", because="withdrawal")


def _mandate(world: World, p: SimpleNamespace) -> None:
    if world.season != NOVEMBER:
        return
    held, vote = world.eufor.mandate > 0, world.draw("mandate")
    lapses = held & (vote < p.mandate_block * world.region.threat)
    renewed = ~held & (vote < p.mandate_return)
    if lapses.any() or renewed.any():
        world.eufor.jump("mandate", 0.0, lapses, because="blocked in the Security Council")
        world.eufor.jump("mandate", 1.0, renewed, because="renewed by the Security Council")
        world.event("mandate_lapse.eufor", lapses, target="BIH", actor="RUS", because="vote of the Security Council in November")


def _eufor(world: World, p: SimpleNamespace, response: Any) -> None:
    eufor, lost = world.eufor, 1 - world.eufor.mandate
    wanted = (p.eufor_calm + response * (world.eu.desired_eufor - p.eufor_calm)) * (1 - lost * (1 - p.replacement))
    up, down = ratchet(eufor.strength, wanted, p.reinforcement_speed, p.drawdown_speed + p.departure_speed * lost)
    eufor.change("strength", up, because="reinforcement")
    eufor.change("strength", down, because="drawdown")
    eufor.change("strength", p.eufor_rotation_noise * world.draw("rotation")[1], because="rotation")
    world.event("deployment.eufor", up > p.notable_eufor_change, target="BIH", actor="EU", because="trouble in Bosnia")
    world.event("deployment.eufor", down < -p.notable_eufor_change, target="BIH", actor="EU", because="mandate or calm")


def _deterrence(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    nato, today = world.nato, world.today
    room = p.deterrence_speed * 4 * nato.deterrence * (1 - nato.deterrence)
    plan = 1 + p.plan_weight * (nato.synchronised - p.usual_plan)
    stationed = p.permanent * levers.chosen("nato.stationing", "permanent") + p.rotational * levers.chosen("nato.stationing", "rotational")
    forces = saturating(world.kfor.strength + world.eufor.strength, p.forces_half)
    forces_today = saturating(today("kfor.strength") + today("eufor.strength"), p.forces_half)
    members = (world.states.nato_progress >= MEMBER).mean(axis=0) - (today("states.nato_progress") >= MEMBER).mean(axis=0)
    spending = world.region.european_spending / today("region.european_spending") - 1
    reliable = world.us.reliability / today("us.reliability") - 1
    nato.change("deterrence", room * p.stationing_weight * (stationed * plan - p.rotational), because="stationing")
    nato.change("deterrence", room * p.readiness_weight * falling_returns(levers["nato.readiness_forces"]), because="ready forces")
    nato.change("deterrence", room * p.forces_weight * (forces - forces_today), because="presence")
    nato.change("deterrence", room * p.spending_weight * spending, because="European spending")
    nato.change("deterrence", room * p.reliability_weight * reliable, because="US reliability")
    nato.change("deterrence", room * p.members_weight * members, because="members in the region")
    old = world.states.obsolescence.mean(axis=0) - p.usual_obsolescence
    nato.change("deterrence", -room * p.obsolescence_weight * old, because="obsolete equipment")
    nato.change("deterrence", room * p.mobility_weight * (world.regional.mobility - today("regional.mobility")), because="mobility")
    nato.change("deterrence", p.deterrence_speed * (today("nato.deterrence") - nato.deterrence), because="return to anchor")


def _paths(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    states, today = world.states, world.today("states.nato_progress")
    M, outside = states.nato_progress, states.nato_progress < MEMBER
    entity = np.maximum(levers["republika_srpska.nato_veto"], world.republika_srpska.seceded)
    split = 1 - world.eu.recognition_united
    veto = np.maximum(world.members.veto[GREECE], ONLY["BIH"] * entity + ONLY["XKX"] * split)
    free = levers["nato.open_door"] * p.will * (1 - veto) * outside
    ready = states.readiness / world.today("states.readiness")
    programmes = falling_returns(levers["nato.partnership_programmes"])
    partner = outside * (1 - ONLY["XKX"] * split)
    states.change("nato_progress", p.path_speed * free * (1 + programmes) * ready * (p.ready_level - M), because="path to membership")
    states.change("nato_progress", p.partnership_speed * p.partnership_reach * programmes * partner * M * (1 - M), because="programmes")
    states.change("nato_progress", p.partnership_speed * (outside - free) * (today - M), because="return to anchor")
    enters = (free > 0) & (p.ratification_level < M) & (world.draw("ratification") < p.ratification)
    if enters.any():
        states.jump("nato_progress", MEMBER, enters, because="membership")
        world.state_events("nato_membership", enters, because="ratified by all allies")
