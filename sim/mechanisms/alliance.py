"""The Alliance: forces follow trouble and leave slowly, what is stationed and ready deters, and the path to membership.

Claim      Instability compels NATO to increase its troops (transatlantic-burden-sharing 14), which steady the region in their turn (50).
           Ready, permanent, jointly planned forces deter; old equipment and slow roads do not; members add bases and forces, and so do
           those named for B9+ (closing-the-capabilities-gap 26, 50, 66, 112, 130, 136, 150); where the Union does not lead, NATO takes
           over (252). Paths to membership: see nato_paths.
Equation   N* = n_0 + response (N_wanted - n_0)            KFOR; EUFOR alike, under a mandate that lapses or is renewed each November
           dN = r+ max(N* - N, 0) + r- min(N* - N, 0)      ratchet: r+ is fast, r- is slow
           dD = r [ 4 D (1 - D) sum_i w_i x_i + (D today - D) ]
Sources    Snyder 1984, The Security Dilemma in Alliance Politics; Schelling 1966, Arms and Influence (forces as trip-wire);
           figures kfor_troops and eufor_troops, 2013-2023.
Doubts     Whether a trip-wire of a few thousand deters at all is disputed, so stationing has a wide prior. The Security Council has renewed
           the mandate in Bosnia every year so far: the chance that it will not is a judgement.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import POWERS, STATES
from sim.fusing import fused
from sim.maths import how_many, saturating
from sim.mechanisms.nato_paths import MEMBER, falling_returns, paths
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    "kfor.strength", "kfor.american_share", "eufor.strength", "eufor.mandate", "nato.deterrence", "nato.desired_kfor", "eu.desired_eufor",
    "eu.security_effort", "eu.recognition_united", "us.reliability", "us.withdrawn", "region.threat", "region.european_spending",
    "regional.mobility", "nato.synchronised", "states.nato_progress", "states.obsolescence", "states.readiness", "members.veto",
    "states.b9plus_support", "states.orientation", "republika_srpska.seceded", "republika_srpska.blockade", "kosovo_serbia.in_crisis",
    "kosovo_serbia.crisis", "powers.is_active",
)  # fmt: skip
BOOKS = ("kfor.strength", "kfor.american_share", "eufor.strength", "eufor.mandate", "nato.deterrence", "states.nato_progress")
SIGNALS = ("nato.partnership",)
DRAWS = {"rotation": Draw("normal", (2,)), "mandate": Draw("uniform", ()), "ratification": Draw("uniform", (6,))}

NOVEMBER = 4
"""The quarter of the year in which the Security Council votes on EUFOR."""
TURKIYE = POWERS.index("TUR")


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


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """What holds for the whole run: presence and members of today, and weights per unit of what they multiply."""
    today = world.today
    return {
        "usual_presence": saturating(today("kfor.strength") + today("eufor.strength"), p.forces_half),
        "usual_members": how_many(today("states.nato_progress") >= MEMBER),
        "weight_of_a_member": p.members_weight / len(STATES),
        "weight_of_a_fleet": p.obsolescence_weight / len(STATES),
        "weight_of_b9plus": p.b9plus_weight / len(STATES),
        "weight_of_spending": p.spending_weight / today("region.european_spending"),
        "weight_of_reliability": p.reliability_weight / today("us.reliability"),
        "pace_of_paths": p.path_speed / today("states.readiness"),
    }


def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Book KFOR, EUFOR, deterrence and the paths to membership."""
    few_americans = bool((world.kfor.american_share != p.american_share).any()) or world.anywhere("us.withdrawn")
    _presence(world, p, levers, few_americans, bool((world.eufor.mandate < 1).any()))
    if world.season == NOVEMBER:
        _mandate(world, p)


@fused
def _presence(world: World, p: SimpleNamespace, levers: LeverView, few_americans: bool, no_mandate: bool) -> None:
    """Forces, what they deter, and paths; `few_americans` and `no_mandate` say whether that is so in some world."""
    _kfor(world, p, levers["nato.presence_response"], few_americans)
    _eufor(world, p, levers["nato.presence_response"], no_mandate)
    _deterrence(world, p, levers)
    paths(world, p, levers)


