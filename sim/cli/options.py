"""Options that several commands share, and the readers of their values."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.errors import InputError

if TYPE_CHECKING:
    from sim.results import Results

_PLACE = re.compile(r"^--set:\d+:\d+: (value: )?")  # where the text of one value stands says nothing

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on stdout.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of all draws.")]
Worlds = Annotated[int, typer.Option("--worlds", "-n", help="How many worlds.")]
Workers = Annotated[int, typer.Option("--workers", help="Processes to share the work among.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="LEVER=YAML", help="Hold a lever throughout, e.g. 'eu.defence_access=[SRB, ALB]'.")
]
Figure = Annotated[Path | None, typer.Option("--figure", metavar="FILE", help="Also draw it: FILE.svg or FILE.png.")]
Policies = Annotated[list[str] | None, typer.Option("--policy", metavar="NAME|all", help="Also play this policy (may be repeated).")]
Policy = Annotated[str, typer.Option("--policy", help="Policy of the second run (of both where they are the same directory: of it).")]
ReferencePolicy = Annotated[str, typer.Option("--reference-policy", help="Policy of the first run.")]


def settings(given: list[str] | None) -> tuple[dict[str, Any], list[str]]:
    """`--set` as levers by name, and what cannot be read."""
    from sim.scenario import value_of

    found, wrong = {}, []
    for text in given or []:
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value:
            wrong.append(f"--set '{text}': lever or value is missing; allowed: LEVER=VALUE, such as eu.veto_propensity=2")
            continue
        if name in found:
            wrong.append(f"--set {name}: given twice; allowed: each lever once")
        try:
            found[name] = value_of(value)
        except InputError as error:
            wrong += [f"--set {name}: {_PLACE.sub('', finding)}" for finding in error.findings]
    return found, wrong


def policies(given: list[str] | None) -> str | list[str] | None:
    """`--policy` as `run` takes it; names beside `all` are checked there."""
    if not given:
        return None
    return given[0] if len(given) == 1 else list(given)


def holds_results(text: str) -> bool:
    """Whether this names a directory that a run wrote."""
    return (Path(text) / "manifest.json").is_file()


def two_runs(
    first: str, second: str, worlds: int | None, seed: int | None, policy: tuple[str, str], most: int | None = None
) -> tuple[Results, Results]:
    """Results of a directory, or of a scenario played in memory: with the seed and worlds of the other if that is a directory.

    `most` bounds the worlds of a scenario that is played beside a directory.
    """
    from sim.results import load_results

    there = {text: load_results(text) for text in (first, second) if holds_results(text)}
    known = next(iter(there.values()), None)
    if known is not None and (worlds is not None or seed is not None) and len(there) == 2:
        raise InputError("--worlds and --seed are for scenarios; directories of results have worlds and a seed of their own")
    numbers: Any = worlds if worlds is not None else 1000 if known is None else known.world_numbers()[:most].tolist()
    chance = seed if seed is not None else 1 if known is None else int(known.manifest["seed"])
    wanted: dict[str, list[str]] = {}
    for text, name in zip((first, second), policy, strict=True):
        wanted.setdefault(text, []).append(name)
    for text, names in wanted.items():
        if text not in there:
            there[text] = _played(text, numbers, chance, names)
    return there[first], there[second]


def _played(text: str, worlds: Any, seed: int, policies_: list[str]) -> Results:
    if Path(text).is_dir():
        raise InputError(f"{text} is a directory without results (no manifest.json); allowed: a directory that `run` wrote, or a scenario")
    return played(text, worlds, seed, policies_)


def played(text: str, worlds: Any, seed: int, policies_: str | list[str]) -> Results:
    """A scenario played in memory; its notices as words instead of warnings."""
    from sim.cli.failures import interruptible
    from sim.cli.output import say_notices
    from sim.cli.progress import watched
    from sim.running import make_job, run_job

    job = make_job(text, worlds, seed, policies_)
    say_notices(job.notices)
    with interruptible(), watched(text) as progress:
        return run_job(job, progress=progress)


def window(text: str | None) -> str | list[str] | None:
    """`2030Q1`, or `2026Q1:2033Q4` as [first, last]."""
    return text.split(":", 1) if text and ":" in text else text


def check_workers(workers: int) -> None:
    """InputError unless there is at least one."""
    if workers < 1:
        raise InputError(f"--workers {workers}: allowed: a whole number from 1")


def draw(file: Path | None, figure: Callable[[Any], Any]) -> None:
    """Draw into `file`, if one is asked for; `figure` is handed the module of figures."""
    if file is None:
        return
    from sim import plots
    from sim.cli.output import note

    plots.save(figure(plots), file)
    note(f"figure: {file}")
