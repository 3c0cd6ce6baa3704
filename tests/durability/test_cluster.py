"""A real Dask scheduler and two worker processes on this machine: the same tables, and no loss when any of them dies."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sim import load_results, run
from sim.analysis.design_file import design_of
from sim.analysis.sweep import run_sweep
from sim.errors import StoreError
from tests.durability.helpers import assert_same_results, complete_units, finish, kill_group, start, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_spec("distributed") is None, reason="Dask is not installed")]

SCENARIO, WORLDS = "baseline", 6 * 1024


class Cluster:
    """A scheduler and its workers, each a process that can be killed, or put to sleep with what it was given to do."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.workers: list[subprocess.Popen[str]] = []
        patience = {"DASK_DISTRIBUTED__SCHEDULER__NO_WORKERS_TIMEOUT": "5s"}
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", **patience)
        wait_until(self.file.exists)
        for _ in range(workers):
            self.add_worker()

    def _start(self, what: str, *words: str, **more: str) -> subprocess.Popen[str]:
        return start("-m", f"distributed.cli.dask_{what}", "--scheduler-file", str(self.file), *words, folder=self.folder, **more)

    def add_worker(self) -> None:
        """Begin a worker and wait until the scheduler knows it."""
        from distributed import Client

        name = f"worker-{len(self.workers)}"
        words = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1", "--local-directory", str(self.folder))
        self.workers.append(self._start("worker", *words, "--name", name))
        with Client(scheduler_file=str(self.file), set_as_default=False) as client:
            wait_until(lambda: name in {w["name"] for w in client.scheduler_info()["workers"].values()})

    def put_to_sleep(self, worker: int) -> None:
        """What it is given from now on is not done: a run that needs it cannot end before the test has done its worst."""
        os.kill(self.workers[worker].pid, signal.SIGSTOP)

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            kill_group(process)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of which nothing is killed."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    run(SCENARIO, WORLDS, out=folder)
    return folder


def start_command(cluster: Cluster, out: Path, *more: str, **environment: str) -> subprocess.Popen[str]:
    words = ("run", SCENARIO, "--worlds", str(WORLDS), "--out", str(out), "--scheduler", str(cluster.file), *more)
    return start("-m", "sim", *words, folder=cluster.folder, **environment)


def kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_the_cluster_writes_the_same_tables(lasting: Cluster, undisturbed: Path, tmp_path: Path) -> None:
    code, out, err = finish(start_command(lasting, tmp_path / "run"))
    assert code == 0, err
    assert "worlds" in out
    assert_same_results(tmp_path / "run", undisturbed)


def test_chunks_may_come_back_where_no_files_are_shared(lasting: Cluster, undisturbed: Path, tmp_path: Path) -> None:
    results = run(SCENARIO, WORLDS, out=tmp_path / "run", scheduler=str(lasting.file), collect=True)
    assert results.policies == ["none"]
    assert_same_results(tmp_path / "run", undisturbed)


def test_in_memory_by_address(lasting: Cluster, undisturbed: Path) -> None:
    address = json.loads(lasting.file.read_text())["address"]
    results = run(SCENARIO, range(100, 300), scheduler=address)
    there = load_results(undisturbed)
    assert (results.values("SRB.eu_alignment") == there.values("SRB.eu_alignment")[100:300]).all()


STUDY = """
name: study
scenarios: [staged_accession]
policies: all
worlds: 1100
uncertainties: {us.engagement: {low: 0.2, high: 1.2}}
design: {uncertainties: {kind: latin_hypercube, points: 3}}
outcomes: [mean.accession, BIH.stability]
window: [2026Q1, 2026Q4]
"""


def start_sweep(cluster: Cluster, out: Path, *more: str) -> subprocess.Popen[str]:
    words = ("sweep", str(cluster.folder / "study.yaml"), "--out", str(out), "--scheduler", str(cluster.file), *more)
    return start("-m", "sim", *words, folder=cluster.folder)


@pytest.fixture(scope="module")
def undisturbed_sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "sweep"
    run_sweep(design_of(STUDY), folder)
    return folder


def assert_same_sweep(folder: Path, reference: Path) -> None:
    """The same cells, bit for bit, the same summary and identity, and nothing half-written left."""
    here, there = ({str(f.relative_to(d)) for d in [d] for f in d.rglob("*") if f.is_file()} for d in (folder, reference))
    assert here == there
    assert len([name for name in here if name.startswith("values")]) == 3 * 4
    for name in here:
        if name.endswith(".parquet"):
            assert pq.read_table(folder / name).equals(pq.read_table(reference / name)), name
        else:
            assert (folder / name).read_text() == (reference / name).read_text()


