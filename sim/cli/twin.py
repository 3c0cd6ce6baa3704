"""`balkansim twin`: one world with and without a policy: two timelines, where they first part, and what led there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.compare import SomeSeed
from sim.cli.failures import guarded
from sim.cli.output import bold, emit, say_notices, show, table, width
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.analysis.twin import Told, Twin
    from sim.running import Job

_SHOWN = 8
_EVENTS = 40


@guarded
def command(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="A directory of results, or a scenario.")],
    alternative: Annotated[
        str | None, typer.Argument(metavar="[ALTERNATIVE]", help="Another; the same one with --policy or --set by default.")
    ] = None,
    world: Annotated[int, typer.Option("--world", "-w", help="Number of the world.")] = 0,
    policy: options.Policy = "none",
    reference_policy: options.ReferencePolicy = "none",
    settings: options.Settings = None,
    seed: SomeSeed = None,
    every: Annotated[bool, typer.Option("--all", help="Print events that happen in both as well, and all of them.")] = False,
    figure: options.Figure = None,
    as_json: options.Json = False,
) -> None:
    """Play one world twice with the same chance and print where the two part."""
    from sim.analysis.twin import twins

    levers, wrong = options.settings(settings)
    if wrong:
        raise InputError(wrong)
    first, second = _jobs(reference, alternative, (reference_policy, policy), levers, seed)
    say_notices(dict.fromkeys((*first.notices, *second.notices)))
    found = twins(first, reference_policy, second, policy, world)
    options.draw(figure, lambda plots: _figure(plots, first, second, reference_policy, policy, world))
    if as_json:
        emit(found)
        return
    show(*_parts(found, every))


def _jobs(reference: str, alternative: str | None, policies: tuple[str, str], levers: dict[str, Any], seed: int | None) -> tuple[Job, Job]:
    """What is played: directories as they were run, scenarios with the seed of the other or 1; `levers` on the second only."""
    if alternative is None and policies[0] == policies[1] and not levers:
        raise InputError("with and without what? give --policy, --set LEVER=VALUE, or a second run or scenario")
    known = [int(_manifest(text)["seed"]) for text in (reference, alternative) if text and options.holds_results(text)]
    chance = seed if seed is not None else known[0] if known else 1
    if any(k != chance for k in known):
        raise InputError(f"the worlds of seed {chance} are not those of the results (seed {', '.join(map(str, known))})")
    return _job(reference, policies[0], {}, chance), _job(alternative or reference, policies[1], levers, chance)


def _manifest(folder: str) -> dict[str, Any]:
    from sim.results import load_results

    return load_results(folder).manifest


def _job(text: str, policy: str, levers: dict[str, Any], seed: int) -> Job:
    from sim.analysis.explain import job_of
    from sim.results import load_results
    from sim.running import make_job

    if options.holds_results(text):
        job = job_of(load_results(text))
        return make_job(job.scenario, [0], seed, policy, {**job.levers, **levers}, parameters=job.plans[0].belief)
    if Path(text).is_dir():
        raise InputError(f"{text} is a directory without results (no manifest.json); allowed: a directory that `run` wrote, or a scenario")
    return make_job(text, [0], seed, policy, levers)


def _figure(plots: Any, first: Job, second: Job, reference_policy: str, policy: str, world: int) -> Any:
    from dataclasses import replace

    from sim.running import run_job

    a, b = (run_job(replace(job, worlds=(world,))) for job in (first, second))
    return plots.timeline(b, world, policy=policy, twin=a, twin_policy=reference_policy)


def _parts(found: Twin, every: bool) -> list[Any]:
    parts: list[Any] = [bold(f"World {found.world} of seed {found.seed}: {found.alternative} against {found.reference}"), ""]
    parts.append(f"Set differently: {_some(found.settings)}.")
    if found.trace is None:
        return [*parts, "The two are the same, quarter by quarter, to the last digit.", ""]
    first = f"Its first trace in the outcomes is in {found.trace}"
    if found.quarter is None:
        parts.append(f"{first}; no outcome ever differs by more than counts as the same.")
    else:
        apart = f"they part in {found.quarter}, the first quarter with an outcome that differs by more than counts as the same"
        parts.append(f"{first}; {apart}:")
        parts.append(_outcomes(found.outcomes, found, f"in {found.quarter}"))
    parts.append(_bookings(found))
    parts += [_timelines(found, every)]
    if found.event:
        parts.append(f"First event that differs: {_happened(found.event)} ({_who(found, found.event)} only).")
    return [*parts, "", _outcomes(found.end, found, "at the end"), bold(answer(found)), ""]


def answer(found: Twin) -> str:
    """What the twin tells, in one sentence."""
    if found.quarter is None:
        return f"World {found.world} goes the same way with and without."
    first, booking = found.outcomes[0], found.bookings[0] if found.bookings else None
    text = f"World {found.world} parts in {found.quarter}, first over {first.outcome} ({first.difference:+.3f})"
    if booking is not None:
        actor = "" if booking.actor == booking.stock.split(".")[0] else f" of {booking.actor}"
        text += f"; by then the largest difference in what was booked is {booking.because} on {booking.stock}{actor}"
        text += f" ({booking.difference:+.3f})"
    if found.end:
        text += f"; at the end {found.end[0].outcome} is furthest apart ({found.end[0].difference:+.3f})"
    return text + "."


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:6]) or "nothing"
    return shown + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _outcomes(rows: Any, found: Twin, when: str) -> Any:
    lines = [[r.outcome, f"{r.reference:.3f}", f"{r.alternative:.3f}", f"{r.difference:+.3f}"] for r in rows[:_SHOWN]]
    return table([f"furthest apart {when}", "without", "with", "difference"], lines, right=(1, 2, 3))


def _bookings(found: Twin) -> Any:
    when = f"up to {found.quarter}" if found.quarter else "in all"
    lines = [
        [b.because, b.room.replace("_", " "), b.stock, b.actor, f"{b.difference:+.4f}"] for b in found.bookings[:_SHOWN]
    ]  # fmt: skip
    return table([f"booked differently {when}", "room", "stock", "of", "difference"], lines, right=(4,), fold=True)


def _timelines(found: Twin, every: bool) -> Any:
    """The two lives beside each other, a line per quarter with events."""
    told = [t for t in found.events if every or t.where != "both"]
    shown = told if every else told[:_EVENTS]
    rows: dict[str, tuple[list[str], list[str]]] = {}
    for event in shown:
        left, right = rows.setdefault(event.quarter, ([], []))
        if event.where in ("both", "reference"):
            left.append(_words(event))
        if event.where in ("both", "alternative"):
            right.append(_words(event))
    title = "Events" if every else f"Events that happen in one of the two only ({len(found.events)} in all; --all prints them)"
    if len(shown) < len(told):
        title += f", the first {len(shown)}"
    lines = [[quarter, "\n".join(left), "\n".join(right)] for quarter, (left, right) in rows.items()]
    made = table(["", "without: " + found.reference, "with: " + found.alternative], lines, title=title)
    for column in made.columns[1:]:
        column.max_width = (width() - 12) // 2
    return made


def _words(event: Told) -> str:
    return event.event + (f" until {event.until}" if event.until else "")


def _happened(event: Told) -> str:
    return f"{_words(event)} in {event.quarter}: {event.because}"


def _who(found: Twin, event: Told) -> str:
    return "with" if event.where == "alternative" else "without"
