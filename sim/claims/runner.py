"""From claims to verdicts: plans for every arm, each distinct arm played once, each world reduced where it was played."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields, replace
from multiprocessing import get_context
from typing import Any

import numpy as np

from sim.catalogue import STATES, catalogue
from sim.chunking import chunks
from sim.claims.reading import Claim
from sim.claims.statistics import (
    Estimate,
    Verdict,
    interaction,
    judge,
    mean_difference,
    slope_per_year,
    smallest_lead,
    spread_difference,
)
from sim.clamps import needs_baseline
from sim.errors import InputError, unknown
from sim.play import Task, play
from sim.quarters import index
from sim.recorder import Recording
from sim.results import outcome_reference
from sim.running import over as over_pool
from sim.running import world_numbers
from sim.scenario.levels import over
from sim.scenario.plan import Plan

Progress = Callable[[int, int], None]
"""Called with (worlds played, worlds in all), counted over all arms."""

_NOT_IDENTITY = ("scenario", "policy", "title", "question", "reference", "notices", "end")
"""Fields of a plan that do not change what happens in a quarter: the end only decides how many follow."""


@dataclass(frozen=True)
class Need:
    """What a claim wants of an arm: outcomes averaged, each world reduced over quarters [first, last]."""

    outcomes: tuple[str, ...]
    first: int
    last: int
    slope: bool
    by_state: bool

    def of(self, recording: Recording) -> np.ndarray:
        """The reduction, (worlds,) or for an ordering (state, worlds), in float64."""
        span = slice(self.first - recording.start, self.last - recording.start + 1)
        values = np.mean([self._series(recording, name)[span] for name in self.outcomes], axis=0, dtype=float)
        return slope_per_year(values) if self.slope else values.mean(axis=0)

    def _series(self, recording: Recording, name: str) -> np.ndarray:
        """One outcome, (quarters, worlds) or (quarters, state, worlds)."""
        if self.by_state:
            return recording.states[recording.state_names.index(name)]
        state, variable = outcome_reference(name)
        if state is None:
            return recording.region[recording.region_names.index(variable.published)]
        values = recording.states[recording.state_names.index(variable.published)]
        return values.mean(axis=1, dtype=float) if state == "mean" else values[:, STATES.index(state)]


@dataclass
class Arm:
    """One distinct run: a plan (and the plan whose paths its clamps hold to), played to the latest quarter that anybody needs."""

    plan: Plan
    baseline: Plan | None
    needs: set[Need] = field(default_factory=set)


@dataclass(frozen=True)
class _Piece:
    """A chunk of worlds of one arm: what a worker is given."""

    key: str
    task: Task
    needs: tuple[Need, ...]


def _measure(piece: _Piece) -> tuple[str, int, int, dict[Need, np.ndarray]]:
    """(arm, first world, worlds, reductions) of a piece; the recording itself is dropped here."""
    recording = play(piece.task)
    return piece.key, int(recording.worlds[0]), int(recording.worlds.size), {need: need.of(recording) for need in piece.needs}


class Arms:
    """All arms of some claims, each distinct one once."""

    def __init__(self) -> None:
        self.arms: dict[str, Arm] = {}

    def add(self, plan: Plan, baseline: Plan | None, need: Need) -> str:
        """Ask for `need` of an arm; returns the arm's key."""
        held = baseline if needs_baseline(plan.clamps) else None
        key = _identity(plan) + ("" if held is None else " on " + _identity(held))
        arm = self.arms.setdefault(key, Arm(plan, held))
        arm.needs.add(need)
        if plan.end > arm.plan.end:
            arm.plan = replace(arm.plan, end=plan.end)
        return key

    def measure(self, worlds: Sequence[int], seed: int, workers: int, progress: Progress | None) -> dict[str, dict[Need, np.ndarray]]:
        """Every need of every arm, worlds in ascending order."""
        pieces = [
            _Piece(key, Task(arm.plan, seed, chunk, baseline=arm.baseline), tuple(arm.needs))
            for key, arm in self.arms.items()
            for chunk in chunks(worlds)
        ]
        total, done = len(worlds) * len(self.arms), 0
        found: dict[str, dict[int, dict[Need, np.ndarray]]] = {key: {} for key in self.arms}
        for key, first, size, reductions in _carry_out(pieces, workers):
            found[key][first] = reductions
            done += size
            if progress is not None:
                progress(done, total)
        return {key: _joined(parts) for key, parts in found.items()}


def _joined(parts: Mapping[int, dict[Need, np.ndarray]]) -> dict[Need, np.ndarray]:
    ordered = [parts[first] for first in sorted(parts)]
    return {need: np.concatenate([part[need] for part in ordered], axis=-1) for need in ordered[0]}


def _carry_out(pieces: Sequence[_Piece], workers: int) -> Iterator[tuple[str, int, int, dict[Need, np.ndarray]]]:
    if workers == 1 or len(pieces) < 2:
        yield from map(_measure, pieces)
        return
    with ProcessPoolExecutor(min(workers, len(pieces)), mp_context=get_context("spawn")) as pool:
        yield from over_pool(pool, _measure, pieces, 2 * workers)


