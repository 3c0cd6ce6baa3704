"""Credibility: promises kept and broken, and the years in the waiting room, make a candidate believe in the reward or not.

Claim      Stagnation and vetoes cut the credibility of enlargement and with it the Union's influence
           (transatlantic-burden-sharing 24); clear conditions restore it (30, 50); endless talks lose the candidate
           (closing-the-capabilities-gap 256).
Equation   dC = - v A V C - x V' C - w u(W) C        own vetoes (a promise broken to one that complied, A), others', waiting W
                + g G (1 - C) + y G' (1 - C)         own steps granted and others'
                + r (C0 - C) + r (l dL + c dK - f dF - p dP)     resting belief; clarity, commitment, fatigue, preoccupation
Sources    Schimmelfennig & Sedelmeier 2004, Governance by conditionality; Schimmelfennig & Sedelmeier 2020, The Europeanization
           of Eastern Europe: the external incentives model revisited. Polls trust_eu_pct.
Doubts     A belief nobody measured: levels are judged from the record, speeds from how long Skopje took to lose heart.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import STATES
from sim.fusing import fused
from sim.maths import REAL, how_many, saturating

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

READS = (
    *("states.membership_credibility", "states.trust_in_eu", "states.waiting", "states.compliance", "states.stage", "states.vetoed"),
    *("states.granted", "states.democracy", "eu.fatigue", "eu.pace", "eu.convoy", "eu.clarity", "eu.preoccupation", "eu.commitment"),
    "region.threat",
)
BOOKS = ("states.membership_credibility", "states.trust_in_eu", "states.waiting", "eu.fatigue")
SIGNALS = ("eu.clarity", "eu.preoccupation")

MEMBER = 4.0


def broken_promise(p: SimpleNamespace, C: Any, A: Any, V: Any) -> Any:
    """Belief lost to a veto on one's own step, the more the more one had complied."""
    return p.v * A * V * C


def of_others(x: Any) -> Any:
    """Mean of the five others for each of the six, shape (6, worlds)."""
    return (x.sum(axis=0) - x) / (len(STATES) - 1)


@fused
def perceive(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Clarity, which a convoy blurs because merit no longer decides; and what else occupies the Union."""
    world.eu.set("clarity", levers["eu.conditionality_clarity"] * (1 - p.blur * world.eu.convoy))
    world.eu.set("preoccupation", levers["eu.distraction"])


@fused
def step(world: World, p: SimpleNamespace, levers: LeverView) -> None:
    """Book belief, trust, waiting and the members' fatigue."""
    preoccupied = world.eu.preoccupation - levers.today("eu.distraction")
    clearer = world.eu.clarity - levers.today("eu.conditionality_clarity")
    _promises(world, p)
    _belief(world, p, clearer, preoccupied)
    _trust(world, p)
    _fatigue(world, p, preoccupied)


def _promises(world: World, p: SimpleNamespace) -> None:
    states, C, W = world.states, world.states.membership_credibility, world.states.waiting
    V, outside = states.vetoed.astype(REAL), states.stage < MEMBER
    G = states.granted * np.minimum(world.eu.pace, 1)  # a step granted that brings little progress keeps little of the promise
    lost = {"others' vetoes": -p.x * of_others(V), "waiting": -p.w * saturating(W, p.patience)}
    kept = {"steps granted": p.g * G + p.y * of_others(G), "membership": p.kept * ~outside}
    states.change("membership_credibility", -broken_promise(p, C, states.compliance, V), because="own vetoes")
    states.pull("membership_credibility", C, lost)
    states.pull("membership_credibility", 1 - C, kept)
    states.change("waiting", outside - G * (W + 1) - ~outside * W, because="time passes")


def _belief(world: World, p: SimpleNamespace, clearer: Any, preoccupied: Any) -> None:
    causes = {
        "clarity": p.l * clearer,
        "commitment": p.c * world.departure("eu.commitment"),
        "enlargement fatigue": -p.f * world.departure("eu.fatigue"),
        "preoccupation": -p.p * preoccupied,
        "return to rest": p.C0 - world.states.membership_credibility,
    }
    world.states.pull("membership_credibility", p.r, causes)


def _trust(world: World, p: SimpleNamespace) -> None:
    """Trust follows belief, away from the level that polls show at the start."""
    since = world.departure
    causes = {
        "credibility": p.trust_follows * since("states.membership_credibility"),
        "return to anchor": -since("states.trust_in_eu"),
    }
    world.states.pull("trust_in_eu", p.trust_moves, causes)


def _fatigue(world: World, p: SimpleNamespace, preoccupied: Any) -> None:
    """Members tire of newcomers, of trouble at home and of candidates that slide back; a threat wakes them."""
    since, joined = world.departure, how_many(world.states.stage >= MEMBER)
    causes = {
        "new members": p.newcomers * joined,
        "preoccupation": p.trouble * preoccupied,
        "backsliding candidates": p.backsliders * since("states.democracy").sum(axis=0) / -len(STATES),
        "threat": -p.wakes * (world.region.threat - p.threat_of_2023),
        "return to anchor": -since("eu.fatigue"),
    }
    world.eu.pull("fatigue", p.tires, causes)
