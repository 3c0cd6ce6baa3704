"""External incentives: how far a candidate's government finds reform worth its while. Part of the accession room; states call it.

Equations, sources and doubts stand in `sim.mechanisms.accession`, whose letters and parameters these functions use.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sim.maths import logistic

MEMBER = 4


def worth_of_reform(
    p: SimpleNamespace, *, credibility: Any, clarity: Any, money: Any, accession: Any, stage: Any, engaged: Any,
    democracy: Any, policy_fatigue: Any, nationalism: Any, orientation: Any, rivals: Any,
) -> Any:  # fmt: skip
    """Net benefit of reform to each of the six governments, in logits, (6, worlds).

    `p` are the parameters of accession and `rivals` is what `rival_offers` returns; the rest are the states' own stocks and
    signals of that name, `credibility` their membership_credibility, `clarity` and `money` the Union's.
    """
    rewarded = engaged * (p.kept + (1 - p.kept) * (stage < MEMBER))
    offered = reward(p, credibility, clarity, money, accession) * rewarded
    return offered - adoption_cost(p, democracy, policy_fatigue, nationalism, orientation) - p.k5 * rivals + p.n


def reform_effort(worth: Any) -> Any:
    """Effort, 0..1, of a government to which reform is worth that much (logits), any shape."""
    return logistic(worth)


def reward(p: SimpleNamespace, C: Any, L: Any, M: Any, a: Any) -> Any:
    """What the Union offers a candidate: the nearer, the more credible and the clearer, the larger. Logits."""
    clear = p.s * (p.q + (1 - p.q) * L)
    return C * (clear * (1 - p.d * (1 - a)) + p.m * M)


def adoption_cost(p: SimpleNamespace, D: Any, F: Any, N: Any, O: Any) -> Any:
    """Cost to a government: high where its rule rests on unreformed institutions, publics are tired or nationalists strong. Logits."""
    return p.k1 * (1 - D) + p.k2 * F + p.k3 * N - p.k4 * O


def rival_offers(russian: Any, chinese: Any) -> Any:
    """What others offer without conditions, 0..1, from the influence of both powers."""
    return 1 - (1 - russian) * (1 - chinese)
