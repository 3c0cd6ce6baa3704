"""The Union's posture, a part of the transatlantic room: standing, vulnerability and its interest in the region's defence.

Claim      Delays and the entry of new powers make the Union look weak; taking the region in together would strengthen its posture; fatigue
           and other powers' investment wear down its interest in common defence, US withdrawal raises it.
           (closing-the-capabilities-gap 92, 106, 252, 256, 274)
Equation   dx = r [ sum_i w_i (x_i - x_i today) + (x today - x) ]   for each of the three
           B  = mean(sqrt(accession))^2                             inclusion: an even advance counts more than one ahead
Doubts     No scale of standing is observed. That being in together matters apart from the mean advance is the document's claim; the form
           only makes it possible.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import STATES
from sim.maths import mean, saturating

if TYPE_CHECKING:
    from sim.world import World


def breadth(accession: Any) -> Any:
    """How far the six are in *together*, (6, worlds) -> (worlds,): at the same mean, an even advance counts more than one ahead."""
    together = mean(np.sqrt(accession))
    return together * together


def prepare(world: World, p: SimpleNamespace) -> dict[str, Any]:
    """Today's inclusion, delay while others enter, and Chinese investment; weights of single states."""
    inside, held = breadth(world.today("states.accession")), saturating(mean(world.today("states.chinese_investment")), p.investment_half)
    delay = (1 - inside) * (held + mean(world.today("states.russian_influence")))
    weights = ("credibility_weight", "instability_weight", "powers_weight", "turkish_drag")
    each = {f"{weight}_each": getattr(p, weight) / len(STATES) for weight in weights}  # of one state in the mean of the six
    return {"usual_breadth": inside, "usual_investment": held, "usual_delay": delay, **each}


def invested(world: World, p: SimpleNamespace) -> Any:
    """Presence that Chinese investment in the six amounts to, with falling returns, (worlds,)."""
    return saturating(mean(world.states.chinese_investment), p.investment_half)


def book_standing(world: World, p: SimpleNamespace, effort: Any, held: Any) -> None:
    """How strong the Union looks; `effort` is its own security effort less today's, `held` what Chinese investment amounts to.

    Outside powers that observers hold against it are that investment and Russian influence.
    """
    eu, since, rate = world.eu, world.departure, p.posture_speed
    inside = breadth(world.states.accession)
    strengthens = {
        "own security effort": p.effort_weight * effort,
        "credibility": p.credibility_weight_each * since("states.membership_credibility").sum(axis=0),
        "cohesion": p.cohesion_weight * since("eu.cohesion"),
        "inclusion": p.breadth_weight * (inside - p.usual_breadth),
    }
    weakens = {
        "delay while others enter": p.delay_weight * ((1 - inside) * (held + mean(world.states.russian_influence)) - p.usual_delay),
        "return to anchor": since("eu.standing"),
    }
    eu.pull("standing", rate, strengthens)
    eu.pull("standing", -rate, weakens)
    eu.change("standing", p.standing_noise * world.draw("swing")[2], because="events elsewhere")


def book_exposure(world: World, p: SimpleNamespace, held: Any) -> None:
    """What trouble in the region costs the Union, and how far that and Washington's retreat make it want the region in its defence."""
    eu, since, rate = world.eu, world.departure, p.posture_speed
    present, turkish = since("us.reliability"), since("states.turkish_influence")
    outside = (since("states.russian_influence") + since("states.chinese_influence") + turkish).sum(axis=0)
    eases = {
        "instability": p.instability_weight_each * since("states.stability").sum(axis=0),
        "US disengagement": p.lost_weight * present,
        "return to anchor": since("eu.vulnerability"),
    }
    exposes = {
        "Belgrade and Pristina": p.tension_weight * since("kosovo_serbia.tension"),
        "outside powers": p.powers_weight_each * outside,
    }
    eu.pull("vulnerability", -rate, eases)
    eu.pull("vulnerability", rate, exposes)
    wakens = {
        "threat": p.threat_interest * (world.region.threat - p.usual_threat),
        "vulnerability": p.exposure_interest * since("eu.vulnerability"),
    }
    dulls = {
        "US disengagement": p.lost_interest * present,
        "Chinese investment": p.investment_drag * (held - p.usual_investment),
        "Turkish influence": p.turkish_drag_each * turkish.sum(axis=0),
        "enlargement fatigue": p.fatigue_drag * since("eu.fatigue"),
        "return to anchor": since("eu.defence_interest"),
    }
    eu.pull("defence_interest", rate, wakens)
    eu.pull("defence_interest", -rate, dulls)
