"""Memory does not grow with the number of worlds when a run goes to disk, and `--dry-run` says what a run takes."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.durability.helpers import finish, start

pytestmark = pytest.mark.slow

FEW, MANY = 4 * 1024, 20 * 1024
MOST = 2_000_000_000  # bytes, for 100,000 worlds
WATCHED = """
import resource, sys
from sim import run
run("baseline", int(sys.argv[1]), out=sys.argv[2], workers=int(sys.argv[3]))
unit = 1 if sys.platform == "darwin" else 1024
print(*(resource.getrusage(who).ru_maxrss * unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


def peaks(worlds: int, folder: Path, workers: int = 1) -> tuple[int, int]:
    """Bytes held at most by a run and by the largest of its workers."""
    code, out, err = finish(start("-c", WATCHED, str(worlds), str(folder / f"{worlds}-{workers}"), str(workers)), 500)
    assert code == 0, err
    own, child = map(int, out.split())
    return own, child


def test_memory_grows_so_little_that_a_hundred_thousand_worlds_fit(tmp_path: Path) -> None:
    few, many = peaks(FEW, tmp_path)[0], peaks(MANY, tmp_path)[0]
    slope = max(many - few, 0) / (MANY - FEW)
    assert many < MOST / 2
    assert few + slope * 100_000 < MOST
    assert slope < 3_000  # bytes per world; its tables on disk are about 24,000


class Watch:
    """A command, and what it and its processes hold at most at one time."""

    def __init__(self, folder: Path, *words: str) -> None:
        started = time.monotonic()
        process = start("-m", "sim", *words, folder=folder)
        self.memory = 0
        while process.poll() is None:
            self.memory = max(self.memory, sum(map(_held, _family(process.pid))))
            time.sleep(0.05)
        self.seconds = time.monotonic() - started
        self.code, self.out, self.err = finish(process)


def _family(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


@pytest.mark.skipif(sys.platform == "darwin", reason="counts resident pages as Linux does")
@pytest.mark.parametrize(
    ("worlds", "more"), [(1000, ()), (6000, ()), (6000, ("--workers", "2")), (700, ("--ledger",))], ids=["small", "large", "pool", "ledger"]
)
def test_a_dry_run_tells_time_memory_and_disk_within_a_factor_of_two(tmp_path: Path, worlds: int, more: tuple[str, ...]) -> None:
    words = ("run", "baseline", "--worlds", str(worlds), "--out", str(tmp_path / "run"), "--json", *more)
    said = []
    for _ in range(2):  # once before and once after the run: the machine may be busier at one of them
        code, out, err = finish(start("-m", "sim", *words[:5], str(tmp_path / "dry"), *words[6:], "--dry-run", folder=tmp_path))
        assert code == 0, err
        said.append(json.loads(out)["estimate"])
        assert not (tmp_path / "dry").exists()
        if len(said) == 1:
            watched = Watch(tmp_path, *words)
            assert watched.code == 0, watched.err
    disk = sum(f.stat().st_size for f in (tmp_path / "run").rglob("*.parquet"))
    assert said[0]["disk_bytes"] / 2 < disk < said[0]["disk_bytes"] * 2
    assert said[0]["memory_bytes"] / 2 < watched.memory < said[0]["memory_bytes"] * 2
    low, high = sorted(estimate["seconds"] for estimate in said)
    assert low / 2 < watched.seconds < high * 2, (said, watched.seconds, os.getloadavg())
