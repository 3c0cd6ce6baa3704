"""What a run says to its scenario's question, as plain data: a row per state, the region, what happened, and one sentence.

Every change is paired by world: against the reference run in the same worlds, or, where a run is its own reference, against the same
world's first quarter. The command line prints this; nothing here knows how.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.analysis.ends import Ends, labels_of
from sim.analysis.happenings import Happening, happenings
from sim.analysis.pairing import bootstrap, shares
from sim.catalogue import STATE_NAMES, STATES, Variable, catalogue
from sim.errors import InputError
from sim.results import Results, outcome_reference

REGION = ("stability", "mean.democracy", "third_power_influence", "western_leverage")
"""Outcomes of the region that every summary shows beside the one that the scenario asks about."""

FEW = 20
"""With fewer worlds than this nothing is said about what is more than chance."""


@dataclass(frozen=True)
class Measure:
    """The outcome that is summarised."""

    outcome: str
    label: str
    means: str
    unit: str
    better: str  # higher | lower | none
    type: str  # float | bool | string
    range: tuple[float, float]
    same: float
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One outcome at the end of the run. Shares are of worlds, 0 to 1; `better` and `worse` are nan where no direction is better."""

    name: str  # ISO code, `mean`, or an outcome of the region
    label: str
    median: float
    low: float  # 90 % of worlds lie between low and high
    high: float
    mean: float
    change: float  # mean of the paired changes
    change_low: float  # 95 % interval of that mean
    change_high: float
    better: float
    worse: float
    higher: float
    lower: float
    same: float
    moves: bool  # whether the mean change is beyond chance and beyond what counts as the same


@dataclass(frozen=True)
class Summary:
    """The printed answer, as data."""

    scenario: str
    title: str
    question: str
    reference: str | None  # name of the reference run; None where changes are against the first quarter
    against: str  # what changes are measured against, in words
    quarter: str
    worlds: int
    seed: int
    measure: Measure
    rows: list[Row]
    policies: dict[str, list[Row]]
    branches: dict[str, list[Row]]  # "election: transactional" -> the scenario as written, in the worlds of that option
    region: list[Row]
    events: list[Happening]
    answer: str
    answer_policy: str  # the policy that the answer speaks of


def summarise(results: Results, reference: Results | None = None, worlds: Sequence[int] | None = None) -> Summary:
    """The answer of a run, in the worlds given (all by default) that it and the reference both hold.

    Raises InputError where the runs have different seeds, or no world or quarter in common.
    """
    shared = _common_worlds(results, reference, worlds)
    before, quarter, against = _baseline(results, reference, shared)
    answer = {} if results.scenario is None else results.scenario.answer
    measure = measure_of(answer.get("outcome", "eu_alignment"), answer.get("better_if"))
    names = [f"{s}.{measure.outcome}" for s in STATES] if measure.outcome in catalogue().state_outcomes else [measure.outcome]
    ends = {p: Ends(results, p, quarter, shared) for p in results.policies}
    rows = {p: [row(n, now, before, measure.better) for n in names] for p, now in ends.items()}
    branches = {
        option: [row(n, ends["none"], before, measure.better, where) for n in names] for option, where in _options(results, shared).items()
    }
    region = [row(n, ends["none"], before) for n in REGION if n not in names]
    scenario = results.scenario
    return Summary(
        scenario=results.name, title=scenario.title if scenario else results.name, question=scenario.question if scenario else "",
        reference=reference.name if reference else None, against=against, quarter=quarter, worlds=int(shared.size),
        seed=int(results.manifest["seed"]), measure=measure, rows=rows["none"],
        policies={p: r for p, r in rows.items() if p != "none"}, branches=branches, region=region,
        events=happenings(results, reference, shared), answer_policy=policy_that_answers(rows),
        answer=answer_of(rows, measure, quarter, against, int(shared.size)),
    )  # fmt: skip


def _common_worlds(results: Results, reference: Results | None, worlds: Sequence[int] | None) -> np.ndarray:
    runs = [results.world_numbers(p) for p in results.policies]
    if reference is not None:
        if reference.manifest["seed"] != results.manifest["seed"]:
            raise InputError("the run and its reference have different seeds: their worlds are not the same worlds")
        runs.append(reference.world_numbers())
    shared = runs[0] if worlds is None else np.intersect1d(runs[0], np.asarray(worlds))
    for other in runs[1:]:
        shared = np.intersect1d(shared, other)
    if not shared.size:
        raise InputError("no world is complete in all policies and in the reference; run the same command again")
    return shared


