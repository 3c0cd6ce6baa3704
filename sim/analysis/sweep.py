"""A sweep: every point of a design played in the same worlds, and what came out per point, kept as Parquet so that it can be continued.

A cell is a scenario with a policy, a point of the levers and a point of the uncertainties. Its reference is the same scenario at the same
point of the uncertainties with the policy `none` and the levers as written: nobody decides anything. `values/` holds a file per cell with
the outcomes of each world, `summary.parquet` a row per cell and outcome.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.design import DESIGNED, Design
from sim.analysis.pairing import bootstrap, shares
from sim.analysis.points import outcome_of
from sim.chunking import chunks
from sim.errors import StoreError, Unfinished
from sim.executors import lost_workers_told, opened, over
from sim.identity import data_version, model_version
from sim.play import Task
from sim.results import outcome_reference

MANIFEST, VALUES, SUMMARY = "sweep.json", "values", "summary.parquet"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, order=True)
class Cell:
    """Where a result stands in the design: points are counted from 0, which is as the scenario has it."""

    scenario: str
    policy: str
    levers: int
    uncertainties: int

    @property
    def file(self) -> str:
        """Name of the file that holds it."""
        return f"{self.scenario}.{self.policy}.{self.levers:06d}.{self.uncertainties:06d}.parquet"

    @property
    def reference(self) -> Cell:
        """The cell in which nobody decides anything."""
        return Cell(self.scenario, "none", 0, self.uncertainties)


@dataclass(frozen=True)
class Sweep:
    """What a sweep yields: outcomes (worlds, outcomes) of every cell, in the order of the design."""

    name: str
    title: str
    question: str
    worlds: np.ndarray
    outcomes: tuple[str, ...]
    settings: Mapping[str, Sequence[Mapping[str, Any]]]  # of each point of levers and of uncertainties
    values: Mapping[Cell, np.ndarray]

    def of(self, cell: Cell, outcome: str) -> np.ndarray:
        """An outcome in each world of a cell, (worlds,)."""
        return self.values[cell][:, self.outcomes.index(outcome)]

    def summary(self) -> pd.DataFrame:
        """A row per cell and outcome: settings, mean, p05, p50, p95, and the change against the cell's reference, world by world."""
        return pd.DataFrame([self._row(cell, outcome) for cell in self.values for outcome in self.outcomes])

    def _row(self, cell: Cell, outcome: str) -> dict[str, Any]:
        values = self.of(cell, outcome)
        change = values - self.of(cell.reference, outcome)
        low, high = bootstrap(change)
        share = shares(change, outcome_reference(outcome)[1])
        p05, p50, p95 = np.quantile(values, [0.05, 0.5, 0.95])
        return {
            "scenario": cell.scenario, "policy": cell.policy, "levers": cell.levers, "uncertainties": cell.uncertainties,
            **self.set_at(cell), "outcome": outcome, "mean": values.mean(), "p05": p05, "p50": p50, "p95": p95,
            "change": change.mean(), "change_low": low, "change_high": high, "better": share.better, "worse": share.worse,
            "same": share.same,
        }  # fmt: skip

    def set_at(self, cell: Cell) -> dict[str, Any]:
        """What the cell sets: a column per factor, `lever.` or `uncertainty.` before its name; None where it is as the scenario has it."""
        found: dict[str, Any] = {}
        for group, number, prefix in (("levers", cell.levers, "lever."), ("uncertainties", cell.uncertainties, "uncertainty.")):
            points = self.settings[group]
            for name in points[-1]:
                value = points[number].get(name)
                found[prefix + name] = ", ".join(value) if isinstance(value, list | tuple) else value
        return found


@dataclass(frozen=True)
class Work:
    """A cell, and what is played for it."""

    cell: Cell
    tasks: tuple[Task, ...]
    outcomes: tuple[str, ...]
    window: tuple[str, str] | None


