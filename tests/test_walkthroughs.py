"""The walk-throughs of CONTRIBUTING.md, executed as printed on a copy of the project."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
WALKS = dict(re.findall(r"<!-- walk: (\w+) -->\n(.*?)(?=\n## |\Z)", TEXT, re.S))
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.S | re.M)


@pytest.fixture
def project(tmp_path):
    for folder in ("sim", "scenarios", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _apply(folder: Path, options: dict[str, str], body: str) -> None:
    if "append" in options:
        path = folder / options["append"]
        path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + body, encoding="utf-8")
    elif "before" in options:
        path = folder / options["file"]
        text = path.read_text(encoding="utf-8")
        assert options["before"] in text, options
        path.write_text(text.replace(options["before"], body + options["before"], 1), encoding="utf-8")
    else:
        (folder / options["file"]).write_text(body, encoding="utf-8")


def _run(folder: Path, command: str) -> None:
    words = shlex.split(command)
    module = {"balkansim": ["-m", "sim"], "pytest": ["-m", "pytest"]}[words[0]]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *module, *words[1:]], cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("walk", ["scenario", "parameter", "room"])
def test_walkthrough(walk, project):
    files = set()
    for language, info, body in BLOCK.findall(WALKS[walk]):
        if language == "sh":
            for command in body.strip().splitlines():
                _run(project, command)
        else:
            options = dict(part.split("=", 1) for part in shlex.split(info))
            files.add(options.get("file") or options["append"])
            _apply(project, options, body)
    assert len(files) == {"scenario": 1, "parameter": 2, "room": 4}[walk]
