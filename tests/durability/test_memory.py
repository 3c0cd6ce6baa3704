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

FEW, MANY = 8 * 1024, 20 * 1024
MOST = 2_000_000_000  # bytes, for 100,000 worlds
WATCHED = """
import resource, sys
from sim import run
run("baseline", int(sys.argv[1]), out=sys.argv[2], workers=int(sys.argv[3]), ledger="--ledger" in sys.argv)
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
    assert slope < 3_000, (few, many)  # bytes per world; its tables on disk are about 24,000


class Watch:
    """Python with these words, and what it and its processes hold at most at one time."""

    def __init__(self, *words: str, folder: Path | None = None) -> None:
        started = time.monotonic()
        process = start(*words, folder=folder)
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


def within_two(said: float, was: float) -> bool:
    return said / 2 < was < said * 2


@pytest.mark.skipif(sys.platform == "darwin", reason="counts resident pages as Linux does")
@pytest.mark.parametrize(
    ("worlds", "workers", "ledger"),
    [(1000, 1, False), (6000, 1, False), (6000, 2, False), (600, 1, True)],
    ids=["small", "large", "pool", "ledger"],
)
def test_a_dry_run_tells_time_memory_and_disk_within_a_factor_of_two(tmp_path: Path, worlds: int, workers: int, ledger: bool) -> None:
    """Three attempts for the time, because the machine may have more or less to do from one minute to the next."""
    story = []
    for attempt in range(3):
        out, more = tmp_path / f"run-{attempt}", ["--ledger"] if ledger else []
        words = ("run", "baseline", "--worlds", str(worlds), "--workers", str(workers), "--out", str(out), "--json", "--dry-run", *more)
        code, answer, err = finish(start("-m", "sim", *words, folder=tmp_path))
        assert code == 0, err
        assert not out.exists()
        said = json.loads(answer)["estimate"]
        watched = Watch("-c", WATCHED, str(worlds), str(out), str(workers), *more)
        assert watched.code == 0, watched.err
        assert within_two(said["disk_bytes"], sum(f.stat().st_size for f in out.rglob("*.parquet")))
        assert within_two(said["memory_bytes"], watched.memory), (said, watched.memory)
        story.append((said["seconds"], round(watched.seconds, 1), os.getloadavg()[0]))
        if within_two(said["seconds"], watched.seconds):
            return
    raise AssertionError(f"seconds said, seconds taken, load of the machine: {story}")