def _kfor(world: World, p: SimpleNamespace, response: Any, few_americans: bool) -> None:
    kfor = world.kfor
    breaks_out = world.kosovo_serbia.in_crisis > world.kosovo_serbia.crisis  # the first troops go at once
    wanted = (1 - response) * p.kfor_calm + response * (world.nato.desired_kfor + p.kfor_crisis * breaks_out)
    wanted = wanted * (1 - p.turkish_share * (1 - world.powers.is_active[TURKIYE]))
    missing, instead = p.american_share - kfor.american_share, None
    if few_americans:
        _americans(world, p)
        instead = p.backfill * world.eu.security_effort * missing
        wanted = wanted * (1 - missing + instead)
    up, down = ratchet(kfor.strength, wanted, p.reinforcement_speed, p.drawdown_speed)
    if instead is None:
        kfor.change("strength", up, because="reinforcement")
    else:
        part = instead / (1 - missing + instead)
        kfor.pull("strength", up, {"reinforcement": 1 - part, "allies in the place of Americans": part})
    kfor.change("strength", down, because="drawdown")
    kfor.change("strength", p.rotation_noise * world.draw("rotation")[0], because="rotation")
    sent = (up > p.notable_change) & (kfor.as_held("strength", kfor.strength + up) > kfor.strength)
    world.event("deployment.kfor", sent, target="XKX", actor="NATO", because="trouble in and around Kosovo")


def _americans(world: World, p: SimpleNamespace) -> None:
    """American troops leave with a withdrawal and come back after it."""
    kfor = world.kfor
    gap = p.american_share * (1 - world.us.withdrawn) - kfor.american_share
    leaving = p.departure_speed * np.minimum(gap, 0)
    left = leaving * kfor.strength
    kfor.change("american_share", leaving, because="US withdrawal")
    kfor.change("american_share", p.return_speed * np.maximum(gap, 0), because="US return")
    kfor.change("strength", left, because="US withdrawal")
    gone = (left < -p.notable_change) & (kfor.as_held("strength", kfor.strength + left) < kfor.strength)
    world.event("deployment.kfor", gone, target="XKX", actor="USA", because="withdrawal")


@fused
def _mandate(world: World, p: SimpleNamespace) -> None:
    held, vote = world.eufor.mandate > 0, world.draw("mandate")
    lapses = held & (vote < p.mandate_block * world.region.threat)
    renewed = ~held & (vote < p.mandate_return)
    world.eufor.jump("mandate", 0.0, lapses, because="blocked in the Security Council")
    world.eufor.jump("mandate", 1.0, renewed, because="renewed by the Security Council")
    world.event("mandate_lapse.eufor", lapses, target="BIH", actor="RUS", because="vote of the Security Council in November")


def _eufor(world: World, p: SimpleNamespace, response: Any, no_mandate: bool) -> None:
    eufor, drawdown = world.eufor, p.drawdown_speed
    wanted = (1 - response) * p.eufor_calm + response * world.eu.desired_eufor
    lost = 1 - eufor.mandate
    if no_mandate:
        wanted = wanted * (1 - lost * (1 - p.replacement))
        drawdown = drawdown + p.departure_speed * lost
    up, down = ratchet(eufor.strength, wanted, p.reinforcement_speed, drawdown)
    eufor.change("strength", up, because="reinforcement")
    eufor.change("strength", down, because="drawdown")
    eufor.change("strength", p.eufor_rotation_noise * world.draw("rotation")[1], because="rotation")
    moved = np.sign(eufor.as_held("strength", eufor.strength + up + down) - eufor.strength)
    sent, home = (moved > 0) & (up > p.notable_eufor_change), (moved < 0) & (down < -p.notable_eufor_change)
    world.event("deployment.eufor", sent, target="BIH", actor="EU", because="trouble in Bosnia")
    world.event("deployment.eufor", home & (lost > 0), target="BIH", actor="EU", because="lapse of the mandate")
    world.event("deployment.eufor", home & (lost == 0), target="BIH", actor="EU", because="calm")


def _deterrence(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    nato, since, progress = world.nato, world.departure, world.states.nato_progress
    stationed = p.permanent * levers.chosen("nato.stationing", "permanent") + p.rotational * levers.chosen("nato.stationing", "rotational")
    planned = stationed * (1 - p.plan_weight * p.usual_plan) + stationed * p.plan_weight * nato.synchronised
    presence = saturating(world.kfor.strength + world.eufor.strength, p.forces_half)
    causes = {
        "ready forces": p.readiness_weight * falling_returns(levers["nato.readiness_forces"]),
        "stationing": p.stationing_weight * (planned - p.rotational),
        "presence": p.forces_weight * (presence - p.usual_presence),
        "European spending": p.weight_of_spending * since("region.european_spending"),
        "US reliability": p.weight_of_reliability * since("us.reliability"),
        "members in the region": p.weight_of_a_member * (how_many(progress >= MEMBER) - p.usual_members),
        "obsolete equipment": -p.weight_of_a_fleet * (world.states.obsolescence.sum(axis=0) - len(STATES) * p.usual_obsolescence),
        "mobility": p.mobility_weight * since("regional.mobility"),
    }
    if world.anywhere("states.b9plus_support"):
        causes["B9+"] = p.weight_of_b9plus * world.states.b9plus_support.sum(axis=0)
    nato.pull("deterrence", 4 * p.deterrence_speed * nato.deterrence * (1 - nato.deterrence), causes)
    nato.change("deterrence", -p.deterrence_speed * since("nato.deterrence"), because="return to anchor")
