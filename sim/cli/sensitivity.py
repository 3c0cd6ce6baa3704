"""`balkansim sensitivity`: which assumptions an outcome depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.compare import SomeSeed, SomeWorlds, Window
from sim.cli.failures import guarded
from sim.cli.output import bold, emit, show, table
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
        _print(frame, outcome, span, as_json, {"method": "sobol", "run": run, "policy": policy})
        return
    frame = _given(run, outcome, policy, against, reference_policy, span, only, delta, worlds, seed)
    centre = float((frame["low"] + frame["high"]).mean() / 2)
    options.draw(figure, lambda plots: plots.tornado(_bars(frame), title=_title(outcome, run, against), centre=centre))
    _print(frame, outcome, span, as_json, {"method": "given data", "run": run, "policy": policy, "against": against})


def _title(outcome: str, run: str, against: str | None) -> str:
    return f"What {outcome} depends on in {run}" + (f", against {against}" if against else "")


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


def _print(frame: pd.DataFrame, outcome: str, window: Any, as_json: bool, about: dict[str, Any]) -> None:
    if as_json:
        from sim.analysis.sensitivity import assumed_share

        more = {"assumed_share": assumed_share(frame)} if "matters" in frame else {}
        emit(about | {"outcome": outcome, "window": window, **more, "inputs": frame.to_dict("records"), "answer": answer(frame, outcome)})
        return
    show(_designed_table(frame, outcome) if "total" in frame else _given_table(frame, outcome), bold(answer(frame, outcome)), "")


def _given_table(frame: pd.DataFrame, outcome: str) -> Any:
    rows = [
        [
            r["name"].removeprefix("parameters."), r["status"], f"{r['first_order']:.2f} [{r['first_low']:.2f}, {r['first_high']:.2f}]",
            f"{r['rank']} [{r['rank_low']}-{r['rank_high']}]", f"{r['pawn']:.2f}",
            *([f"{r['delta']:.2f}"] if frame["delta"].notna().any() else []), f"{r['low']:.3f}", f"{r['high']:.3f}",
        ]
        for r in frame.head(_SHOWN).to_dict("records")
    ]  # fmt: skip
    deltas = ["delta"] if frame["delta"].notna().any() else []
    heads = ["input", "status", "first order", "rank", "PAWN", *deltas, "low end", "high end"]
    title = f"{outcome}: share of its variance by input, and its mean at either end of the input ({len(frame)} inputs)"
    return table(heads, rows, title=title, right=range(2, len(heads)), fold=True)


def _designed_table(frame: pd.DataFrame, outcome: str) -> Any:
    rows = [
        [r["name"], f"{r['first_order']:.3f} ±{r['first_conf']:.3f}", f"{r['total']:.3f} ±{r['total_conf']:.3f}"]
        for r in frame.head(_SHOWN).to_dict("records")
    ]
    return table(["parameters", "first order", "total"], rows, title=f"{outcome}: Sobol indices with 95 % intervals", right=(1, 2))


def answer(frame: pd.DataFrame, outcome: str) -> str:
    """What the table says, in one sentence."""
    if "total" in frame:
        sure = frame[frame["total"] > frame["total_conf"]].head(3)
        names = ", ".join(f"{r['name']} ({r['total']:.2f})" for r in sure.to_dict("records"))
        return f"{outcome} depends most on {names}." if names else f"{outcome} depends on none of these beyond chance."
    matter = frame[frame["matters"]]
    if matter.empty:
        return f"No single input moves {outcome} by more than chance does in this many worlds; more worlds would tell smaller ones."
    first = matter.head(3).to_dict("records")
    names = ", ".join(f"{r['name'].removeprefix('parameters.')} ({100 * r['first_order']:.0f} %)" for r in first)
    total = f"{len(matter)} of {len(frame)} inputs matter" if len(matter) > 1 else f"One of {len(frame)} inputs matters"
    from sim.analysis.sensitivity import assumed_share

    share = assumed_share(frame)
    rests = f"; of the parameters among them {100 * share:.0f} in 100 are assumed" if share == share else ""
    return f"{total} for {outcome}: first {names}{rests}."