def _baseline(results: Results, reference: Results | None, worlds: np.ndarray) -> tuple[Ends, str, str]:
    """What changes are measured against, the quarter that is summarised, and the former in words."""
    if reference is None:
        first = results.quarters[0]
        return Ends(results, "none", first, worlds), results.quarters[-1], first
    common = [q for q in results.quarters if q in set(reference.quarters)]
    if not common:
        raise InputError(f"{results.name} and {reference.name} have no quarter in common")
    return Ends(reference, "none", common[-1], worlds), common[-1], reference.name


def _options(results: Results, worlds: np.ndarray) -> dict[str, np.ndarray]:
    """For each option of each branch that some world took, which of `worlds` took it, bool (worlds,)."""
    table = results.source.table("worlds")
    table = table.filter(pc.equal(table["policy"].cast(pa.string()), "none")).sort_by("world")
    chosen = np.searchsorted(table["world"].to_numpy(), worlds)
    found: dict[str, np.ndarray] = {}
    for name in (c for c in table.column_names if c.startswith("branch.")):
        taken = np.asarray(table[name].cast(pa.string()).to_pylist())[chosen]
        found |= {f"{name.removeprefix('branch.')}: {option}": taken == option for option in np.unique(taken)}
    return found


def measure_of(outcome: str, better_if: str | None = None) -> Measure:
    """What a bare state outcome or an outcome reference is; `better_if` overrides the declared direction."""
    variable = catalogue().state_outcomes.get(outcome) or outcome_reference(outcome)[1]
    better = better_if or variable.better
    return Measure(
        outcome=outcome, label=words(variable.published), means=variable.means, unit=variable.unit, better=better, type=variable.type,
        range=variable.range, same=variable.same, labels=labels_of(variable),
    )  # fmt: skip


_PROPER = (
    *("EU", "US", "NATO", "KFOR", "EUFOR", "Russian", "Chinese", "Turkish", "Serbian", "Russia", "China", "Kosovo", "Serbia"),
    *("Republika", "Srpska"),
)
_CAPITALS = {word.lower(): word for word in _PROPER}


def words(name: str) -> str:
    """An outcome's name as words: eu_alignment -> EU alignment."""
    text = " ".join(_CAPITALS.get(w, w) for w in name.replace(".", " ").replace("_", " ").split())
    return text.replace("Kosovo Serbia", "Kosovo-Serbia").replace("support EU", "support for the EU")


def thing(name: str) -> str:
    """A variable, lever or parameter in words: states.reform_effort is reform effort."""
    return words(name.removeprefix("states.").removeprefix("region.").removeprefix("parameters."))


def things(names: str) -> str:
    """The same of several names with commas between them."""
    return ", ".join(thing(name) for name in names.split(", ") if name)


def label_of(reference: str) -> str:
    """A row's name for readers: a state, the six, or the outcome of the region."""
    state, variable = outcome_reference(reference)
    if state in STATE_NAMES:
        return STATE_NAMES[state]
    return f"{words(variable.key)}, mean of six" if state == "mean" else words(variable.published)


def row(reference: str, now: Ends, before: Ends, better: str | None = None, where: np.ndarray | slice = slice(None)) -> Row:
    """One row: levels of `now` and its paired changes from `before`, in the worlds `where` (a mask; all by default)."""
    state, variable = outcome_reference(reference)
    variable = replace(variable, better=better or variable.better)
    level = now.of(reference)[where]
    return row_of(state or reference, label_of(reference), level, level - before.of(reference)[where], variable)


def row_of(name: str, label: str, level: np.ndarray, change: np.ndarray, variable: Variable) -> Row:
    """One row from levels and paired changes, each (worlds,)."""
    low, high = np.quantile(level, [0.05, 0.95])
    interval, share = bootstrap(change), shares(change, variable)
    average = float(change.mean())
    beyond = not interval[0] <= 0.0 <= interval[1] and abs(average) > variable.same and change.size >= FEW
    return Row(
        name=name, label=label, median=float(np.median(level)), low=float(low), high=float(high), mean=float(level.mean()),
        change=average, change_low=interval[0], change_high=interval[1], better=share.better, worse=share.worse,
        higher=share.higher, lower=share.lower, same=share.same, moves=beyond,
    )  # fmt: skip


