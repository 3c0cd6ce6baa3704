"""`balkansim robust`: which policy stands up over scenarios, uncertainties and worlds, and what would flip the ranking."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.compare import SomeSeed, SomeWorlds, Window
from sim.cli.failures import guarded
from sim.cli.output import bold, emit, held_by, say_notices, show, table
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.analysis.robust import Cases, Robust
    from sim.analysis.search import Found

_FLIPS = 8
_NUMBERS = ("expected", "worst_decile", "mean_regret", "max_regret")
_SHOWN = 12

Runs = Annotated[list[str], typer.Argument(metavar="RUN...", help="Directories of results or of a sweep, or scenarios with policies.")]
Outcomes = Annotated[list[str] | None, typer.Option("--outcome", help="Outcome (repeatable); the first decides the leader.")]
Better = Annotated[
    list[str] | None, typer.Option("--better", metavar="OUTCOME=higher|lower", help="Direction, where it is your judgement.")
]


@guarded
def command(
    runs: Runs,
    outcome: Outcomes = None,
    policy: Annotated[list[str] | None, typer.Option("--policy", metavar="NAME", help="Compare only these (repeatable).")] = None,
    better: Better = None,
    circumstance: Annotated[
        list[str] | None, typer.Option("--circumstance", metavar="OUTCOME", help="Count this outcome, as written, as an assumption too.")
    ] = None,
    window: Window = None,
    worlds: SomeWorlds = None,
    seed: SomeSeed = None,
    search: Annotated[bool, typer.Option("--search", help="RUN is a sweep file: search good settings of its levers instead.")] = False,
    budget: Annotated[float | None, typer.Option("--budget", min=0.0, help="With --search: what the settings may cost.")] = None,
    aim: Annotated[str, typer.Option("--aim", help="With --search: mean or worst_decile.")] = "mean",
    evaluations: Annotated[int, typer.Option("--evaluations", min=1, help="With --search: settings to try at most.")] = 200,
    seconds: Annotated[float | None, typer.Option("--seconds", min=0.1, help="With --search: time to use at most.")] = None,
    figure: options.Figure = None,
    as_json: options.Json = False,
) -> None:
    """Compare policies by expected value, worst decile, regret and how often each is best, and say what flips the ranking."""
    directions = _directions(better)
    if search:
        return _search(runs, outcome, directions, worlds, seed, budget, aim, evaluations, seconds, figure, as_json)
    from sim.analysis.robust import robust

    cases, outcomes = _cases(runs, outcome, policy, circumstance, window, worlds, seed)
    found = robust(cases, outcomes, directions)
    options.draw(figure, lambda plots: _figure(plots, found))
    if as_json:
        emit({"runs": runs, **_data(found), "answer": answer(found)})
    else:
        show(*_parts(found), _READING, "", bold(answer(found)), "")
    return None


_READING = (
    "A case is a world at one setting of what nobody decides; `none` is the scenario as written. Worst decile: the value that one case in"
    " ten falls short of. Regret: what a policy falls short of the best one in the same case."
)


def _directions(given: list[str] | None) -> dict[str, str]:
    pairs = [text.partition("=") for text in given or []]
    wrong = [f"--better '{a}{e}{b}': allowed: OUTCOME=higher or OUTCOME=lower" for a, e, b in pairs if b not in ("higher", "lower")]
    if wrong:
        raise InputError(wrong)
    return {a: b for a, _, b in pairs}


def _cases(
    runs: list[str], outcome: list[str] | None, policy: list[str] | None, circumstance: list[str] | None, window: str | None,
    worlds: int | None, seed: int | None,
) -> tuple[Cases, list[str]]:  # fmt: skip
    from sim.analysis.robust import cases_of_results, cases_of_sweep
    from sim.analysis.sweep import holds_sweep, load_sweep
    from sim.errors import unknown
    from sim.results import outcome_reference

    for name in [*(outcome or []), *(circumstance or [])]:
        outcome_reference(name)
    if any(holds_sweep(r) for r in runs):
        if len(runs) > 1 or policy or circumstance or window:
            raise InputError("a sweep is compared by itself and as it was played: no further RUN, --policy, --circumstance or --window")
        sweep = load_sweep(runs[0])
        wrong = [unknown("outcome of this sweep", o, sweep.outcomes) for o in outcome or [] if o not in sweep.outcomes]
        if wrong:
            raise InputError(wrong)
        return cases_of_sweep(sweep), outcome or list(sweep.outcomes)
    loaded = [_loaded(text, worlds, seed) for text in runs]
    answers = loaded[0].scenario.answer["outcome"] if loaded[0].scenario is not None else "eu_alignment"
    outcomes = outcome or [answers if "." in answers else f"mean.{answers}"]
    span = options.window(window)
    return cases_of_results(loaded, outcomes, policies=policy, window=span, circumstances=circumstance or ()), outcomes


def _loaded(text: str, worlds: int | None, seed: int | None) -> Any:
    from sim.results import load_results

    if options.holds_results(text):
        return load_results(text)
    if Path(text).is_dir():
        raise InputError(f"{text} is a directory without results or a sweep; allowed: what `run` or `sweep` wrote, or a scenario")
    return options.played(text, worlds or 1000, 1 if seed is None else seed, "all")


def _figure(plots: Any, found: Robust) -> Any:
    if len(found.outcomes) < 2:
        from sim.plots.standing import standing

        return standing(found.table, found.outcomes[0], found.better[found.outcomes[0]])
    wide = found.table.pivot(index="policy", columns="outcome", values="expected").reset_index()
    x, y = found.outcomes[:2]
    return plots.pareto(wide, x, y, better={o: found.better[o] for o in (x, y)})


def _data(found: Robust) -> dict[str, Any]:
    from dataclasses import asdict, replace

    plain = asdict(replace(found, table=None))  # type: ignore[arg-type]
    return plain | {"table": found.table.to_dict("records")}


def _parts(found: Robust) -> list[Any]:
    parts: list[Any] = []
    for outcome in found.outcomes:
        rows = found.table[found.table["outcome"] == outcome]
        rows = rows.sort_values("expected", ascending=found.better[outcome] == "lower")
        lines = [
            [r["policy"] + (" *" if r["front"] else ""), *(f"{r[k]:.3f}" for k in _NUMBERS), f"{10 * r['best']:.1f}"]
            for r in rows.head(_SHOWN).to_dict("records")
        ]  # fmt: skip
        heads = ["policy", "expected", "worst decile", "mean regret", "max regret", "best in, of 10"]
        title = f"{outcome} ({found.better[outcome]} is better), {found.cases:,} cases"
        parts.append(table(heads, lines, title=title, right=range(1, 6), fold=True))
    if len(found.outcomes) > 1:
        parts += [f"* on the front: no other policy is at least as good on all of {', '.join(found.outcomes)} and better on one.", ""]
    lines = [
        [f"{f.name.removeprefix('parameters.')} {f.where}", f.status, f.rival, f"{f.advantage:.3f}", f"{100 * f.share:.0f} %"]
        for f in found.flips[:_FLIPS]
    ]
    if lines:
        heads = ["where", "status", "better is", "by", "of cases"]
        parts.append(table(heads, lines, title=f"What flips the ranking: {found.leader} is no longer ahead", right=(3, 4), fold=True))
    return parts


def answer(found: Robust) -> str:
    """The defended answer in one sentence."""
    rows = found.table[(found.table["outcome"] == found.outcomes[0]) & (found.table["policy"] == found.leader)].iloc[0]
    text = f"{found.leader} is best in {10 * rows['best']:.0f} of 10 worlds by {found.outcomes[0]}"
    if not found.flips:
        return text + "; no single assumption that was tried puts another ahead."
    first = found.flips[0]
    name = first.name.removeprefix("parameters.")
    return f"{text}, unless {name} {_verb(first.where)}: then {first.rival} is ahead by {first.advantage:.3f}."


def _verb(where: str) -> str:
    return {"below": "falls below", "above": "rises above"}.get(where.split()[0], where.split()[0]) + " " + where.split(" ", 1)[1]


def _search(
    runs: list[str], outcome: list[str] | None, better: dict[str, str], worlds: int | None, seed: int | None, budget: float | None,
    aim: str, evaluations: int, seconds: float | None, figure: Path | None, as_json: bool,
) -> None:  # fmt: skip
    from dataclasses import replace

    from sim.analysis.design_file import read_design
    from sim.analysis.search import search
    from sim.cli.progress import watched
    from sim.results import outcome_reference

    if len(runs) != 1:
        raise InputError("--search takes one sweep file")
    design = read_design(runs[0])
    design = replace(design, worlds=worlds or design.worlds, seed=design.seed if seed is None else seed)
    wanted = (outcome or design.outcomes)[0]
    direction = better.get(wanted) or outcome_reference(wanted)[1].better
    if direction == "none":
        raise InputError(f"{wanted} is neither better high nor low by itself; say which: --better {wanted}=higher (or lower)")
    say_notices(held_by("the search", replace(design, policies=("none",)).notices))  # it plays no others
    with watched("search") as progress:
        found = search(
            design, wanted, better=direction, aim=aim, evaluations=evaluations, seconds=seconds, budget=budget, progress=progress
        )
    options.draw(figure, lambda _: _way(found, design.title))
    if as_json:
        emit(found)
        return
    lines = [[name, _told(found.written[name]), _told(value), f"{found.costs[name]:.2f}"] for name, value in found.settings.items()]
    heads = ["lever", "as written", "best setting", "cost"]
    show(table(heads, lines or [["none", "", "as written is best", ""]], title=design.title, right=(3,)), bold(_found(found)), "")


def _way(found: Found, title: str) -> Any:
    from sim.plots.standing import searched

    return searched(found.path, found.as_written, found.evaluations, found.outcome, title=f"{title}: how far the search came")


_ENDED = {
    "evaluations": "as many as --evaluations allows",
    "time": "until the time was up",
    "converged": "until no better one was to be expected",
}


def _told(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else ", ".join(value) if isinstance(value, list) else str(value)


def _found(found: Found) -> str:
    what = {"mean": "on average", "worst_decile": "in the worst decile"}[found.aim]
    return (
        f"{found.outcome} is {found.value:.3f} {what} instead of {found.as_written:.3f} as written, at a cost of {found.cost:.2f};"
        f" {found.evaluations} settings tried in {found.seconds:.0f} s, {_ENDED[found.ended]}."
    )
