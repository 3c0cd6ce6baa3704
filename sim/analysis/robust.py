"""Which policy stands up: compared over every scenario, uncertainty and world at once, and what would have to be so for another to be best.

A case is a world in one setting of what nobody decides (a scenario, a point of a sweep's uncertainties). In each case every policy meets
the same chance. Regret is what a policy falls short of the best one in the same case; the share of cases in which a policy is best is
divided among those within what counts as the same (the outcome's `same`). An assumption flips the ranking where, from one end of its
values on, every tenth of the cases has another policy ahead of the leader, and these together do so by more than chance (allowing for the
number of assumptions and rivals tried); the threshold is where the advantage crosses zero between two tenths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from sim.analysis.inputs import inputs, measured, status_of
from sim.analysis.sweep import Cell, Sweep
from sim.errors import InputError, unknown
from sim.results import Results, outcome_reference

_TENTHS = 10
_FEWEST = 5  # cases in a tenth


@dataclass(frozen=True)
class Cases:
    """Outcomes of alternatives in the same cases: by outcome (alternatives, cases), and what sets the cases apart (a row each)."""

    alternatives: tuple[str, ...]
    values: Mapping[str, np.ndarray]
    circumstances: pd.DataFrame

    @property
    def count(self) -> int:
        """How many cases."""
        return len(self.circumstances)


@dataclass(frozen=True)
class Flip:
    """An assumption under which another policy is better than the leader."""

    name: str
    where: str  # in words: below 0.4, above 1.2, is transactional
    threshold: float  # nan for a category
    rival: str
    advantage: float  # mean, of the rival over the leader, in these cases
    low: float  # lower end of its 95 % interval
    share: float  # of all cases
    status: str


@dataclass(frozen=True)
class Robust:
    """The comparison of policies."""

    outcomes: tuple[str, ...]
    better: Mapping[str, str]
    cases: int
    table: pd.DataFrame  # a row per outcome and policy
    front: list[str]  # policies that no other beats on every outcome
    leader: str  # highest expected value of the first outcome
    flips: list[Flip]


def robust(cases: Cases, outcomes: Sequence[str], better: Mapping[str, str] | None = None) -> Robust:
    """Compare alternatives over cases; the first outcome decides the leader. `better` overrides the declared direction (higher | lower)."""
    directions = {o: _direction(o, (better or {}).get(o)) for o in outcomes}
    oriented = {o: cases.values[o] * (1 if directions[o] == "higher" else -1) for o in outcomes}
    rows = [row for o in outcomes for row in _rows(cases, o, oriented[o])]
    front = _front(np.column_stack([oriented[o].mean(axis=1) for o in outcomes]), cases.alternatives)
    leader = int(oriented[outcomes[0]].mean(axis=1).argmax())
    flips = _flips(cases, oriented[outcomes[0]], leader)
    table = pd.DataFrame(rows)
    table["front"] = table["policy"].isin(front)
    return Robust(tuple(outcomes), directions, cases.count, table, front, cases.alternatives[leader], flips)


def _direction(outcome: str, wanted: str | None) -> str:
    variable = outcome_reference(outcome)[1]
    found = wanted or variable.better
    if found not in ("higher", "lower"):
        raise InputError(
            f"{outcome} is neither better high nor low by itself; say which: --better {outcome}=higher (or lower)"
            if wanted is None
            else unknown("direction", found, ("higher", "lower"))
        )
    return found


def _rows(cases: Cases, outcome: str, oriented: np.ndarray) -> list[dict[str, object]]:
    """A row per alternative: levels in the outcome's own unit, regret in the same unit and never negative."""
    best = oriented.max(axis=0)
    regret = best - oriented
    near = regret <= outcome_reference(outcome)[1].same
    shared = (near / near.sum(axis=0)).mean(axis=1)
    values = cases.values[outcome]
    rows: list[dict[str, object]] = []
    for i, name in enumerate(cases.alternatives):
        decile = float(np.quantile(oriented[i], 0.1))
        sign = 1 if np.array_equal(values[i], oriented[i]) else -1
        rows.append(
            {
                "outcome": outcome, "policy": name, "expected": float(values[i].mean()), "worst_decile": sign * decile,
                "mean_regret": float(regret[i].mean()), "max_regret": float(regret[i].max()), "best": float(shared[i]),
            }
        )  # fmt: skip
    return rows


