"""Which of the drawn parameters matter for an outcome of a run, and how many of those are assumed.

`sim.analysis.sensitivity` decides where its packages are installed. Without them a rank correlation does: of each drawn number with the
outcome over the worlds (Spearman), counted as one that matters where chance alone would hardly make it as strong (5 %, divided by the
number of inputs tried). It sees only what rises or falls throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from sim.analysis.inputs import inputs, measured, status_of
from sim.errors import InputError
from sim.results import Results

FEWEST = 100
_LEVEL = 0.05


@dataclass(frozen=True)
class Mattering:
    """Inputs that matter for `outcome`, the strongest first; `why_not` says why nothing could be told."""

    outcome: str
    method: str = ""
    worlds: int = 0
    inputs: tuple[dict[str, object], ...] = ()  # name, status, strength
    tried: int = 0
    why_not: str = ""

    @property
    def parameters(self) -> tuple[dict[str, object], ...]:
        """Without levers and branches that the scenario draws."""
        return tuple(i for i in self.inputs if i["status"] != "scenario")

    @property
    def assumed_share(self) -> float | None:
        """Share of assumed ones among the parameters that matter, 0..1; None where none matters."""
        statuses = [i["status"] for i in self.parameters]
        return statuses.count("assumed") / len(statuses) if statuses else None


def mattering(results: Results, outcome: str) -> Mattering:
    """What matters for an outcome at the end of a run as its scenario is written, without a policy."""
    worlds = results.world_numbers().size
    if worlds < FEWEST:
        few = "1 world is" if worlds == 1 else f"{worlds} worlds are"
        return Mattering(outcome, worlds=worlds, why_not=f"{few} too few to tell what matters; {FEWEST} or more would do")
    try:
        frame, method = _by_sensitivity(results, outcome)
    except InputError as error:
        if "pip install" not in str(error):
            return Mattering(outcome, worlds=worlds, why_not=str(error))
        frame, method = by_rank(inputs(results), measured(results, outcome)), "rank correlation"
    kept = frame[frame["matters"]]
    rows = tuple({"name": r["name"], "status": r["status"], "strength": float(r["strength"])} for r in kept.to_dict("records"))
    return Mattering(outcome, method, worlds, rows, len(frame))


def _by_sensitivity(results: Results, outcome: str) -> tuple[pd.DataFrame, str]:
    from sim.analysis.sensitivity import sensitivity

    frame = sensitivity(results, outcome)
    return frame.assign(strength=frame["first_order"]), "first-order share of variance"


def by_rank(x: pd.DataFrame, y: np.ndarray) -> pd.DataFrame:
    """Spearman correlation of each input with the outcome: name, status, strength (absolute) and whether it matters; strongest first.

    Args:
        x: a row per world, a column per input; categories are numbered in their order.
        y: the outcome, (worlds,).
    """
    ranks = pd.Series(y).rank().to_numpy()
    columns = {n: (x[n].cat.codes if x[n].dtype == "category" else x[n]).rank().to_numpy() for n in x.columns}
    found = {n: abs(float(np.corrcoef(c, ranks)[0, 1])) for n, c in columns.items()}
    least = NormalDist().inv_cdf(1 - _LEVEL / (2 * len(found))) / np.sqrt(y.size - 1)
    frame = pd.DataFrame({"name": list(found), "strength": list(found.values())})
    frame["status"] = [status_of(n) for n in found]
    frame["matters"] = frame["strength"] > least
    return frame.sort_values("strength", ascending=False, ignore_index=True)
