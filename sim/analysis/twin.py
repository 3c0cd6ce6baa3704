"""Twin worlds: one world played twice with the same chance, where the two first part, and what was booked that led there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim import quarters, tables
from sim.analysis.explain import job_of
from sim.catalogue import STATES, Variable, catalogue
from sim.errors import InputError
from sim.play import Task, play
from sim.recorder import Recording
from sim.results import Results
from sim.running import Job
from sim.scenario.plan import Plan

MOST = 12
"""Bookings and outcomes that are listed."""


@dataclass(frozen=True)
class Parted:
    """An outcome that differs, in one quarter."""

    outcome: str
    reference: float
    alternative: float
    difference: float
    share: float  # of the outcome's range


@dataclass(frozen=True)
class Booking:
    """What a cause booked to a stock in both worlds, from the start up to a quarter."""

    stock: str
    actor: str
    room: str
    because: str
    reference: float
    alternative: float
    difference: float
    share: float  # of the stock's range


@dataclass(frozen=True)
class Told:
    """An event of the world, and in which of its two lives it happens: both | reference | alternative."""

    quarter: str
    event: str
    target: str
    actor: str
    because: str
    until: str | None
    where: str


@dataclass(frozen=True)
class Twin:
    """One world with and without."""

    world: int
    seed: int
    reference: str
    alternative: str
    settings: list[str]  # names that are set differently
    trace: str | None  # first quarter in which anything at all differs
    quarter: str | None  # first quarter in which an outcome differs by more than counts as the same
    outcomes: list[Parted]  # those that differ in that quarter, the furthest apart first
    event: Told | None  # the first event that happens in one of the two only
    events: list[Told]
    bookings: list[Booking]  # the largest differences of bookings up to `quarter` (to the end where the two never part)
    end: list[Parted]  # the outcomes furthest apart in the last quarter


def twin(reference: Results, alternative: Results, world: int, *, policy: str = "none", reference_policy: str = "none") -> Twin:
    """World number `world` under two runs (or two policies of one run), played again with every booking.

    Raises InputError where the runs have different seeds: there is no such thing as the same world in both.
    """
    if reference.manifest["seed"] != alternative.manifest["seed"]:
        raise InputError("the two runs have different seeds: their worlds are not the same worlds")
    return twins(job_of(reference), reference_policy, job_of(alternative), policy, world)


def twins(first: Job, first_policy: str, second: Job, second_policy: str, world: int) -> Twin:
    """The same, from what is to be played instead of from results."""
    jobs = ((first, first_policy), (second, second_policy))
    if isinstance(world, bool) or not isinstance(world, int) or world < 0:
        raise InputError(f"world={world!r}: give the number of one world, from 0")
    if first.seed != second.seed:
        raise InputError("the two runs have different seeds: their worlds are not the same worlds")
    plans = [next(p for p in job.plans if p.policy == policy) for job, policy in jobs]
    if plans[0].start != plans[1].start:
        raise InputError(f"the runs start in {first.scenario.start} and {second.scenario.start}: their quarters do not match")
    end = min(p.end for p in plans)
    a, b = (play(_task(job, replace(plan, end=end), world)) for (job, _), plan in zip(jobs, plans, strict=True))
    return _compared(a, b, world, first.seed, plans, [_named(plan) for plan in plans])


def _task(job: Job, plan: Plan, world: int) -> Task:
    return replace(next(job.tasks(plan, [world])), ledger=True)


def _named(plan: Plan) -> str:
    return plan.scenario if plan.policy == "none" else f"{plan.scenario} with {plan.policy}"


def _compared(a: Recording, b: Recording, world: int, seed: int, plans: list[Plan], names: list[str]) -> Twin:
    exact, beyond = _first(a, b, exact=True), _first(a, b, exact=False)
    told = list(_events(a, b))
    last = a.quarters - 1
    return Twin(
        world=world, seed=seed, reference=names[0], alternative=names[1], settings=differently_set(*plans),
        trace=_written(a, exact), quarter=_written(a, beyond),
        outcomes=[] if beyond is None else _parted(a, b, beyond),
        event=next((t for t in told if t.where != "both"), None), events=told,
        bookings=_bookings(a, b, last if beyond is None else beyond), end=_parted(a, b, last),
    )  # fmt: skip


def _written(recording: Recording, quarter: int | None) -> str | None:
    return None if quarter is None else quarters.written(recording.start + quarter)


# -- outcomes -----------------------------------------------------------------------------------------------------------------------


def _outcomes(recording: Recording) -> Iterator[tuple[str, Variable, np.ndarray]]:
    """(reference, variable, its path (quarters,)) of every recorded outcome."""
    kinds = catalogue()
    for name, values in zip(recording.state_names, recording.states, strict=True):
        for row, state in enumerate(STATES):
            yield f"{state}.{name}", kinds.state_outcomes[name], values[:, row, 0].astype(float)
    for name, path in zip(recording.region_names, recording.region, strict=True):
        yield name, kinds.region_outcomes[name], path[:, 0].astype(float)


def _first(a: Recording, b: Recording, exact: bool) -> int | None:
    """First quarter in which an outcome differs: at all, or by more than its `same`."""
    found = None
    for (_, variable, x), (_, _, y) in zip(_outcomes(a), _outcomes(b), strict=True):
        apart = np.flatnonzero(np.abs(y - x) > (0.0 if exact else variable.same))
        if apart.size and (found is None or apart[0] < found):
            found = int(apart[0])
    return found


def _parted(a: Recording, b: Recording, quarter: int) -> list[Parted]:
    rows = []
    for (name, variable, x), (_, _, y) in zip(_outcomes(a), _outcomes(b), strict=True):
        difference = y[quarter] - x[quarter]
        if abs(difference) > variable.same:
            low, high = variable.range
            rows.append(Parted(name, float(x[quarter]), float(y[quarter]), float(difference), abs(float(difference)) / (high - low)))
    return sorted(rows, key=lambda r: -r.share)[:MOST]


# -- events -------------------------------------------------------------------------------------------------------------------------


def _events(a: Recording, b: Recording) -> Iterator[Told]:
    """Events of both lives in the order of quarters; one that differs in its end counts as two."""
    first, second = _told(a), _told(b)
    for key in sorted({*first, *second}, key=lambda k: (k[0], first.get(k, second.get(k, 0)))):
        yield Told(*key, where="both" if key in first and key in second else "reference" if key in first else "alternative")


Event = tuple[str, str, str, str, str, str | None]


def _told(recording: Recording) -> dict[Event, int]:
    frame = tables.events(recording, "").to_pylist()
    rows = [(e["quarter"], e["event"], e["target"], e["actor"], e["because"], e["until"]) for e in frame]
    return {row: i for i, row in reversed(list(enumerate(rows)))}


# -- bookings -----------------------------------------------------------------------------------------------------------------------

_KEYS = ["stock", "actor", "room", "because"]


def _bookings(a: Recording, b: Recording, quarter: int) -> list[Booking]:
    """The largest differences of what was booked up to a quarter, as shares of each stock's range."""
    first, second = (_summed(r, quarter) for r in (a, b))
    both = pd.concat([first.rename("reference"), second.rename("alternative")], axis=1).fillna(0.0)
    ranges = {v.published: v.range[1] - v.range[0] for v in catalogue().variables.values() if v.kind == "stock"}
    rows = []
    for (stock, actor, room, because), reference, alternative in both.itertuples(name=None):
        difference = float(alternative - reference)
        share = abs(difference) / ranges[stock]
        rows.append(Booking(stock, actor, room, because, float(reference), float(alternative), difference, share))
    return sorted((r for r in rows if r.difference), key=lambda r: -r.share)[:MOST]


def _summed(recording: Recording, quarter: int) -> pd.Series:
    frame = tables.ledger(recording, "").to_pandas()
    frame = frame[frame["quarter"].astype(str) <= quarters.written(recording.start + quarter)]
    return frame.astype(dict.fromkeys(_KEYS, str)).groupby(_KEYS, sort=False)["change"].sum()


# -- what is set differently ----------------------------------------------------------------------------------------------------------


def differently_set(a: Plan, b: Plan) -> list[str]:
    """Names that two plans set differently."""
    found = []
    for prefix, mine, other in (
        ("", a.levers, b.levers), ("parameters.", a.parameters, b.parameters), ("initial.", a.initial, b.initial),
        ("initial.", a.initial_draws, b.initial_draws), ("clamp.", a.clamps, b.clamps), ("mechanisms.", a.mechanisms, b.mechanisms),
        ("branch.", a.branches, b.branches),
    ):  # fmt: skip
        found += [prefix + n for n in sorted({*mine, *other}) if mine.get(n) != other.get(n)]
    forced = {f for f in (*a.forced, *b.forced) if (f in a.forced) != (f in b.forced)}
    return found + sorted({".".join(p for p in ("force", f.event, f.target, f.actor) if p) for f in forced})