def _front(means: np.ndarray, names: Sequence[str]) -> list[str]:
    at_least = (means[None, :, :] >= means[:, None, :]).all(axis=2)
    more = (means[None, :, :] > means[:, None, :]).any(axis=2)
    return [n for n, beaten in zip(names, (at_least & more).any(axis=1), strict=True) if not beaten]


# -- what flips the ranking -----------------------------------------------------------------------------------------------------------


def _flips(cases: Cases, oriented: np.ndarray, leader: int) -> list[Flip]:
    frame = cases.circumstances
    rivals = [i for i in range(len(cases.alternatives)) if i != leader]
    tried = max(len(rivals) * len(frame.columns) * 2, 1)
    critical = NormalDist().inv_cdf(1 - 0.05 / tried)
    found = []
    for rival in rivals:
        advantage = oriented[rival] - oriented[leader]
        for name in frame.columns:
            for where, threshold, chosen in _sides(frame[name], advantage):
                d = advantage[chosen]
                error = d.std(ddof=1) / np.sqrt(d.size) if d.size > 1 else np.inf
                if d.mean() > critical * error and d.mean() > 0:
                    low = float(d.mean() - 1.96 * error)
                    name_of = cases.alternatives[rival]
                    found.append(Flip(name, where, threshold, name_of, float(d.mean()), low, float(chosen.mean()), status_of(name)))
    return sorted(found, key=lambda f: -f.share)


def _sides(column: pd.Series, advantage: np.ndarray) -> list[tuple[str, float, np.ndarray]]:
    """Cases at one end of a column throughout which the rival is ahead: (in words, threshold, mask)."""
    if isinstance(column.dtype, pd.CategoricalDtype) or column.dtype == object or pd.api.types.is_string_dtype(column.dtype):
        words = np.array(["as written" if pd.isna(v) else str(v) for v in column])
        return [(f"is {w}", float("nan"), words == w) for w in sorted(set(words)) if (words == w).sum() >= _FEWEST]
    x = column.to_numpy(dtype=float)
    known = np.isfinite(x)
    edges = np.unique(np.quantile(x[known], np.linspace(0, 1, _TENTHS + 1))) if known.any() else np.array([])
    if edges.size < 3:
        return []
    tenth = np.where(known, np.clip(np.searchsorted(edges, x, side="right") - 1, 0, edges.size - 2), -1)
    count = [int((tenth == k).sum()) for k in range(edges.size - 1)]
    means = np.array([advantage[tenth == k].mean() if n else -np.inf for k, n in enumerate(count)])
    centres = np.array([x[tenth == k].mean() if n else np.nan for k, n in enumerate(count)])
    found = []
    for side, order in (("below", range(len(means))), ("above", range(len(means) - 1, -1, -1))):
        ahead = []
        for k in order:
            if means[k] <= 0 or count[k] < _FEWEST:
                break
            ahead.append(k)
        if ahead and len(ahead) < len(means):
            inner, outer = ahead[-1], ahead[-1] + (1 if side == "below" else -1)
            step = means[inner] / (means[inner] - means[outer]) if np.isfinite(means[outer]) else 0.5
            threshold = float(centres[inner] + step * (centres[outer] - centres[inner]))
            found.append((f"{side} {threshold:.3g}", threshold, np.isin(tenth, ahead)))
    return found


# -- cases from what was run ----------------------------------------------------------------------------------------------------------


