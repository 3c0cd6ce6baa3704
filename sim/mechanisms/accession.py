"""Accession: a credible reward, set against what adoption costs at home, becomes reform, steps and in the end membership.

Claim      Rules are adopted where a large and credible reward outweighs domestic adoption costs; money without credibility buys
           little (transatlantic-burden-sharing 22, 24); after joining, effort falls (closing-the-capabilities-gap 188, 198).
Equation   R  = s (1 - d (1 - a)) C (q + (1 - q) L) + m M C         what the Union offers: a nearer, believed, clearer reward
           K  = k1 (1 - D) + k2 F + k3 N - k4 O + k5 B              what adoption costs at home, and what rivals offer
           E  = 1 / (1 + exp(K - R - n))                            effort; without R once a member or disengaged
           dA = g E (o + M C) (1 - A) - b A                         A: compliance with the acquis
           a  rises by a step wherever one is granted; a step is put where A >= r0 + r1 a
Stages     potential_candidate [0, .12) candidate [.12, .22) negotiating [.22, .8) closing [.8, 1) member 1
Sources    Schimmelfennig & Sedelmeier 2004, Governance by conditionality; 2020, The Europeanization of Eastern Europe: the
           external incentives model revisited. Data rows accession_stage, chapters_opened, chapters_closed.
Doubts     Compliance is not observed: the Commission's grades are not in the extract. The convoy has no precedent to calibrate on.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.catalogue import STATES
from sim.maths import logistic, saturating
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.levers import LeverView
    from sim.world import World

Array = np.ndarray
POTENTIAL, CANDIDATE, NEGOTIATING, CLOSING, MEMBER = range(5)


def reform_effort(
    p: SimpleNamespace,
    row: Any,
    *,
    credibility: Array,
    clarity: Array,
    money: Array,
    accession: Array,
    stage: Array,
    engaged: Array,
    democracy: Array,
    policy_fatigue: Array,
    nationalism: Array,
    orientation: Array,
    rivals: Array,
) -> Array:
    """Effort 0..1 of one state (`row`, arrays (worlds,)) or of all (`row` = slice(None), arrays (6, worlds)).

    `p` are accession's parameters; `rivals` is `rival_offers(russian_influence, chinese_influence)`; everything else is the state's
    own stock or signal of that name, `clarity` eu.clarity, `money` eu.money.
    """
    reward = net_reward(p, credibility, clarity, money, accession) * (engaged * (stage < MEMBER))
    cost = adoption_cost(p, democracy, policy_fatigue, nationalism, orientation) + p.rival_weight * rivals
    return logistic(reward - cost + p.inclination[row])
