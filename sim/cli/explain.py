"""`balkansim explain`: the difference between two runs, booked to what caused it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sim.cli import options
from sim.cli.compare import SomeSeed, SomeWorlds
from sim.cli.failures import guarded
from sim.cli.output import bold, emit, show, table
from sim.errors import InputError

_SHOWN = 15
_NUMBERS = ("reference", "alternative", "difference")


@guarded
def command(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="A directory of results, or a scenario.")],
    rest: Annotated[
        list[str],
        typer.Argument(
            metavar="[ALTERNATIVE] OUTCOME...",
            help="A second run to compare with; without one, the change over time. Then outcomes: SRB.eu_alignment, western_leverage, ...",
        ),
    ],
    policy: options.Policy = "none",
    reference_policy: options.ReferencePolicy = "none",
    since: Annotated[
        str | None, typer.Option("--since", help="Of one run: quarter at whose end the change begins; default: the start.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Quarter up to which causes are summed; default: the last.")] = None,
    worlds: SomeWorlds = None,
    seed: SomeSeed = None,
    figure: options.Figure = None,
    as_json: options.Json = False,
) -> None:
    """Print which mechanisms made the difference, or a change over time; worlds are played again with the ledger of each stock."""
    from sim.analysis.compare import references

    alternative, outcome = (None, rest) if _is_outcome(rest[0]) else (rest[0], rest[1:])
    if not outcome:
        raise InputError(f"no outcome is named after '{rest[0]}'; allowed: an outcome such as SRB.eu_alignment (see: balkansim names)")
    for name in outcome:
        references(name)  # a wrong name is told before anything is run
    if alternative is None:
        frames, runs = _one_run(reference, outcome, policy, since, until, worlds, seed)
    else:
        if since is not None:
            raise InputError("--since belongs to the change over time in one run; two runs are compared at one quarter (--until)")
        frames, runs = _two_runs(reference, alternative, outcome, (reference_policy, policy), until, worlds, seed)
    options.draw(figure, lambda plots: plots.waterfall(frames[outcome[0]], title=f"{outcome[0]}: {_told(runs)}"))
    if as_json:
        emit(runs | {"outcomes": [_data(name, frame) for name, frame in frames.items()]})
        return
    for name, frame in frames.items():
        show(*_parts(name, frame, runs))


def _is_outcome(text: str) -> bool:
    from sim.catalogue import catalogue
    from sim.results import outcome_reference

    if text in catalogue().state_outcomes:
        return True
    try:
        outcome_reference(text)
    except InputError:
        return False
    return True


def _two_runs(
    reference: str,
    alternative: str,
    outcomes: list[str],
    policies: tuple[str, str],
    until: str | None,
    worlds: int | None,
    seed: int | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    from sim.analysis.explain import explain

    a, b = options.two_runs(reference, alternative, worlds, seed, policies)
    first, second = policies
    frames = {n: explain(a, b, n, policy=second, reference_policy=first, until=until) for n in outcomes}
    quarter = until or min(a.quarters[-1], b.quarters[-1])
    return frames, {
        "reference": reference, "alternative": alternative, "policy": second, "reference_policy": first, "since": None, "until": quarter,
    }  # fmt: skip


def _one_run(
    run: str, outcomes: list[str], policy: str, since: str | None, until: str | None, worlds: int | None, seed: int | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    from sim.analysis.explain import explain_change

    results = options.two_runs(run, run, worlds, seed, (policy, policy))[0]
    frames = {n: explain_change(results, n, policy=policy, since=since, until=until) for n in outcomes}
    return frames, {
        "reference": run, "alternative": None, "policy": policy, "reference_policy": policy,
        "since": since or "start", "until": until or results.quarters[-1],
    }  # fmt: skip


def _told(runs: dict[str, Any]) -> str:
    """What is compared, in words for a title."""
    if runs["alternative"] is None:
        return f"change from {runs['since']} to {runs['until']} in {runs['reference']}"
    policies = [f" with {p}" if p != "none" else "" for p in (runs["policy"], runs["reference_policy"])]
    return f"{runs['alternative']}{policies[0]} against {runs['reference']}{policies[1]}, {runs['until']}"


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
    plain = row["room"] == row["because"] or "from" in row  # a signal's inputs: their kind says nothing in a sentence
    where = "" if plain else f" in {str(row['room']).replace('_', ' ')}"
    return f"{row['because']}{where} ({row['difference']:+.3f})"


def _parts(name: str, frame: Any, runs: dict[str, Any]) -> list[Any]:
    signal = "from" in frame.columns
    rows = [_row(r, signal) for r in frame.head(_SHOWN).to_dict("records")]
    rest = frame.iloc[_SHOWN:]
    blank = ["", ""] if signal else []
    if len(rest):
        rows.append([f"{len(rest)} smaller ones", "", *blank, *(f"{rest[k].sum():+.3f}" for k in _numbers(signal))])
    rows.append(["all together", "", *blank, *(f"{frame[k].sum():+.3f}" for k in _numbers(signal))])
    heads = ["computed from", "", "first", "second", "part"] if signal else ["because", "room", "reference", "other", "change"]
    if runs["alternative"] is None and not signal:
        heads[2:4] = [runs["since"], runs["until"]]
    title = f"{name}: {_told(runs)}" + (", by what it is computed from" if signal else ", mean of what was booked")
    return [table(heads, rows, title=title, right=(2, 3, 4), fold=True), bold(cause(name, frame)), ""]


def _numbers(signal: bool) -> tuple[str, ...]:
    return ("difference",) if signal else _NUMBERS


def _row(row: dict[str, Any], signal: bool) -> list[str]:
    if signal:
        levels = [f"{row[k]:.3f}" if row["room"] not in ("together", "prepared") else "" for k in ("from", "to")]
        return [row["because"], row["room"], *levels, f"{row['difference']:+.3f}"]
    return [row["because"], row["room"], *(f"{row[k]:+.3f}" for k in _NUMBERS)]
