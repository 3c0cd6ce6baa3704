"""Memory does not grow with the number of worlds when a run goes to disk, and `--dry-run` says what a run takes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.durability.helpers import PLAY, Watch, assert_foretold

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

FEW, MANY = 4 * 4096, 10 * 4096
MOST = 2_000_000_000  # bytes, for 100,000 worlds, over all processes


@pytest.mark.parametrize("workers", [1, 2])
def test_memory_grows_so_little_that_a_hundred_thousand_worlds_fit(tmp_path: Path, workers: int) -> None:
    few, many = (peak(worlds, tmp_path, workers) for worlds in (FEW, MANY))
    slope = max(many - few, 0) / (MANY - FEW)
    assert many < MOST
    assert few + slope * 100_000 < MOST
    assert slope < 3_000, (few, many)  # bytes per world; its tables on disk are about 24,000


def peak(worlds: int, folder: Path, workers: int) -> int:
    """Bytes held at most by a run and all its processes."""
    watched = Watch("-c", PLAY, repr({"scenario": "baseline", "worlds": worlds, "out": str(folder / f"{worlds}"), "workers": workers}))
    assert watched.code == 0, watched.err
    return watched.memory


@pytest.mark.parametrize(
    ("worlds", "workers", "ledger"),
    [(1000, 1, False), (6000, 1, False), (6000, 2, False), (600, 1, True)],
    ids=["small", "large", "pool", "ledger"],
)
def test_a_dry_run_tells_time_memory_and_disk_within_a_factor_of_two(tmp_path: Path, worlds: int, workers: int, ledger: bool) -> None:
    out, more = tmp_path / "run", ["--ledger"] if ledger else []
    words = ("-m", "sim", "run", "baseline", "--worlds", str(worlds), "--workers", str(workers), "--out", str(out), *more)
    assert_foretold(words, out, workers, tmp_path)
