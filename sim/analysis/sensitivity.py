"""Which assumptions an outcome depends on, from the worlds of a run as they are: every world drew its own parameters already.

First order: the share of an outcome's variance that goes away once an input is known, by bins of equal size (Plischke, Borgonovo and
Smith 2013), corrected for the number of bins; its interval comes from resampling worlds. PAWN and delta (SALib) compare whole
distributions and also see what leaves the mean alone. An input counts as one that matters where an analysis of variance over its bins
finds it so at 5 % after allowing for the number of inputs tried (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.analysis.extras import extra, quiet
from sim.analysis.inputs import inputs, measured, status_of
from sim.errors import InputError
from sim.results import Results

FEWEST = 100
_MOST = 20_000
"""Worlds that are used; of more, this many are taken at even distances."""
_BOOTSTRAP = 200
_SEED = 20240101  # of resampling only: the interval of a result is the same whenever it is asked for


def sensitivity(
    results: Results,
    outcome: str,
    *,
    policy: str = "none",
    against: Results | None = None,
    against_policy: str = "none",
    window: Sequence[str] | str | None = None,
    only: Sequence[str] | None = None,
    deltas: int = 0,
) -> pd.DataFrame:
    """How much each input of the worlds matters for an outcome, or for the change that `results` make `against` another run.

    Args:
        results: any run; at least 100 worlds.
        outcome: an outcome reference, e.g. SRB.eu_alignment.
        policy, against_policy: which policy of each run.
        against: with it, the outcome is the difference between the two in the same worlds.
        window: a quarter, or [first, last] over which each world is averaged; the last quarter by default.
        only: names of inputs, or of their beginnings (a room).
        deltas: for how many inputs, those that rank highest by the other two, to compute delta; a few seconds each.

    Returns:
        A row per input, the most important first: first_order with its interval (first_low, first_high), rank with its interval
        (rank_low, rank_high), pawn, delta and delta_conf, `matters`, the mean outcome in the fifth of the worlds with the lowest and the
        highest values of the input (low, high; of a branch: its two extreme options) and where these lie (low_at, high_at), `status`.
    """
    x, y = _data(results, outcome, policy, against, against_policy, window, only)
    binned = {name: bins(x[name], y.size) for name in x.columns}
    first = np.array([first_order(b, y) for b in binned.values()])
    drawn = _resampled(list(binned.values()), y)
    drawn += (first - drawn.mean(axis=0)) if len(drawn) else 0.0
    ranks = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    frame = pd.DataFrame({"name": list(x.columns), "first_order": first})
    frame["first_low"], frame["first_high"] = np.quantile(drawn, [0.025, 0.975], axis=0)
    frame["rank_low"], frame["rank_high"] = np.quantile(ranks, [0.025, 0.975], axis=0).astype(int)
    frame["p_value"] = [_p_value(b, y) for b in binned.values()]
    frame["matters"] = frame["p_value"] * len(frame) < 0.05
    frame["pawn"] = _pawn(x, y)
    ends = [_ends(x[name], y) for name in x.columns]
    frame["low"], frame["high"], frame["low_at"], frame["high_at"] = zip(*ends, strict=True)
    frame["status"] = [status_of(name) for name in x.columns]
    frame = frame.sort_values(["first_order", "pawn"], ascending=False, ignore_index=True)
    frame.insert(1, "rank", np.arange(len(frame)) + 1)
    return _with_delta(frame, x, y, deltas)


def _data(
    results: Results, outcome: str, policy: str, against: Results | None, against_policy: str,
    window: Sequence[str] | str | None, only: Sequence[str] | None,
) -> tuple[pd.DataFrame, np.ndarray]:  # fmt: skip
    x, y = inputs(results, policy, only), measured(results, outcome, policy, window)
    if against is not None:
        if against.manifest["seed"] != results.manifest["seed"]:
            raise InputError("the two runs have different seeds: their worlds are not the same worlds")
        common, mine, other = np.intersect1d(x.index, against.world_numbers(against_policy), assume_unique=True, return_indices=True)
        x, y = x.loc[common], y[mine] - measured(against, outcome, against_policy, window)[other]
    if y.size < FEWEST:
        raise InputError(f"{y.size} worlds are too few to tell what an outcome depends on; run {FEWEST} or more")
    if y.size > _MOST:
        taken = np.linspace(0, y.size - 1, _MOST).astype(int)
        x, y = x.iloc[taken], y[taken]
    if np.ptp(y) == 0:
        raise InputError(f"{outcome} is the same in every world: it depends on nothing that differs")
    return x, y


# -- first order --------------------------------------------------------------------------------------------------------------------


def bins(column: pd.Series, worlds: int) -> np.ndarray:
    """The bin of each world, (worlds,): bins of equal size by rank; an option of a branch is a bin."""
    if column.dtype == "category":
        return column.cat.codes.to_numpy()
    count = int(np.clip(round(worlds**0.4 / 2), 4, 20))
    order = column.to_numpy().argsort(kind="stable").argsort(kind="stable")
    return order * count // worlds


def first_order(own: np.ndarray, y: np.ndarray, counts: np.ndarray | None = None) -> float:
    """Share of the variance of y between bins (`own`: the bin of each world), less what chance alone puts there; `counts` weighs worlds."""
    weights = np.ones(y.size) if counts is None else counts
    sizes = np.bincount(own, weights)
    sums = np.bincount(own, weights * y)
    total, filled = sizes.sum(), sizes > 0
    mean = sums.sum() / total
    all_squares = float((weights * (y - mean) ** 2).sum())
    between = float((sums[filled] ** 2 / sizes[filled]).sum() - total * mean * mean)
    if all_squares <= 0:
        return 0.0
    return 1 - (1 - between / all_squares) * (total - 1) / (total - filled.sum())


def _resampled(binned: Sequence[np.ndarray], y: np.ndarray) -> np.ndarray:
    """First order of every input in resamples of the worlds, (resamples, inputs)."""
    rng = np.random.default_rng(_SEED)
    share = np.full(y.size, 1.0 / y.size)
    draws = [rng.multinomial(y.size, share).astype(float) for _ in range(_BOOTSTRAP)]
    return np.array([[first_order(b, y, counts) for b in binned] for counts in draws])


def _p_value(own: np.ndarray, y: np.ndarray) -> float:
    """Of an analysis of variance over the bins: how often chance alone would put as much between them."""
    groups = int(own.max()) + 1
    raw = 1 - (1 - first_order(own, y)) * (y.size - groups) / (y.size - 1)
    ratio = (raw / max(groups - 1, 1)) / max((1 - raw) / (y.size - groups), 1e-300)
    return float(extra("scipy.stats").f.sf(ratio, groups - 1, y.size - groups))


def _ends(column: pd.Series, y: np.ndarray) -> tuple[float, float, str, str]:
    """Mean outcome at the low and the high end of an input, and where these lie."""
    if column.dtype == "category":
        means = pd.Series(y).groupby(column.astype(str).to_numpy()).mean().sort_values()
        return float(means.iloc[0]), float(means.iloc[-1]), str(means.index[0]), str(means.index[-1])
    values = column.to_numpy()
    low, high = np.quantile(values, [0.2, 0.8])
    return float(y[values <= low].mean()), float(y[values >= high].mean()), f"up to {low:.4g}", f"from {high:.4g}"


# -- whole distributions --------------------------------------------------------------------------------------------------------------


def _numbers(x: pd.DataFrame) -> np.ndarray:
    """Inputs as numbers, (worlds, inputs). Equal values are told apart by a hair, so that slices of equal size exist."""
    values = np.column_stack([x[n].cat.codes if x[n].dtype == "category" else x[n] for n in x.columns]).astype(float)
    hair = np.random.default_rng(_SEED).random(values.shape) * 1e-6
    return values + hair * (np.abs(values).max(axis=0) + 1)


def _problem(names: Sequence[str], values: np.ndarray) -> dict[str, object]:
    bounds = list(zip(values.min(axis=0), values.max(axis=0), strict=True))
    return {"num_vars": len(names), "names": [f"x{i}" for i in range(len(names))], "bounds": bounds}


def _pawn(x: pd.DataFrame, y: np.ndarray) -> np.ndarray:
    values = _numbers(x)
    with quiet():
        found = extra("SALib.analyze.pawn").analyze(_problem(list(x.columns), values), values, y, S=10, seed=_SEED)
    return np.asarray(found["median"])


def _with_delta(frame: pd.DataFrame, x: pd.DataFrame, y: np.ndarray, deltas: int) -> pd.DataFrame:
    """Add delta for the inputs that rank highest by first order or PAWN; nan for the others."""
    best = frame.assign(best=np.minimum(frame["first_order"].rank(ascending=False), frame["pawn"].rank(ascending=False)))
    names = best.sort_values("best", kind="stable")["name"].head(deltas).tolist()
    frame["delta"], frame["delta_conf"] = np.nan, np.nan
    if not names:
        return frame
    values = _numbers(x[names])
    with quiet():
        problem = _problem(names, values)
        found = extra("SALib.analyze.delta").analyze(problem, values, y, num_resamples=20, seed=_SEED, method="delta")
    for name, delta, conf in zip(names, found["delta_raw"], found["delta_raw_conf"], strict=True):
        frame.loc[frame["name"] == name, ["delta", "delta_conf"]] = float(delta), float(conf)
    return frame


# -- what rests on judgement ----------------------------------------------------------------------------------------------------------


def assumed_share(frame: pd.DataFrame) -> float:
    """Share of assumed ones among the parameters that matter, 0..1; nan where none matters. `frame` comes from `sensitivity`."""
    matter = frame[frame["matters"] & (frame["status"] != "scenario")]
    return float((matter["status"] == "assumed").mean()) if len(matter) else float("nan")
