"""Runs in processes of their own, so that they can be killed; and what a directory of results holds."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.dataset as ds

from sim.store import Store
from sim.tables import TABLES

SHORT = "name: short\ntitle: Two years\nextends: baseline\nend: 2025Q4\n"
"""A scenario whose worlds take a few milliseconds."""

ROOT = Path(__file__).resolve().parents[2]
PLAY = "import sys; from sim import run; run(**eval(sys.argv[1]))"


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | more


def start(*words: str, folder: Path | None = None, **more: str) -> subprocess.Popen[str]:
    """Python with these words, leading a process group of its own."""
    return subprocess.Popen(
        [sys.executable, *words], cwd=folder, env=environment(**more), text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def start_run(more: Mapping[str, str] | None = None, **arguments: Any) -> subprocess.Popen[str]:
    return start("-c", PLAY, repr(arguments), **(more or {}))


class Gate:
    """Keeps runs in the middle of their work: worlds beyond the first units wait, wherever they are played, until it is opened."""

    def __init__(self, folder: Path, units: int) -> None:
        self.file = folder / "open"
        read_by_every_python = folder / "gate" / "sitecustomize.py"
        read_by_every_python.parent.mkdir()
        read_by_every_python.write_text(WAIT.format(world=units * UNIT, gate=str(self.file)))
        self.environment = {"PYTHONPATH": f"{read_by_every_python.parent}{os.pathsep}{ROOT}"}

    def open(self) -> None:
        self.file.touch()


WAIT = """
import os, time
import sim.working

def play(task, played=sim.working.play):
    while task.worlds[0] >= {world} and not os.path.exists({gate!r}):
        time.sleep(0.01)
    return played(task)

sim.working.play = play
"""


def kill_group(process: subprocess.Popen[str]) -> None:
    """SIGKILL to the process and all that it started; nobody gets to say goodbye."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def finish(process: subprocess.Popen[str], seconds: float = 240) -> tuple[int, str, str]:
    """Exit code, stdout and stderr; a process that hangs is a failure."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        kill_group(process)
        raise AssertionError(f"still running after {seconds} seconds") from None
    return process.returncode, out, err


def wait_until(true: Callable[[], Any], seconds: float = 240) -> Any:
    until = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)
    return found


UNIT = 1024
"""Worlds: the least that a chunk of a large run holds."""


def complete_units(folder: Path) -> int:
    """How many units of worlds are complete."""
    return sum(int(file.name.split(".")[2]) for file in folder.glob("worlds/*.parquet")) // UNIT


def tables(folder: Path) -> dict[str, pa.Table]:
    """Every table as it lies on disk, whoever reads it: all Parquet files of each directory, in the order of worlds."""
    found = {}
    for name in TABLES:
        files = sorted((folder / name).glob("*.parquet"))
        if files:
            table = ds.dataset([str(f) for f in files]).to_table()
            plain = [f.with_type(pa.string()) if pa.types.is_dictionary(f.type) else f for f in table.schema]
            table = table.cast(pa.schema(plain)).append_column("row", pa.array(range(table.num_rows)))
            found[name] = table.sort_by([("policy", "ascending"), ("world", "ascending"), ("row", "ascending")]).drop_columns(["row"])
    return found


def assert_same_results(folder: Path, reference: Path) -> None:
    """Bit for bit the same tables, every world once, and nothing half-written left."""
    here, there = tables(folder), tables(reference)
    assert here.keys() == there.keys()
    for name in here:
        assert here[name].equals(there[name]), name
    keys = here["worlds"].select(["policy", "world"]).to_pylist()
    assert len(keys) == len({(k["policy"], k["world"]) for k in keys})
    assert Store(folder).identity == Store(reference).identity
    left = [p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".parquet", ".json") and p.name != "lock"]
    assert not left


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@dataclass
class Spent:
    """What a process has used, as last seen: seconds of processor time, bytes held at most, and how far it is from the first one."""

    seconds: float
    memory: int
    depth: int


class Watch:
    """Python with these words, from start to end: its code, what it said, and what it and the processes that it began have used.

    Times are processor times, which say how long it would take on an idle machine, whatever else this one has to do.
    """

    def __init__(self, *words: str, folder: Path | None = None) -> None:
        self.spent: dict[int, Spent] = {}
        started = time.monotonic()
        process = start(*words, folder=folder)
        said = ThreadPoolExecutor(1).submit(process.communicate)
        while process.poll() is None:
            self._look(process.pid)
            time.sleep(0.05)
        self.seconds = time.monotonic() - started
        self.out, self.err = said.result(60)
        self.code = process.returncode

    def _look(self, pid: int, depth: int = 0) -> None:
        """At a process and those that it began."""
        try:
            process = psutil.Process(pid)
            times, memory, children = process.cpu_times(), held_at_most(pid), process.children()
        except (psutil.NoSuchProcess, OSError, IndexError):  # it has ended
            return
        self.spent[pid] = Spent(times.user + times.system, memory, depth)
        for child in children:
            self._look(child.pid, depth + 1)

    @property
    def memory(self) -> int:
        """Bytes that all processes together have held at most, each at its own highest."""
        return sum(spent.memory for spent in self.spent.values())

    @property
    def busy(self) -> float:
        """Seconds of processor time of all processes."""
        return sum(spent.seconds for spent in self.spent.values())

    def seconds_of(self, workers: int) -> float:
        """Seconds that it would take on an idle machine, where workers, the children of the process that forks them, share the cores."""
        shared = sum(spent.seconds for spent in self.spent.values() if spent.depth > 1)
        return self.busy - shared + shared / min(workers, len(os.sched_getaffinity(0)))


def held_at_most(pid: int) -> int:
    """Bytes. Unlike `ru_maxrss` this leaves out what the process held that started it."""
    return 1024 * int(Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").partition("VmHWM:")[2].split()[0])


def within_two(said: float, was: float) -> bool:
    return said / 2 < was < said * 2


def assert_foretold(words: Sequence[str], out: Path, workers: int, folder: Path) -> None:
    """What `--dry-run` says of a command that writes to `out` is within a factor of two of what it takes."""
    dry = Watch(*words, "--dry-run", "--json", folder=folder)
    assert dry.code == 0, dry.err
    assert not out.exists()
    said = json.loads(dry.out)["estimate"]
    watched = Watch(*words, folder=folder)
    assert watched.code == 0, watched.err
    assert within_two(said["disk_bytes"], sum(f.stat().st_size for f in out.rglob("*.parquet")))
    assert within_two(said["memory_bytes"], watched.memory), (said, watched.spent)
    idle = dry.busy / dry.seconds  # part of a processor that it got while it looked at the clock
    assert within_two(said["seconds"] * idle, watched.seconds_of(workers)), (said, idle, watched.seconds, watched.spent)
