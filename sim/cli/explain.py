"""`balkansim explain`: the difference between two runs, booked to what caused it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sim.cli import options
from sim.cli.compare import SomeSeed, SomeWorlds
from sim.cli.failures import guarded
from sim.cli.output import bold, emit, show, table

_SHOWN = 15
_NUMBERS = ("reference", "alternative", "difference")


@guarded
def command(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="A directory of results, or a scenario.")],
    alternative: Annotated[str, typer.Argument(metavar="ALTERNATIVE", help="A directory of results, or a scenario.")],
    outcome: Annotated[list[str], typer.Argument(metavar="OUTCOME...", help="Stocks, e.g. SRB.eu_alignment or democracy (mean of six).")],
    policy: options.Policy = "none",
    reference_policy: options.ReferencePolicy = "none",
    until: Annotated[str | None, typer.Option("--until", help="Quarter up to which causes are summed; default: the last.")] = None,
    worlds: SomeWorlds = None,
    seed: SomeSeed = None,
    as_json: options.Json = False,
) -> None:
    """Print which mechanisms made the difference; worlds are played again with the ledger of each stock."""
    from sim.analysis.compare import references
    from sim.analysis.explain import explain

    for name in outcome:
        references(name)  # a wrong name is told before anything is run
    a, b = options.two_runs(reference, alternative, worlds, seed, (reference_policy, policy))
    frames = {n: explain(a, b, n, policy=policy, reference_policy=reference_policy, until=until) for n in outcome}
    quarter = until or min(a.quarters[-1], b.quarters[-1])
    if as_json:
        runs = {
            "reference": reference,
            "alternative": alternative,
            "policy": policy,
            "reference_policy": reference_policy,
            "until": quarter,
        }
        emit(runs | {"outcomes": [_data(name, frame) for name, frame in frames.items()]})
        return
    for name, frame in frames.items():
        show(*_parts(name, frame, quarter))


def _data(name: str, frame: Any) -> dict[str, Any]:
    return {
        "outcome": name,
        "difference": float(frame["difference"].sum()),
        "causes": frame.to_dict("records"),
        "answer": cause(name, frame),
    }


def cause(name: str, frame: Any) -> str:
    """The largest causes of a difference in one sentence."""
    total = float(frame["difference"].sum())
    if frame.empty or not frame["difference"].abs().max() > 0:
        return f"{name} does not differ between the two runs."
    text = f"{name} differs by {total:+.3f} on average"
    along = frame[frame["difference"] * total > 0].head(2)
    against = frame[frame["difference"] * total < 0].head(1)
    if len(along):
        text += ": mostly " + " and ".join(_booking(row) for row in along.to_dict("records"))
    if len(against):
        text += "; working against it, " + _booking(against.to_dict("records")[0])
    return text + "."


def _booking(row: dict[str, Any]) -> str:
    where = "" if row["room"] == row["because"] else f" in {str(row['room']).replace('_', ' ')}"
    return f"{row['because']}{where} ({row['difference']:+.3f})"


def _parts(name: str, frame: Any, quarter: str) -> list[Any]:
    rows = [[r["because"], r["room"], *(f"{r[k]:+.3f}" for k in _NUMBERS)] for r in frame.head(_SHOWN).to_dict("records")]
    rest = frame.iloc[_SHOWN:]
    if len(rest):
        rows.append([f"{len(rest)} smaller ones", "", *(f"{rest[k].sum():+.3f}" for k in _NUMBERS)])
    rows.append(["all together", "", *(f"{frame[k].sum():+.3f}" for k in _NUMBERS)])
    made = table(
        ["because", "room", "reference", "other", "change"],
        rows,
        title=f"{name}: mean of what was booked up to {quarter}",
        right=(2, 3, 4),
        fold=True,
    )
    return [made, bold(cause(name, frame)), ""]
