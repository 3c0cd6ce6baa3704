"""A folder with a short scenario, and a way to give commands in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main

SHORT = """\
name: short
title: A short wave of vetoes
question: Does it hurt?
extends: baseline
start: 2024Q1
end: 2025Q4
levers: {eu.veto_propensity: 3}
branches:
  funding:
    more: {weight: 1, levers: {eu.funding: 2}}
    less: {weight: 1, levers: {eu.funding: 0.5}}
policies:
  clear: {levers: {eu.conditionality_clarity: 0.9}}
"""


@dataclass(frozen=True)
class Done:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, holding short.yaml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def command(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Carry out a command line in this process."""

    def given(*words: str) -> Done:
        capsys.readouterr()
        code = main([str(w) for w in words])
        return Done(code, *capsys.readouterr())

    return given


def started(*words: str, cwd: Path, **environment: str) -> subprocess.Popen[str]:
    """The command line as a process of its own, in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words], cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
    )  # fmt: skip


def files_of(folder: Path) -> dict[str, int]:
    """Every file below a folder with its time of change."""
    return {str(f.relative_to(folder)): f.stat().st_mtime_ns for f in sorted(folder.rglob("*")) if f.is_file()}
