"""Influence, a part of the outside-powers room: where effort goes, through which channel, and what several influences amount to.

Equation   o = v (1 - c W);  e_j = C a_j o_j / sum_i a_i o_i;  R = a (o / o0) e / (e + h)
           together 1 - prod(1 - I);  rivalry: sum over pairs of I_k I_l
Sources    Tullock (1980) Efficient Rent Seeking, for shares in proportion to what attracts; Hirschman (1945) National Power and the
           Structure of Foreign Trade, for supplier concentration.
Doubts     Proportional shares react to each state's opening one for one; a power may be more set in its ways.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.catalogue import POWERS
from sim.maths import REAL, Array, saturating

RUSSIA, CHINA, TURKIYE = range(len(POWERS))


def either(*parts: Any) -> Any:
    """1 - product of (1 - part): what several influences in 0..1 amount to together, shape of the parts."""
    rest = 1.0 - parts[0]
    for part in parts[1:]:
        rest = rest * (1.0 - part)
    return 1.0 - rest


def western(eu: Any, us: Any, turkish: Any, apart: Any) -> Any:
    """Influence of the West, 0..1: of the EU, the US, and Türkiye as far as it acts as an ally rather than `apart`."""
    return either(eu, us, (1.0 - apart) * turkish)


def opening(readiness: Any, stability: Any, west: Any, gap_weight: Any, western_cover: Any) -> Any:
    """How open a state lies, 0..1: unready forces and low stability, times what western influence leaves vacant."""
    vulnerability = 1.0 - gap_weight * readiness - (1.0 - gap_weight) * stability
    return vulnerability * (1.0 - western_cover * west)


def spread(capacity: Any, attraction: Array) -> Array:
    """Effort per state, (6, worlds): a limited total shared in proportion to attraction; nothing where nothing attracts."""
    return capacity * attraction / np.maximum(attraction.sum(axis=0), np.finfo(REAL).tiny)


def reach(channel: Any, ease: Any, effort: Any, half: Any) -> Any:
    """What effort makes of a channel into a state that lies open by `ease` (1 = the usual): rises with falling returns."""
    return channel * ease * saturating(effort, half)


def channels(p: SimpleNamespace, soft: Any, hard: Any) -> tuple[Array, Array, Array]:
    """The channels of Russia, China and Türkiye into each state, each (6, 1 or worlds), given their (power, ...) soft and hard flags."""
    russia = p.kin_weight * soft[RUSSIA] * p.russian_kin * p.kin_voice + (1.0 - p.kin_weight) * hard[RUSSIA] * p.supplier_concentration
    china = hard[CHINA] * p.chinese_openness
    turkiye = soft[TURKIYE] * saturating(p.turkish_kin, p.turkish_kin_half) + hard[TURKIYE] * p.turkish_trade
    return russia, china, turkiye


def rivalry(*influences: Any) -> Any:
    """Sum over pairs of the products of influences: 0 with a single patron, high where several strong ones meet."""
    met, pairs = influences[0], 0.0
    for influence in influences[1:]:
        pairs = pairs + met * influence
        met = met + influence
    return pairs
