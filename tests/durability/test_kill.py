"""SIGKILL to everything at random moments: in the end every world is there once, as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from sim import load_scenario, run
from sim.store import Store
from tests.durability.helpers import (
    SHORT,
    UNIT,
    Gate,
    assert_same_results,
    complete_units,
    finish,
    kill_group,
    start,
    start_run,
    wait_until,
)

pytestmark = pytest.mark.slow

KILLS, HITS = 15, 10  # at least; hits are kills of runs that had done something, and had something to do
UNITS = 20
WORLDS = UNITS * UNIT


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path, units=2)


@pytest.fixture
def short(tmp_path: Path) -> Path:
    file = tmp_path / "short.yaml"
    file.write_text(SHORT.replace("2025Q4", "2024Q2"))
    return file


def test_killed_again_and_again(short: Path, tmp_path: Path) -> None:
    """The first kills hit a run that starts, the others one that plays and writes; each takes the whole process group."""
    folder, chance, story = tmp_path / "killed", random.Random(), []
    while (hits := sum(before < after < UNITS for _, before, after in story)) < HITS or len(story) < KILLS:
        assert len(story) < 6 * HITS, story
        before = complete_units(folder)
        process = start_run(scenario=str(short), worlds=WORLDS, workers=2, out=str(folder))
        if len(story) >= 3:
            more = before + chance.randint(1, 3)
            wait_until(partial(grown, folder, more, process))
        delay = chance.uniform(0, 0.4 if len(story) >= 3 else 4)
        time.sleep(delay)
        running = process.poll() is None
        kill_group(process)
        assert running or complete_units(folder) == UNITS, (hits, story)
        story.append((round(delay, 3), before, complete_units(folder)))
        if story[-1][2] > UNITS - 6:  # nearly done: begin another, so that each kill hits a run with work before it
            folder = tmp_path / f"killed-{len(story)}"
    run(load_scenario(short), WORLDS, out=tmp_path / "undisturbed")
    for killed in tmp_path.glob("killed*"):
        code, _, err = finish(start_run(scenario=str(short), worlds=WORLDS, workers=2, out=str(killed)))
        assert code == 0, (story, err)
        assert_same_results(killed, tmp_path / "undisturbed")


def grown(folder: Path, units: int, process: subprocess.Popen[str]) -> bool:
    return complete_units(folder) >= units or process.poll() is not None


def test_workers_end_with_their_parent(short: Path, tmp_path: Path, gate: Gate) -> None:
    """Only the parent is killed: its workers must neither go on nor wait for ever."""
    folder = tmp_path / "run"
    process = start_run(gate.environment, scenario=str(short), worlds=WORLDS, workers=2, out=str(folder))
    wait_until(lambda: complete_units(folder) >= 2)
    os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not alive_in_group(process.pid))
    kill_group(process)


def alive_in_group(group: int) -> list[int]:
    """Processes of a group that are not just waiting to be collected."""
    import psutil

    found = []
    for process in psutil.process_iter(["pid", "status"]):
        try:
            if os.getpgid(process.pid) == group and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except ProcessLookupError:
            continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_killed_worker_is_replaced(short: Path, tmp_path: Path, gate: Gate) -> None:
    folder = tmp_path / "run"
    process = start_run(gate.environment, scenario=str(short), worlds=WORLDS, workers=2, out=str(folder))
    wait_until(lambda: complete_units(folder) >= 2)
    os.kill(workers_of(process.pid)[-1], signal.SIGKILL)
    gate.open()
    code, _, err = finish(process)
    assert code == 0, err
    run(load_scenario(short), WORLDS, out=tmp_path / "undisturbed")
    assert_same_results(folder, tmp_path / "undisturbed")


def workers_of(group: int) -> list[int]:
    """Worker processes of a run: those that were forked from the process that had read everything."""
    import psutil

    return [p.pid for child in psutil.Process(group).children() for p in child.children()]


def test_interrupted_at_the_keyboard(short: Path, tmp_path: Path, gate: Gate) -> None:
    """Ctrl-C reaches the whole group; the command says how to go on, and that goes on."""
    words = ("-m", "sim", "run", str(short), "--worlds", str(WORLDS), "--workers", "2", "--out", str(tmp_path / "run"))
    process = start(*words, folder=tmp_path, **gate.environment)
    wait_until(lambda: complete_units(tmp_path / "run") >= 2)
    os.killpg(process.pid, signal.SIGINT)
    gate.open()  # a worker ends what it has begun
    code, _, err = finish(process)
    assert code == 130
    assert "Continue with:" in err
    assert "Traceback" not in err
    kept = Store(tmp_path / "run").done("none")
    assert 0 < sum(map(len, kept)) < WORLDS
    code, _, err = finish(start(*words, folder=tmp_path))
    assert code == 0, err
    run(load_scenario(short), WORLDS, out=tmp_path / "undisturbed")
    assert_same_results(tmp_path / "run", tmp_path / "undisturbed")