def cells(design: Design) -> list[Cell]:
    """Every cell of a design."""
    levers, uncertainties = (range(len(design.points(group))) for group in DESIGNED)
    return [Cell(s.name, p, l, u) for s in design.scenarios for p in design.policies_of(s) for l in levers for u in uncertainties]


def run_sweep(
    design: Design, out: Path | None = None, *, workers: int = 1, scheduler: str | None = None, progress: Progress | None = None
) -> Sweep:
    """Play what is not yet there, and read the whole.

    Args:
        design: from `read_design`.
        out: directory to keep it in; a sweep that was stopped continues there. None keeps everything in memory.
        workers, scheduler: where to play, as for `run`.
        progress: called with (worlds done, worlds in all).
    """
    folder = None if out is None else _folder(Path(out), design)
    wanted = cells(design)
    found = {} if folder is None else _there(folder, wanted, design)
    missing = [cell for cell in wanted if cell not in found]
    try:
        _play(design, missing, found, folder, (workers, scheduler), progress)
    except Unfinished as error:
        kept = "" if folder is None else f"; {len(found)} of {len(wanted)} cells are kept in {folder}: the same sweep again goes on there"
        raise Unfinished(f"{error}{kept}") from error
    sweep = Sweep(
        design.name,
        design.title,
        design.question,
        np.arange(design.worlds),
        design.outcomes,
        settings_of(design),
        {cell: found[cell] for cell in wanted},
    )
    if folder is not None and (missing or not (folder / SUMMARY).exists()):
        _put(folder / SUMMARY, pa.Table.from_pandas(sweep.summary(), preserve_index=False))
    return sweep


def _play(
    design: Design,
    missing: Sequence[Cell],
    found: dict[Cell, np.ndarray],
    folder: Path | None,
    where: tuple[int, str | None],
    progress: Progress | None,
) -> None:
    """Play cells and add them to those found, keeping each as it comes."""

    def tell() -> None:
        if progress is not None:
            progress(len(found) * design.worlds, total)

    total = (len(found) + len(missing)) * design.worlds
    tell()
    with opened(*where, max(len(missing), 1)) as place, lost_workers_told(place):
        for cell, values in over(place.executor, played, work_of(design, missing), place.ahead):
            if folder is not None:
                _put(folder / VALUES / cell.file, as_table(values, design))
            found[cell] = values
            tell()


def settings_of(design: Design) -> dict[str, list[dict[str, Any]]]:
    """What each point of levers and of uncertainties sets."""
    return {group: design.points(group) for group in DESIGNED}


def work_of(design: Design, missing: Sequence[Cell]) -> Iterator[Work]:
    """What there is to play, a cell at a time."""
    levers, uncertainties = (design.points(group) for group in DESIGNED)
    scenarios = {s.name: s for s in design.scenarios}
    for cell in missing:
        plan = scenarios[cell.scenario].plan(cell.policy, {**levers[cell.levers], **uncertainties[cell.uncertainties]})
        tasks = tuple(Task(plan, design.seed, chunk) for chunk in chunks(range(design.worlds)))
        yield Work(cell, tasks, design.outcomes, design.window)


def played(work: Work) -> tuple[Cell, np.ndarray]:
    """A cell's outcomes, (worlds, outcomes)."""
    parts = [outcome_of(task, work.outcomes, work.window) for task in work.tasks]
    return work.cell, np.column_stack([np.concatenate([p[o] for p in parts]) for o in work.outcomes])


# -- on disk ------------------------------------------------------------------------------------------------------------------------


def identity(design: Design) -> dict[str, Any]:
    """What makes two sweeps the same sweep."""
    return {
        "balkansim": model_version(), "data": data_version(), "name": design.name, "title": design.title, "question": design.question,
        "scenarios": {s.name: s.document for s in design.scenarios}, "policies": {s.name: design.policies_of(s) for s in design.scenarios},
        "levers": design.points("levers"), "uncertainties": design.points("uncertainties"), "worlds": design.worlds, "seed": design.seed,
        "outcomes": list(design.outcomes), "window": design.window,
    }  # fmt: skip