def cases_of_results(
    runs: Sequence[Results], outcomes: Sequence[str], *, policies: Sequence[str] | None = None,
    window: Sequence[str] | str | None = None, circumstances: Sequence[str] = (),
) -> Cases:  # fmt: skip
    """Cases of runs with policies: every world of every run. Policies are those that all runs have.

    `circumstances` are outcomes that count as assumptions too, by their mean over the window in the run as written (e.g. us.engagement).
    """
    shared = [p for p in runs[0].policies if all(p in r.policies for r in runs)]
    chosen = list(policies or shared)
    wrong = [unknown("policy of these results", p, shared) for p in chosen if p not in shared]
    if wrong or len(chosen) < 2:
        raise InputError(wrong or "there is one policy only; run with --policy all, or name a sweep: nothing can be compared")
    values: dict[str, list[np.ndarray]] = {o: [] for o in outcomes}
    frames = []
    for run in runs:
        worlds = run.world_numbers(chosen[0])
        for policy in chosen[1:]:
            worlds = np.intersect1d(worlds, run.world_numbers(policy))
        at = {p: np.searchsorted(run.world_numbers(p), worlds) for p in chosen}
        for outcome in outcomes:
            values[outcome].append(np.stack([measured(run, outcome, p, window)[at[p]] for p in chosen]))
        frames.append(_circumstances(run, chosen[0], worlds, circumstances, window, len(runs) > 1))
    frame = pd.concat(frames, ignore_index=True)
    return Cases(tuple(chosen), {o: np.concatenate(v, axis=1) for o, v in values.items()}, frame)


def _circumstances(
    run: Results, policy: str, worlds: np.ndarray, more: Sequence[str], window: Sequence[str] | str | None, named: bool
) -> pd.DataFrame:
    try:
        frame = inputs(run, policy).loc[worlds].reset_index(drop=True)
    except InputError:  # nothing is drawn: the cases differ by chance alone
        frame = pd.DataFrame(index=range(worlds.size))
    at = np.searchsorted(run.world_numbers(policy), worlds)
    extra = {f"{name} as it goes": measured(run, name, policy, window)[at] for name in more}
    if named:
        extra["scenario"] = np.full(worlds.size, run.name)
    return pd.concat([frame, pd.DataFrame(extra, index=frame.index)], axis=1)


def cases_of_sweep(sweep: Sweep) -> Cases:
    """Cases of a sweep: every world at every point of the uncertainties in every scenario. Alternatives: policies with points of levers."""
    cells = list(sweep.values)
    scenarios = list(dict.fromkeys(c.scenario for c in cells))
    choices = list(dict.fromkeys((c.policy, c.levers) for c in cells))
    choices = [c for c in choices if all(Cell(s, *c, 0) in sweep.values for s in scenarios)]
    if len(choices) < 2:
        raise InputError("the sweep has one policy and one setting of the levers only: nothing can be compared")
    settings = [(s, u) for s in scenarios for u in range(len(sweep.settings["uncertainties"]))]
    values = {
        o: np.stack([np.concatenate([sweep.of(Cell(s, p, l, u), o) for s, u in settings]) for p, l in choices]) for o in sweep.outcomes
    }
    rows = [sweep.set_at(Cell(s, "none", 0, u)) | {"scenario": s} for s, u in settings]
    frame = pd.DataFrame(rows).loc[np.repeat(np.arange(len(rows)), sweep.worlds.size)].reset_index(drop=True)
    frame = frame[[c for c in frame.columns if not c.startswith("lever.") and frame[c].nunique() > 1]]
    frame.columns = [c.removeprefix("uncertainty.") for c in frame.columns]
    return Cases(tuple(_named(sweep, scenarios[0], *c) for c in choices), values, frame)


def _named(sweep: Sweep, scenario: str, policy: str, levers: int) -> str:
    """A choice in words: the policy, and what the levers are set to."""
    found = sweep.set_at(Cell(scenario, policy, levers, 0)).items()
    told = [f"{k.removeprefix('lever.')}={v:.4g}" if isinstance(v, float) else f"{k.removeprefix('lever.')}={v}"
            for k, v in found if k.startswith("lever.") and v is not None]  # fmt: skip
    return ", ".join([policy, *told]) if told and policy != "none" else ", ".join(told) or policy