def of_hundred(*parts: float) -> list[int]:
    """Shares that sum to 1 as whole worlds of 100 that sum to 100 (largest remainders)."""
    exact = [100 * p for p in parts]
    whole = [int(np.floor(e + 1e-9)) for e in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: whole[i] - exact[i])
    for i in by_remainder[: 100 - sum(whole)]:
        whole[i] += 1
    return whole


def number(value: float, span: tuple[float, float], signed: bool = False) -> str:
    """A value with as many decimals as its range deserves; -0 is 0."""
    decimals = (3 if signed else 2) if span[1] - span[0] <= 4 else 2 if signed else 1
    rounded = round(value, decimals) + 0.0
    return f"{rounded:+.{decimals}f}" if signed and rounded else f"{rounded:.{decimals}f}"


def policy_that_answers(rows: Mapping[str, Sequence[Row]]) -> str:
    """`none`, the scenario as written; where nothing moves in it, the policy that moves most, if one does."""

    def largest(policy: str) -> float:
        return max((abs(r.change) for r in rows[policy] if r.moves), default=0.0)

    strongest = max(rows, key=largest)
    return "none" if largest("none") or not largest(strongest) else strongest


def answer_of(rows: Mapping[str, Sequence[Row]], measure: Measure, quarter: str, against: str, worlds: int) -> str:
    """The sentence of the scenario as written, or of the policy that answers for it."""
    policy = policy_that_answers(rows)
    text = sentence(rows[policy], measure, quarter, against, worlds)
    return text if policy == "none" else f"As written nothing moves by more than chance; with the policy {policy}, {text}"


def sentence(rows: Sequence[Row], measure: Measure, quarter: str, against: str, worlds: int) -> str:
    """The answer in one sentence: what moves most, which way, how far, in how many of 100 worlds; or that nothing does."""
    than = "in its first quarter" if _is_quarter(against) else f"in {against}"
    if worlds < FEW:
        return f"{worlds} {'world is' if worlds == 1 else 'worlds are'} too few to tell a change from chance; run {FEW} or more."
    most = max(rows, key=lambda r: abs(r.change))
    if not most.moves:
        return _nothing(rows, most, measure, quarter, than)
    _, higher, lower = of_hundred(most.same, most.higher, most.lower)
    up = most.change > 0
    direction, count, other = ("higher", higher, lower) if up else ("lower", lower, higher)
    subject = f"{most.label}'s {measure.label}" if most.name in STATES else most.label if most.name == "mean" else measure.label
    judged = {"none": "", "higher": " (better)" if up else " (worse)", "lower": " (worse)" if up else " (better)"}[measure.better]
    if measure.type == "bool":
        size = f"{abs(100 * most.change):.0f} more worlds in 100" if up else f"{abs(100 * most.change):.0f} fewer worlds in 100"
        text = f"{_upper(subject)} holds in {size} at the end of {quarter} than {than}{judged}"
    else:
        size = number(abs(most.change), measure.range, True).lstrip("+")
        text = f"{_upper(subject)} is on average {size} {direction} at the end of {quarter} than {than}{judged}"
        text += f": {direction} in {count} of 100 worlds, {'lower' if up else 'higher'} in {other}"
    return f"{text}{_others(rows, most)}."


def _nothing(rows: Sequence[Row], most: Row, measure: Measure, quarter: str, than: str) -> str:
    size = f"{number(most.change, measure.range, True)} on average, the same in {of_hundred(most.same, 1 - most.same)[0]} of 100 worlds"
    if len(rows) == 1:
        return f"{_upper(measure.label)} is at the end of {quarter} what it is {than}, as far as chance lets one tell ({size})."
    where = f"the largest change is {most.label}'s, {size}"
    return f"No state's {measure.label} at the end of {quarter} differs from what it is {than} by more than chance; {where}."


def _others(rows: Sequence[Row], most: Row) -> str:
    """What the other rows do, in half a sentence."""
    if len(rows) == 1:
        return ""
    others = [r for r in rows if r is not most]
    up, down = ([r.label for r in others if r.moves and (r.change > 0) == higher] for higher in (True, False))
    parts = [f"{_listed(names)} {verb}" for names, verb in ((up, "also higher"), (down, "also lower")) if names]
    if not parts:
        return "; no other state moves by more than chance"
    parts = [p.replace("also ", "") if (p.endswith("higher")) != (most.change > 0) else p for p in parts]
    return "; " + ", ".join(parts)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_quarter(text: str) -> bool:
    return len(text) == 6 and text[4] == "Q"
