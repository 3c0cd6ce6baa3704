"""What a job is said to take."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import run
from sim.estimates import estimate
from sim.running import make_job
from sim.scenario import Scenario
from tests.durability.helpers import SHORT


def test_disk_is_what_is_written(tmp_path: Path) -> None:
    scenario = Scenario.from_text(SHORT, "short")
    told = estimate(make_job(scenario, 300))
    run(scenario, 300, out=tmp_path / "run")
    written = sum(f.stat().st_size for f in (tmp_path / "run").rglob("*.parquet"))
    assert told.disk_bytes == pytest.approx(written, rel=0.2)


def test_time_and_disk_grow_with_the_worlds_and_memory_does_not() -> None:
    job = make_job(Scenario.from_text(SHORT, "short"), 100_000)
    few, many = estimate(job, 10_240), estimate(job, 102_400)
    assert many.disk_bytes == pytest.approx(10 * few.disk_bytes, rel=0.05)
    assert many.seconds > 3 * few.seconds  # ten times, but for whoever else uses the machine
    assert many.memory_bytes < 1.3 * few.memory_bytes


def test_nothing_left_to_do_takes_only_the_start() -> None:
    job = make_job("baseline", 1000)
    assert estimate(job, 0, start=2.0).seconds == 2.0
    assert estimate(job, 0).disk_bytes == 0


def test_more_workers_need_more_memory_and_no_more_than_there_are_chunks() -> None:
    job = make_job(Scenario.from_text(SHORT, "short"), 3 * 1024)
    one, two, many = (estimate(job, workers=n, elsewhere=True) for n in (1, 2, 100))
    assert one.memory_bytes < two.memory_bytes < many.memory_bytes < 10 * one.memory_bytes
    assert many.seconds < 1.5 * one.seconds
