"""Mediation, a part of the dialogue room: what the EU and the United States bring to the table of Belgrade and Pristina.

Claim      The failure of EU mediation reaffirms the need for US engagement (transatlantic-burden-sharing 26).
Equation   m_eu = lever x influence on both x (d + (1 - d) alignment of the two);  m_us = u x engagement x influence on both
           M = 1 - (1 - m_eu)(1 - m_us)
Sources    Beardsley (2008) Agreement without Peace? International Mediation and Time Inconsistency Problems.
Doubts     Where the two pull apart they may undo each other rather than merely weaken the EU.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import STATES
from sim.maths import Array

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

KOSOVO, SERBIA = STATES.index("XKX"), STATES.index("SRB")


def mediation(eu_push: Any, us_push: Any) -> Any:
    """What mediators bring together, 0..1: either can do it, so one counts for more where the other fails."""
    return us_push + (1.0 - us_push) * eu_push


def mean_of(values: Array) -> Array:
    """Mean of Kosovo's and Serbia's rows of (6, ...)."""
    return 0.5 * (values[KOSOVO] + values[SERBIA])


def together(p: SimpleNamespace, lever: Any, eu: Array, us: Array, aligned: Any, engaged: Any) -> Array:
    """Mediation from the lever, influences `eu` and `us` (6, ...), how aligned the two are and how engaged Washington is, (worlds,)."""
    eu_push = lever * mean_of(eu) * (p.divided_west + (1.0 - p.divided_west) * aligned)
    return mediation(eu_push, np.minimum(p.us_weight * engaged * mean_of(us), 1.0))


def mediation_now(world: World, p: SimpleNamespace, levers: LeverView) -> Array:
    """Mediation this quarter, (worlds,)."""
    influences = world.states.eu_influence, world.states.us_influence
    return together(p, levers["eu.mediation"], *influences, world.transatlantic.alignment, world.us.engagement)


def mediation_today(world: World, p: SimpleNamespace) -> Array:
    """Mediation in today's situation, (1 or worlds,)."""
    influences = world.today("states.eu_influence"), world.today("states.us_influence")
    aligned, engaged = world.today("transatlantic.alignment"), world.today("us.engagement")
    return together(p, world.lever_defaults("eu.mediation"), *influences, aligned, engaged)
