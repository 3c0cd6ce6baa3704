"""`balkansim run`: play a scenario and its reference in the same worlds, keep the tables, print what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options, places
from sim.cli.failures import Stopped, guarded, interruptible
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.results import Results
    from sim.running import Job
    from sim.scenario import Scenario

Out = Annotated[Path | None, typer.Option("--out", help="Directory for the tables; a run that was stopped continues there.")]
Ledger = Annotated[bool, typer.Option("--ledger", help="Record every booking (large; `explain` works without).")]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDRESS|FILE", help="Share the work over the Dask cluster of this scheduler.")
]
Collect = Annotated[
    bool, typer.Option("--collect", help="With --scheduler: write here what workers play; for clusters without shared files.")
]
Parameters = Annotated[
    str | None, typer.Option("--parameters", metavar="prior|SAMPLE", help="What uncertain parameters are drawn from; see docs/skill.md.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, how long and how large; write nothing.")]


@dataclass(frozen=True)
class Asked:
    """The options of a run as they were given, so that a command that goes on from it is the same experiment."""

    worlds: int = 1000
    seed: int = 1
    workers: int = 1
    out: Path | None = None
    policy: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    ledger: bool = False
    scheduler: str | None = None
    collect: bool = False
    parameters: str | None = None

    def words(self) -> list[str]:
        """The options as words of a command line, without those that are at their defaults."""
        plain: dict[str, Any] = {"--worlds": self.worlds, "--seed": self.seed, "--workers": self.workers, "--out": self.out}
        plain |= {"--scheduler": self.scheduler, "--parameters": self.parameters}
        at_default = {"--worlds": 1000, "--seed": 1, "--workers": 1}
        found = [word for name in self.policy for word in ("--policy", name)]
        found += [word for text in self.settings for word in ("--set", text)]
        found += [word for name, value in plain.items() if value != at_default.get(name) for word in (name, str(value))]
        return found + [name for name, on in (("--ledger", self.ledger), ("--collect", self.collect)) if on]

    def with_policies(self, *policy: str) -> Asked:
        """The same with these policies."""
        return replace(self, policy=policy, out=self._beside("policies"))

    def with_lever(self, setting: str) -> Asked:
        """The same with one lever more."""
        return replace(self, settings=(*self.settings, setting), out=self._beside("lever"))

    def _beside(self, what: str) -> Path | None:
        """A directory beside the one that was asked for: one directory holds one run."""
        return None if self.out is None else self.out.with_name(f"{self.out.name}-{what}")


@dataclass(frozen=True)
class Work:
    """A run and the run that it is compared with, each with its directory."""

    given: str  # the scenario as the user named it
    job: Job
    folder: Path
    reference: Job | None = None
    reference_folder: Path | None = None
    asked: Asked = field(default_factory=Asked)

    @property
    def parts(self) -> list[tuple[Job, Path]]:
        """What is played, in this order."""
        second = [(self.reference, self.reference_folder)] if self.reference and self.reference_folder else []
        return [(self.job, self.folder), *second]


@guarded
def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped scenario's name, or a file.")],
    worlds: options.Worlds = 1000,
    seed: options.Seed = 1,
    workers: options.Workers = 1,
    out: Out = None,
    policy: options.Policies = None,
    settings: options.Settings = None,
    ledger: Ledger = False,
    scheduler: Scheduler = None,
    collect: Collect = False,
    parameters: Parameters = None,
    dry_run: DryRun = False,
    as_json: options.Json = False,
) -> None:
    """Play a scenario in many worlds and answer its question."""
    levers, unreadable = options.settings(settings)
    work = work_for(scenario, worlds, seed, options.policies(policy), levers, ledger, out, unreadable, parameters)
    asked = Asked(
        worlds, seed, workers, out, tuple(policy or ()), tuple(settings or ()), ledger, scheduler, collect, parameters
    )  # fmt: skip
    work = replace(work, asked=asked)
    options.check_workers(workers)
    if collect and scheduler is None:
        raise InputError("--collect is for clusters; allowed: with --scheduler")
    if dry_run:
        from sim.cli.dry_run import show_dry_run

        return show_dry_run(work, workers, as_json, scheduler)
    results, reference = carry_out(work, workers, scheduler, collect)
    from sim.analysis.summary import summarise
    from sim.cli.answer import show_answer

    summary = summarise(results, reference, work.job.worlds)
    show_answer(summary, work, as_json)
    return None


def work_for(
    scenario: str, worlds: int, seed: int, policy: Any, levers: dict[str, Any], ledger: bool, out: Path | None,
    wrong: Sequence[str] = (), parameters: str | None = None,
) -> Work:  # fmt: skip
    """Everything checked, nothing done. Raises InputError with all that is wrong, `wrong` included."""
    from sim.running import make_job

    try:
        job = make_job(scenario, worlds, seed, policy, levers, ledger=ledger, parameters=parameters)
    except InputError as error:
        raise InputError([*wrong, *error.findings]) from None
    if wrong:
        raise InputError(wrong)
    folder = places.folder_for(job.scenario.name, job.identity(), out)
    root = reference_of(job.scenario)
    if root.document == job.scenario.document and not levers:
        return Work(scenario, job, folder)
    return Work(scenario, job, folder, make_job(root, worlds, seed, parameters=parameters), places.reference_folder(folder, root.name))


def reference_of(scenario: Scenario) -> Scenario:
    """The root of `extends`, over the scenario's own quarters."""
    from sim.scenario import Scenario

    root = scenario.root()
    if (root.start, root.end) == (scenario.start, scenario.end):
        return root
    return Scenario.from_document(root.document | {"start": scenario.start, "end": scenario.end})


def carry_out(work: Work, workers: int, scheduler: str | None = None, collect: bool = False) -> tuple[Results, Results | None]:
    """Play what is not yet done. Raises Stopped when interrupted, Unfinished when chunks failed or a cluster was lost."""
    from sim.cli.failures import command_line
    from sim.cli.progress import watched
    from sim.running import run_job

    found = []
    try:
        with interruptible():
            for job, folder in work.parts:
                with watched(job.scenario.name) as progress:
                    found.append(
                        run_job(
                            job, workers=workers, out=folder, progress=progress,
                            scheduler=scheduler, collect=collect, again=command_line(),
                        )
                    )  # fmt: skip
    except KeyboardInterrupt:
        raise Stopped(work.folder) from None
    return found[0], found[1] if len(found) > 1 else None
