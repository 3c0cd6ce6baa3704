"""What a job is said to take."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import run
from sim.estimates import estimate, peak
from sim.running import make_job
from sim.scenario import Scenario
from tests.durability.helpers import SHORT, environment


@pytest.fixture
def processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried is timed as if nobody else used the machine."""
    monkeypatch.setattr("sim.estimates.time.perf_counter", time.process_time)


def test_disk_is_what_is_written(tmp_path: Path) -> None:
    scenario = Scenario.from_text(SHORT, "short")
    told = estimate(make_job(scenario, 300))
    run(scenario, 300, out=tmp_path / "run")
    written = sum(f.stat().st_size for f in (tmp_path / "run").rglob("*.parquet"))
    assert told.disk_bytes == pytest.approx(written, rel=0.2)


def test_time_and_disk_grow_with_the_worlds_and_memory_does_not(processor_time: None) -> None:
    job = make_job(Scenario.from_text(SHORT, "short"), 100_000)
    few, many = estimate(job, 10_240), estimate(job, 102_400)
    assert many.disk_bytes == pytest.approx(10 * few.disk_bytes, rel=0.05)
    assert many.seconds == pytest.approx(10 * few.seconds, rel=0.5)
    assert many.memory_bytes < 1.3 * few.memory_bytes


def test_nothing_left_to_do_takes_only_the_start() -> None:
    job = make_job("baseline", 1000)
    assert estimate(job, 0, start=2.0).seconds == 2.0
    assert estimate(job, 0).disk_bytes == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not tell")
def test_what_the_process_held_that_started_this_one_does_not_count() -> None:
    held = bytearray(600_000_000)
    words = [sys.executable, "-c", "from sim.estimates import peak; print(peak())"]
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=True)
    assert 10_000_000 < int(done.stdout) < len(held) < peak()


def test_more_workers_need_more_memory_and_no_more_than_there_are_chunks(processor_time: None) -> None:
    job = make_job(Scenario.from_text(SHORT, "short"), 6 * 1024)
    one, two, many = (estimate(job, workers=n, elsewhere=True) for n in (1, 2, 100))
    assert one.memory_bytes < two.memory_bytes < many.memory_bytes < 10 * one.memory_bytes
    assert many.seconds < 1.5 * one.seconds