def _folder(folder: Path, design: Design) -> Path:
    mine = json.loads(json.dumps(identity(design)))
    manifest = folder / MANIFEST
    if manifest.exists():
        there = _manifest(folder)
        differing = sorted(k for k in {*there, *mine} if there.get(k) != mine.get(k))
        if differing:
            raise StoreError(
                f"{folder} holds another sweep (it differs in {', '.join(differing)}); nothing was changed; give another --out"
            )
        return folder
    try:
        (folder / VALUES).mkdir(parents=True, exist_ok=True)
        if any(p.name != VALUES for p in folder.iterdir()):
            raise StoreError(f"{folder} is not empty and holds no {MANIFEST}; give an empty or new directory as --out")
        _atomically(manifest, lambda path: path.write_text(json.dumps(mine, indent=1) + "\n", encoding="utf-8"))
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}; give another --out") from error
    return folder


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise StoreError(f"{folder} holds no sweep: there is no {MANIFEST} in it") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder / MANIFEST} cannot be read: {error}") from error


def _there(folder: Path, wanted: Sequence[Cell], design: Design) -> dict[Cell, np.ndarray]:
    """Cells that are complete. A file that cannot be read, or is not whole, is played again."""
    found = {}
    for cell in wanted:
        values = _read(folder / VALUES / cell.file, design.outcomes)
        if values is not None and len(values) == design.worlds:
            found[cell] = values
    return found


def done(folder: Path, design: Design) -> list[Cell]:
    """The cells of a design that a directory holds. Raises StoreError where it holds something else."""
    if not (folder / MANIFEST).exists():
        return []
    return list(_there(_folder(folder, design), cells(design), design))


def _read(file: Path, outcomes: Sequence[str]) -> np.ndarray | None:
    if not file.exists():
        return None
    try:
        table = pq.read_table(file, columns=list(outcomes))
    except (OSError, pa.ArrowInvalid):
        return None
    return np.column_stack([table[o].to_numpy() for o in outcomes])


def as_table(values: np.ndarray, design: Design) -> pa.Table:
    """A cell's outcomes as they are kept."""
    columns = {"world": pa.array(np.arange(design.worlds))}
    return pa.table(columns | {o: pa.array(values[:, i]) for i, o in enumerate(design.outcomes)})


def _put(file: Path, table: pa.Table) -> None:
    try:
        _atomically(file, lambda path: pq.write_table(table, path, compression="zstd"))
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror or error}; what is complete is kept; run the same again") from error


def _atomically(file: Path, write: Callable[[Path], Any]) -> None:
    """Write under a temporary name, sync, rename: a file is whole or not there."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        write(temporary)
        with open(temporary, "rb") as handle:
            os.fsync(handle.fileno())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def load_sweep(folder: Path | str) -> Sweep:
    """A sweep that was kept. Raises StoreError where it is not there or not complete."""
    folder = Path(folder)
    manifest = _manifest(folder)
    settings = {group: manifest[group] for group in DESIGNED}
    values = {}
    for scenario, policies in manifest["policies"].items():
        for policy in policies:
            for l in range(len(settings["levers"])):
                for u in range(len(settings["uncertainties"])):
                    cell = Cell(scenario, policy, l, u)
                    found = _read(folder / VALUES / cell.file, manifest["outcomes"])
                    if found is None:
                        raise StoreError(f"{folder} is not complete ({cell.file} is missing); run the same sweep again to go on")
                    values[cell] = found
    return Sweep(
        manifest["name"],
        manifest["title"],
        manifest["question"],
        np.arange(manifest["worlds"]),
        tuple(manifest["outcomes"]),
        settings,
        values,
    )


def holds_sweep(folder: str | Path) -> bool:
    """Whether a directory holds a sweep."""
    return (Path(folder) / MANIFEST).is_file()
