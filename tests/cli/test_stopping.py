"""Ctrl-C, closed pipes, colours and what is imported: the command line as a process."""

from __future__ import annotations

import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import __version__
from tests.cli.conftest import started

PATIENCE = 120  # seconds after which something has hung


def _until(there, process):
    end = time.monotonic() + PATIENCE
    while not there():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_keeps_what_is_complete_and_says_how_to_go_on(folder: Path, workers):
    words = ["run", "short", "--worlds", "300000", "--workers", workers, "--out", "my run"]
    process = started(*words, cwd=folder)
    _until(lambda: list(folder.glob("my run/worlds/*.parquet")), process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers are told too
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "stopped; the worlds that are complete are kept in my run" in err
    told = next(line for line in err.splitlines() if line.startswith("Continue with: "))
    assert shlex.split(told.removeprefix("Continue with: "))[-len(words) :] == words
    assert not list(folder.glob("my run/*.reference*"))


@pytest.mark.parametrize("words", [("compare", "baseline", "short"), ("run", "short")])
def test_ctrl_c_in_words_and_json(command, monkeypatch, words):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.running.run", interrupted)
    monkeypatch.setattr("sim.running.run_job", interrupted)
    done = command(*words, "--json")
    assert done.code == 130
    assert done.data["error"]["kind"] == "stopped"
    if words[0] == "run":
        assert shlex.split(done.data["error"]["command"])[-3:] == [*words, "--json"]
    else:
        assert done.err == "error: stopped; nothing was kept\n"


def test_a_closed_pipe_is_quiet(folder: Path):
    process = started("names", cwd=folder)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=PATIENCE) == 141
    assert process.stderr is not None
    assert process.stderr.read() == ""


def _on_a_terminal(*words: str, cwd: Path, **environment: str) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    env = {**plain, "TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[2]), **environment}
    process = subprocess.Popen([sys.executable, "-m", "sim", *words], cwd=cwd, env=env, stdout=theirs, stderr=theirs)
    os.close(theirs)
    read = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        read += piece
    process.wait(timeout=PATIENCE)
    os.close(ours)
    return read.decode()


def test_no_color_is_honoured(folder: Path):
    assert "\x1b[" in _on_a_terminal("names", "veto", cwd=folder)
    assert "\x1b[" not in _on_a_terminal("names", "veto", cwd=folder, NO_COLOR="1")


QUICK = """
import sys
from sim.cli import main
for words in ("--version", "names", "scenario list", "run --help"):
    code = main(words.split())
    heavy = {"pandas", "mesa", "pyarrow", "scipy", "matplotlib"} & set(sys.modules)
    if code or heavy:
        sys.exit(f"{words}: {code} {heavy}")
"""


def test_quick_answers_import_neither_pandas_nor_mesa(folder: Path):
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", QUICK], cwd=folder, env=env, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    for said in (f"{__version__}\n", "eu.veto_propensity", "enlargement_veto", "--worlds"):
        assert said in done.stdout