def test_a_sweep_on_the_cluster_gives_the_same_tables(lasting: Cluster, undisturbed_sweep: Path, tmp_path: Path) -> None:
    (lasting.folder / "study.yaml").write_text(STUDY)
    code, out, err = finish(start_sweep(lasting, tmp_path / "out", "--dry-run", "--json"))
    assert code == 0, err
    assert json.loads(out)["estimate"]["seconds"] > 0
    assert not (tmp_path / "out").exists()
    code, out, err = finish(start_sweep(lasting, tmp_path / "out"))
    assert code == 0, err
    assert "BIH.stability" in out
    assert_same_sweep(tmp_path / "out", undisturbed_sweep)


def test_a_sweep_goes_on_when_a_worker_and_then_all_workers_are_killed(cluster: Cluster, undisturbed_sweep: Path, tmp_path: Path) -> None:
    (cluster.folder / "study.yaml").write_text(STUDY)
    cluster.add_worker()
    cluster.put_to_sleep(2)
    process = start_sweep(cluster, tmp_path / "out")
    wait_until(lambda: len(list((tmp_path / "out" / "values").glob("*.parquet"))) >= 2)
    kill(cluster.workers[0])
    wait_until(lambda: len(list((tmp_path / "out" / "values").glob("*.parquet"))) >= 4)
    for worker in cluster.workers[1:]:
        kill(worker)
    code, _, err = finish(process)
    assert code == 1
    assert "has lost all its workers" in err
    assert "cells are kept in" in " ".join(err.split())
    cluster.add_worker()
    code, _, err = finish(start_sweep(cluster, tmp_path / "out"))
    assert code == 0, err
    assert_same_sweep(tmp_path / "out", undisturbed_sweep)


def test_a_worker_killed_in_mid_run_costs_nothing(cluster: Cluster, undisturbed: Path, tmp_path: Path) -> None:
    process = start_command(cluster, tmp_path / "run")
    wait_until(lambda: complete_units(tmp_path / "run") >= 2)
    kill(cluster.workers[0])
    code, _, err = finish(process)
    assert code == 0, err
    assert_same_results(tmp_path / "run", undisturbed)


def test_all_workers_dead_is_an_error_and_the_run_goes_on_when_there_are_workers_again(
    cluster: Cluster, undisturbed: Path, tmp_path: Path
) -> None:
    cluster.put_to_sleep(1)
    process = start_command(cluster, tmp_path / "run")
    wait_until(lambda: complete_units(tmp_path / "run") >= 2)
    for worker in cluster.workers:
        kill(worker)
    code, _, err = finish(process)
    assert code == 1
    assert "has lost all its workers" in err
    assert f"continue with: balkansim run {SCENARIO}" in " ".join(re.sub(r"python[0-9.]* -m sim", "balkansim", err).split())
    cluster.add_worker()
    code, _, err = finish(start_command(cluster, tmp_path / "run"))
    assert code == 0, err
    assert_same_results(tmp_path / "run", undisturbed)


def test_a_killed_scheduler_is_an_error_and_the_run_goes_on_here(cluster: Cluster, undisturbed: Path, tmp_path: Path) -> None:
    cluster.put_to_sleep(1)
    process = start_command(cluster, tmp_path / "run", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="3s")
    wait_until(lambda: complete_units(tmp_path / "run") >= 2)
    kill(cluster.scheduler)
    code, _, err = finish(process)
    assert code == 1
    assert "the scheduler of the cluster" in err
    assert "worlds are complete and kept in" in " ".join(err.split())
    for worker in cluster.workers:
        kill(worker)  # one may still be at its last chunk
    run(SCENARIO, WORLDS, out=tmp_path / "run")
    assert_same_results(tmp_path / "run", undisturbed)


def test_no_scheduler_there(tmp_path: Path) -> None:
    words = ("-m", "sim", "run", SCENARIO, "--worlds", "64", "--out", str(tmp_path / "run"))
    quick = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"}
    code, _, err = finish(start(*words, "--scheduler", "tcp://127.0.0.1:9", **quick))
    assert code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in " ".join(err.split())
    code, _, err = finish(start(*words, "--scheduler", "scheduler.json"))
    assert code == 2
    assert "there is no such file" in " ".join(err.split())


def test_a_worker_that_does_not_see_the_directory(lasting: Cluster, tmp_path: Path, monkeypatch: Any) -> None:
    """As on a cluster without shared files: here the directory has another name for workers."""
    from sim.working import Call

    before = Call.__init__

    def elsewhere(self: Call, task: Any, versions: str, folder: str | None = None, scenario: str = "") -> None:
        before(self, task, versions, folder and folder + "-not-there", scenario)

    monkeypatch.setattr(Call, "__init__", elsewhere)
    with pytest.raises(StoreError, match=r"does not see the results .* --collect"):
        run(SCENARIO, 64, out=tmp_path / "run", scheduler=str(lasting.file))
