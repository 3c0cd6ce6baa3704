"""Paths to the Alliance, a part of the alliance room: who wants in, who is held up by whom, and how close a partner comes short of that.

Claim      Republika Srpska blocks Bosnia's membership, while the country takes part in programmes (closing-the-capabilities-gap 66). Four
           allies do not recognise Kosovo, and Serbia is neutral by its own choice.
Equation   free = door x (O >= o) x no veto player         a government of orientation O wants in from o, which lies high in Serbia
           dM = c free programmes readiness (1 - M) + s outside (k (1 - free) M (1 - M) [f(P) + x (O - O') - b (B - B')] + M* - M)
           M* is today's level: membership is one thing, partnership another. Partners come closer by programmes P, the course of their
           government, and in Bosnia the less the state is blocked B. Kosovo has none of it before all members of the Union recognise it
           and enters the partnership then.
Sources    Tsebelis 2002, Veto Players.
Doubts     No index of partnership is published; weights of course and blockade are judgements. A veto is absolute as long as it stands.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import MEMBERS, STATES
from sim.maths import Array, saturating

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

MEMBER = 1.0
GREECE = MEMBERS.index("GRC")
BOSNIA, KOSOVO = STATES.index("BIH"), STATES.index("XKX")


def falling_returns(multiple: Any) -> Any:
    """A multiple of today with falling returns: -1 at none, 0 as today, towards 1."""
    return 2 * saturating(multiple, 1.0) - 1


def paths(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Progress of the states outside: by an open door without a veto, as partners, or back to where they were."""
    states, M = world.states, world.states.nato_progress
    outside = M < MEMBER
    free = levers["nato.open_door"] * _unblocked(world, levers) * (states.orientation >= p.least_orientation) * outside
    programmes = falling_returns(levers["nato.partnership_programmes"])
    world.nato.set("partnership", programmes)
    way = p.pace_of_paths * (1 + programmes) * states.readiness * (p.ready_level - M)
    states.change("nato_progress", free * way, because="path to membership")
    _ratify(world, p, free)
    _partners(world, p, levers, programmes, outside, outside - free)


def _unblocked(world: World, levers: LeverView) -> Array:
    """Where no veto player holds a path up, 1 or 0, (6, worlds): Athens, Republika Srpska, allies that do not recognise Kosovo."""
    veto = world.members.veto[GREECE].copy()
    banja_luka = np.maximum(levers["republika_srpska.nato_veto"], world.republika_srpska.seceded)
    for row, player in ((BOSNIA, banja_luka), (KOSOVO, world.eu.recognition_united < 0.5)):
        veto[row] = np.maximum(veto[row], player)
    return 1 - veto


def _partners(world: World, p: SimpleNamespace, levers: LeverView, programmes: Any, outside: Array, held: Array) -> None:
    """How close partners come: all by programmes, those `held` off the path also by their course; and back to where they were."""
    states, since, recognised = world.states, world.departure, world.eu.recognition_united
    near = states.nato_progress * (1 - states.nato_progress)
    near[KOSOVO] *= recognised
    moves = {
        "return to anchor": -since("states.nato_progress"),
        "course of the government": p.course_weight * since("states.orientation") * near,
    }
    moves["blockade of the state"] = blocked = np.zeros_like(near)
    blocked[BOSNIA] = -p.blockade_weight * since("republika_srpska.blockade") * near[BOSNIA]
    if world.anywhere("eu.recognition_united"):
        moves["entry into the partnership"] = entry = np.zeros_like(near)
        entry[KOSOVO] = p.entry_of_kosovo * recognised
    states.pull("nato_progress", p.partnership_speed * held, moves)
    if not levers.as_today("nato.partnership_programmes"):
        reach = p.partnership_speed * p.partnership_reach * programmes
        states.change("nato_progress", reach * near * outside, because="programmes")


def _ratify(world: World, p: SimpleNamespace, free: Array) -> None:
    near = (p.ratification_level < world.states.nato_progress) & (free > 0)
    enters = world.states.stands("nato_progress", MEMBER, near & (world.draw("ratification") < p.ratification))
    world.states.jump("nato_progress", MEMBER, enters, because="membership")
    world.state_events("nato_membership", enters, because="ratified by all allies")
