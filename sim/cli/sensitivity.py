"""`balkansim sensitivity`: which assumptions an outcome depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.compare import SomeSeed, SomeWorlds, Window
from sim.cli.failures import guarded
from sim.cli.output import bold, emit, say_notices, show, table
from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 15


@guarded
def command(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A directory of results, or a scenario.")],
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="For instance SRB.eu_alignment, mean.democracy, western_leverage.")],
    against: Annotated[
        str | None, typer.Option("--against", metavar="RUN", help="Then the outcome is the change against this run, world by world.")
    ] = None,
    policy: options.Policy = "none",
    reference_policy: options.ReferencePolicy = "none",
    window: Window = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="NAME", help="Only this input, or this room's (repeatable).")] = None,
    delta: Annotated[int, typer.Option("--delta", metavar="N", help="Also delta, for the N highest inputs (seconds each).")] = 0,
    sobol: Annotated[bool, typer.Option("--sobol", help="Sobol indices by a design of their own, of whole rooms or of --only.")] = False,
    worlds: SomeWorlds = None,
    seed: SomeSeed = None,
    figure: options.Figure = None,
    as_json: options.Json = False,
) -> None:
    """Rank the uncertain parameters and branches by how much an outcome depends on them."""
    from sim.results import outcome_reference

    outcome_reference(outcome)  # a wrong name is told before anything is run
    span = options.window(window)
    if sobol:
        if against is not None or delta:
            raise InputError("--sobol plays a design of its own: --against and --delta do not go with it")
        frame = _designed(run, outcome, policy, span, only, worlds, seed)
        options.draw(figure, lambda _: _indices(frame, f"What {outcome} depends on in {run}"))
        _print(frame, outcome, as_json, {"method": "sobol", "run": run, "policy": policy, "outcome": outcome, "window": span})
        return
    frame = _given(run, outcome, policy, against, reference_policy, span, only, delta, worlds, seed)
    centre = float((frame["low"] + frame["high"]).mean() / 2)
    about = {"method": "given data", "run": run, "policy": policy, "against": against, "reference_policy": reference_policy}
    subject = _subject(outcome, about)
    options.draw(figure, lambda plots: plots.tornado(_bars(frame), title=f"What {subject} depends on", centre=centre, fifths=True))
    _print(frame, subject, as_json, about | {"outcome": outcome, "window": span})


def _subject(outcome: str, about: dict[str, Any]) -> str:
    """What is explained: the outcome, or the change that a run makes in it."""
    if about["against"] is None:
        return outcome
    first, second = (
        name + (f" with {policy}" if policy != "none" else "")
        for name, policy in ((about["run"], about["policy"]), (about["against"], about["reference_policy"]))
    )
    return f"the difference in {outcome} that {first} makes against {second}"


def _given(
    run: str, outcome: str, policy: str, against: str | None, reference_policy: str, window: Any, only: list[str] | None, delta: int,
    worlds: int | None, seed: int | None,
) -> pd.DataFrame:  # fmt: skip
    from sim.analysis.sensitivity import sensitivity

    other, results = options.two_runs(against or run, run, worlds, seed, (reference_policy if against else policy, policy))
    return sensitivity(
        results, outcome, policy=policy, against=other if against else None, against_policy=reference_policy, window=window, only=only,
        deltas=delta,
    )  # fmt: skip


def _designed(
    run: str, outcome: str, policy: str, window: Any, only: list[str] | None, worlds: int | None, seed: int | None
) -> pd.DataFrame:
    from sim.analysis.sobol import rooms_of, sobol
    from sim.cli.progress import watched
    from sim.results import load_results
    from sim.running import make_job

    if options.holds_results(run):
        results = load_results(run)
        if results.scenario is None:
            raise InputError(f"{run} does not say which scenario made it; name a scenario instead")
        seed = int(results.manifest["seed"]) if seed is None else seed
        held = results.manifest
        job = make_job(results.scenario, worlds or 256, seed, policy, held["levers"], parameters=held.get("parameters"))
    else:
        job = make_job(run, worlds or 256, 1 if seed is None else seed, policy)
    say_notices(job.notices)
    groups = rooms_of(job)
    if only:
        found: dict[str, list[str]] = {}
        for name in (n.removeprefix("parameters.") for n in only):
            found |= {n: [n] for n in groups.get(name, [name])}
        groups = found
    with watched("sobol") as progress:
        return sobol(job, outcome, groups, window, progress)


def _indices(frame: pd.DataFrame, title: str) -> Any:
    from sim.plots.indices import indices

    return indices(frame, title=title)


def _bars(frame: pd.DataFrame) -> pd.DataFrame:
    """Inputs that matter, for a figure; the first few where none does."""
    found = frame[frame["matters"]] if frame["matters"].any() else frame.head(5)
    return found.assign(name=found["name"].str.removeprefix("parameters."))


def _print(frame: pd.DataFrame, subject: str, as_json: bool, about: dict[str, Any]) -> None:
    if as_json:
        from sim.analysis.sensitivity import assumed_share

        more = {"assumed_share": assumed_share(frame)} if "matters" in frame else {}
        emit(about | {**more, "inputs": frame.to_dict("records"), "answer": answer(frame, subject)})
        return
    designed = "total" in frame
    show(
        _designed_table(frame, subject) if designed else _given_table(frame, subject),
        _DESIGNED if designed else _GIVEN + (_DELTA if frame["delta"].notna().any() else ""),
        "",
        bold(answer(frame, subject)),
        "",
    )


_GIVEN = (
    "* beyond chance. First order: share of the variance that goes once the input is known [95 % interval]. PAWN: how far the input moves"
    " the whole distribution, 0 to 1. Low, high: mean in the fifth of the worlds with the lowest and the highest values of the input (of a"
    " branch: its two extreme options). What no input explains is chance and what inputs do together."
)
_DELTA = " Delta: the same as PAWN by densities."
_DESIGNED = (
    "First order: share of the variance that goes once these parameters are known. Total: share that stays when all others are known."
    " ±: 95 % interval; where it is wider than the index, more worlds (-n 128, 256, ...) tell more. The rest is chance and parameters"
    " outside the design."
)


def _given_table(frame: pd.DataFrame, subject: str) -> Any:
    deltas = bool(frame["delta"].notna().any())
    rows = [_given_row(r, deltas) for r in frame.head(_SHOWN).to_dict("records")]
    heads = ["input", "status", "first order", "rank", "PAWN", *(["delta"] if deltas else []), "low", "high"]
    title = f"What {subject} depends on, of {len(frame)} inputs"
    return table(heads, rows, title=title, right=range(2, len(heads)), fold=True)


def _given_row(row: dict[Any, Any], deltas: bool) -> list[str]:
    name = row["name"].removeprefix("parameters.") + (" *" if row["matters"] else "")
    first = f"{row['first_order']:.2f} [{row['first_low']:.2f}, {row['first_high']:.2f}]"
    rank = f"{row['rank']} [{row['rank_low']}-{row['rank_high']}]"
    delta = [f"{row['delta']:.2f}"] if deltas else []
    return [name, row["status"], first, rank, f"{row['pawn']:.2f}", *delta, f"{row['low']:.3f}", f"{row['high']:.3f}"]


def _designed_table(frame: pd.DataFrame, subject: str) -> Any:
    rows = [
        [r["name"], f"{r['first_order']:.3f} ± {r['first_conf']:.3f}", f"{r['total']:.3f} ± {r['total_conf']:.3f}"]
        for r in frame.head(_SHOWN).to_dict("records")
    ]
    return table(["parameters", "first order", "total"], rows, title=f"What {subject} depends on: Sobol indices", right=(1, 2))


_TELLING = 0.01  # of the variance


def answer(frame: pd.DataFrame, subject: str) -> str:
    """What the table says, in one sentence."""
    if "total" in frame:
        return _designed_answer(frame, subject)
    matter = frame[frame["matters"]]
    if matter.empty:
        return _upper(f"no single input moves {subject} by more than chance does in this many worlds; more worlds would tell smaller ones.")
    from sim.analysis.sensitivity import assumed_share

    names = ", ".join(f"{r['name'].removeprefix('parameters.')} ({_percent(r['first_order'])})" for r in matter.head(3).to_dict("records"))
    if len(matter) == 1:
        status = matter["status"].iloc[0]
        drawn = "which the scenario draws" if status == "scenario" else f"which is {status}"
        return _upper(f"{subject} depends beyond chance on one of {len(frame)} inputs: {names} of the variance, {drawn}.")
    share = assumed_share(frame)
    rests = f"; of the parameters among them {100 * share:.0f} in 100 are assumed" if share == share else ""
    return _upper(f"{subject} depends beyond chance on {len(matter)} of {len(frame)} inputs, most on {names} of the variance{rests}.")


def _designed_answer(frame: pd.DataFrame, subject: str) -> str:
    telling = frame[frame["total"] >= _TELLING]
    sure = telling[telling["total"] > telling["total_conf"]].head(3)
    unsure = telling[telling["total"] <= telling["total_conf"]]["name"].head(3)
    names = ", ".join(f"{r['name']} ({_percent(r['total'])})" for r in sure.to_dict("records"))
    text = f"{subject} depends most on {names} of the variance" if names else f"{subject} depends on none of these beyond chance"
    return _upper(text + (f"; more worlds would tell whether on {', '.join(unsure)}" if len(unsure) else "") + ".")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _upper(text: str) -> str:
    return text if text.split(" ")[0].count(".") else text[:1].upper() + text[1:]
