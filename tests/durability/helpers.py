"""Runs in processes of their own, so that they can be killed; and what a directory of results holds."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def start_run(**arguments: Any) -> subprocess.Popen[str]:
    return start("-c", PLAY, repr(arguments))


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


def wait_until(true: Callable[[], Any], seconds: float = 60) -> Any:
    until = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)
    return found


def complete_chunks(folder: Path) -> int:
    return len(list(folder.glob("worlds/*.parquet")))


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