def _identity(plan: Plan) -> str:
    """What decides a quarter of this plan, written out in a fixed order."""
    parts = {f.name: getattr(plan, f.name) for f in fields(Plan) if f.name not in _NOT_IDENTITY}
    return repr({name: dict(sorted(value.items())) if isinstance(value, dict) else value for name, value in parts.items()})


@dataclass(frozen=True)
class _Asked:
    """A claim with the keys of its arms: without and with the mediator held."""

    claim: Claim
    need: Need
    plain: dict[str, str]
    mediated: dict[str, str] | None
    notices: tuple[str, ...]  # of every arm's plan, each once


def _ask(claim: Claim, arms: Arms, without: Mapping[str, Any]) -> _Asked:
    need = Need(claim.outcomes, index(claim.window[0]), index(claim.window[1]), claim.statistic == "slope", claim.statistic == "ordering")
    base = over(claim.base, without)
    baseline = claim.scenario.plan(base=base, end=claim.window[1])
    notices: dict[str, None] = {}

    def keys(held: Mapping[str, Any]) -> dict[str, str]:
        found = {}
        for name, levers in _roles(claim).items():
            plan = claim.scenario.plan(levers=over(over(levers, held), without), base=base, end=claim.window[1])
            found[name] = arms.add(plan, baseline, need)
            notices.update(dict.fromkeys(plan.notices))
        return found

    plain, mediated = keys({}), keys(claim.mediator) if claim.mediator else None
    return _Asked(claim, need, plain, mediated, tuple(notices))


def _roles(claim: Claim) -> dict[str, Mapping[str, Any]]:
    """The levers of each arm, on top of the claim's base."""
    if claim.a is None or claim.b is None:
        return {"base": {}}
    if claim.statistic == "interaction":
        return {"base": {}, "a": claim.a, "b": claim.b, "both": over(claim.a, claim.b)}
    return {"a": claim.a, "b": claim.b}


def _estimate(claim: Claim, values: Mapping[str, np.ndarray]) -> Estimate:
    if claim.statistic == "ordering":
        rows = values["base"] if claim.a is None else values["b"] - values["a"]
        return smallest_lead(rows, [STATES.index(s) for s in claim.above], [STATES.index(s) for s in claim.below])
    if claim.statistic == "interaction":
        return interaction(values["both"], values["a"], values["b"], values["base"])
    if claim.statistic == "sd":
        return spread_difference(values["a"], values["b"])
    return mean_difference(values["b"] - values["a"])


@dataclass(frozen=True)
class Answer:
    """A claim and what the model says about it."""

    claim: Claim
    verdict: Verdict
    notices: tuple[str, ...] = ()  # what its arms set in vain, and what was ignored, each once


def _answer(asked: _Asked, measured: Mapping[str, Mapping[Need, np.ndarray]]) -> Answer:
    def estimate(keys: Mapping[str, str]) -> Estimate:
        return _estimate(asked.claim, {role: measured[key][asked.need] for role, key in keys.items()})

    claim = asked.claim
    mediated = None if asked.mediated is None else estimate(asked.mediated).effect
    verdict = judge(estimate(asked.plain), claim.expect, claim.margin, by_sign=claim.statistic == "mean", mediated=mediated)
    return Answer(claim, replace(verdict, reason=_reason(verdict, claim)), asked.notices)


def _reason(verdict: Verdict, claim: Claim) -> str:
    """What was measured and, for a claim that is known not to hold, why not."""
    if not claim.known_failure:
        return verdict.reason
    if verdict.verdict == "holds":
        return f"{verdict.reason}; holds unexpectedly, although the file says: {claim.known_failure}"
    return f"{verdict.reason}; known: {claim.known_failure}"


def check_claims(
    claims: Sequence[Claim],
    worlds: int = 1000,
    seed: int = 1,
    workers: int = 1,
    without: Sequence[str] = (),
    progress: Progress | None = None,
) -> list[Answer]:
    """Play every arm that the claims need and judge each claim, in the order given.

    Args:
        claims: from `sim.claims.reading.read_claims`.
        worlds: how many worlds of each arm, paired by number.
        seed: of all draws.
        workers: processes to share the arms among.
        without: rooms to switch off in every arm.
        progress: called with (worlds played, worlds in all).

    Raises:
        InputError: an unknown room, or worlds, seed or workers that are not positive whole numbers.

    """
    check_rooms(without)
    wrong = [
        f"{name}={value!r}: give a whole number from {least}"
        for name, value, least in (("seed", seed, 0), ("workers", workers, 1))
        if isinstance(value, bool) or not isinstance(value, int) or value < least
    ]
    if wrong:
        raise InputError(wrong)
    arms = Arms()
    switched = {f"mechanisms.{room}": False for room in without}
    asked = [_ask(claim, arms, switched) for claim in claims]
    measured = arms.measure(world_numbers(worlds), seed, workers, progress)
    return [_answer(question, measured) for question in asked]


def check_rooms(rooms: Sequence[str]) -> None:
    """Raise InputError for names that are not rooms."""
    wrong = [unknown("room", room, catalogue().rooms) for room in rooms if room not in catalogue().rooms]
    if wrong:
        raise InputError(wrong)


def counts(answers: Sequence[Answer]) -> dict[str, int]:
    """How many claims hold, fail and are undecided."""
    return {word: sum(a.verdict.verdict == word for a in answers) for word in ("holds", "fails", "undecided")}
