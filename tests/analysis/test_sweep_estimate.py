"""What a sweep is said to take before it is played."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from sim.analysis.design_file import design_of
from sim.analysis.sweep import cells, run_sweep
from sim.analysis.sweep_estimate import estimate_sweep
from tests.durability.helpers import assert_foretold, within_two

SMALL = """
scenarios: [baseline]
worlds: 64
levers: {eu.mediation: {low: 0.1, high: 0.9}}
uncertainties: {us.engagement: {low: 0.5, high: 1.0}}
design: {levers: {kind: full_factorial, levels: 3}, uncertainties: {kind: full_factorial, levels: 4}}
outcomes: [kosovo_serbia.normalisation, mean.democracy, SRB.eu_alignment]
"""
POLICIES = """
scenarios: [staged_accession]
policies: all
worlds: 256
uncertainties: {us.engagement: {low: 0.5, high: 1.0}}
design: {uncertainties: {kind: full_factorial, levels: 4}}
outcomes: [mean.accession]
window: [2028Q1, 2029Q4]
"""
CHUNKS = """
scenarios: [baseline]
worlds: 5000
levers: {eu.mediation: [0.1, 0.9]}
outcomes: [kosovo_serbia.normalisation]
"""


def kept(folder: Path) -> int:
    return sum(f.stat().st_size for f in folder.rglob("*.parquet"))


def test_disk_is_what_is_kept(tmp_path: Path) -> None:
    design = design_of(POLICIES.replace("2028Q1, 2029Q4", "2024Q2, 2024Q3"))
    told = estimate_sweep(design, cells(design))
    run_sweep(design, tmp_path / "out")
    assert within_two(told.disk_bytes, kept(tmp_path / "out"))


def test_time_grows_with_the_cells_and_with_the_worlds_and_not_beyond_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.analysis.sweep_estimate.time.perf_counter", time.process_time)  # as if nobody else used the machine
    design = design_of(SMALL.replace("worlds: 64", "worlds: 64\nwindow: 2024Q2"))
    every = cells(design)
    few, many = estimate_sweep(design, every[:2]), estimate_sweep(design, every * 20)
    assert many.seconds > 3 * few.seconds
    one, two = (estimate_sweep(design, every, workers=n, elsewhere=True) for n in (1, 2))
    assert two.memory_bytes > one.memory_bytes


def test_nothing_left_takes_only_the_start() -> None:
    design = design_of(CHUNKS)
    assert estimate_sweep(design, [], start=2.0).seconds == 2.0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "darwin", reason="counts resident pages as Linux does")
@pytest.mark.parametrize(
    ("text", "workers"), [(SMALL, 1), (POLICIES, 1), (POLICIES, 2), (CHUNKS, 1)], ids=["small", "policies", "pool", "chunks"]
)
def test_a_dry_run_tells_time_memory_and_disk_within_a_factor_of_two(tmp_path: Path, text: str, workers: int) -> None:
    (tmp_path / "study.yaml").write_text(text)
    out = tmp_path / "out"
    assert_foretold(("-m", "sim", "sweep", "study.yaml", "--workers", str(workers), "--out", str(out)), out, workers, tmp_path)
