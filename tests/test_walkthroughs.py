"""The walk-throughs of CONTRIBUTING.md, executed as printed on a copy of the project, and what a contributor then sees."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim import load_scenario, run

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
WALKS = dict(re.findall(r"<!-- walk: (\w+) -->\n(.*?)(?=\n## |\Z)", TEXT, re.S))
FILES = {"scenario": 1, "parameter": 2, "room": 4}
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.S | re.M)
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "build", "dist", "results", "site")
COMMANDS = {"balkansim": ["-m", "sim"], "pytest": ["-m", "pytest"], "ruff": ["-m", "ruff"], "mypy": ["-m", "mypy"], "python": []}
MIGHT_BREAK = "tests/fusing/test_same.py tests/scenario/test_shipped.py tests/test_catalogue.py tests/mechanisms tests/docs"
LAST = "from sim import load_results; print(float(load_results('{}').values('{}')[:, -1].mean()))"
COLUMNS = "from sim import load_results; print(*load_results('{}').states.columns)"


@dataclass(frozen=True)
class Block:
    """A block of a walk-through: the prose before it, where its text goes, and the text."""

    prose: str
    options: dict[str, str]
    body: str

    @property
    def file(self) -> str:
        """The file that it writes or changes; empty for commands."""
        return self.options.get("file") or self.options.get("append", "")


def blocks(walk: str) -> Iterator[Block]:
    """The blocks of a walk-through in order."""
    end = 0
    for found in BLOCK.finditer(WALKS[walk]):
        yield Block(WALKS[walk][end : found.start()], dict(part.split("=", 1) for part in shlex.split(found[2])), found[3])
        end = found.end()


def files_of(walk: str) -> list[str]:
    """The files that a walk-through writes or changes."""
    return [block.file for block in blocks(walk) if block.file]


def apply(folder: Path, block: Block) -> None:
    """Write the block's text where it says, unless a newcomer did so before."""
    path, place = folder / block.file, block.options.get("before", "")
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if block.body in text:
        return
    if "append" in block.options:
        text = text.rstrip("\n") + "\n" + block.body
    elif place:
        assert text.count(place) == 1, f"{block.file}: {place!r} stands there {text.count(place)} times"
        text = text.replace(place, block.body + place)
    else:
        assert not text, f"{block.file} is another one"
        text = block.body
    path.write_text(text, encoding="utf-8")


def said_by(folder: Path, command: str) -> str:
    """What a command prints in the folder; it must succeed."""
    program, *words = shlex.split(command)
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "160"}
    words = [sys.executable, *COMMANDS[program], *words]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def walked(walk: str, folder: Path) -> Path:
    """A copy of the project in which the files of a walk-through are written."""
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    for block in blocks(walk):
        if block.file:
            apply(folder, block)
    return folder


@pytest.fixture(scope="module", params=FILES)
def project(request, tmp_path_factory):
    return request.param, walked(request.param, tmp_path_factory.mktemp("walk") / request.param)


def carried_out(walk: str, folder: Path) -> tuple[Path, dict[str, str]]:
    """The copy after the printed commands as well, and what each printed."""
    walked(walk, folder)
    commands = [line for block in blocks(walk) if not block.file for line in block.body.strip().splitlines()]
    return folder, {command: said_by(folder, command) for command in commands}


def test_there_are_three():
    assert WALKS.keys() == FILES.keys()


@pytest.mark.parametrize("walk", FILES)
def test_it_takes_as_many_files_as_its_heading_says_and_names_each_where_a_reader_sees_it(walk):
    assert len(set(files_of(walk))) == FILES[walk]
    assert f"## Add a {walk}: {['one', 'two', 'three', 'four'][FILES[walk] - 1]} file" in TEXT
    assert [b.file for b in blocks(walk) if f"`{b.file}`" not in b.prose and b.file] == []


def test_what_is_printed_is_in_style(project):
    walk, folder = project
    python = " ".join(file for file in files_of(walk) if file.endswith(".py"))
    if python:
        said_by(folder, f"ruff check --no-cache {python}")
        said_by(folder, f"ruff format --no-cache --check {python}")


def test_the_scenario_is_listed_and_checks_clean(tmp_path):
    folder = walked("scenario", tmp_path / "copy")
    assert "quiet_brussels" in said_by(folder, "balkansim scenario list")
    said_by(folder, "balkansim scenario check scenarios/quiet_brussels.yaml")


@pytest.mark.slow
def test_commands_of_the_scenario(tmp_path):
    folder, _ = carried_out("scenario", tmp_path / "copy")
    assert (folder / "run" / "manifest.json").is_file()


@pytest.mark.slow
def test_commands_of_the_parameter(tmp_path):
    folder, said = carried_out("parameter", tmp_path / "copy")
    assert "parameters.hybrid.w_infiltration" in said["balkansim names w_infiltration"]
    assert "Russian infiltration" in said["balkansim explain today infiltrated SRB.resilience"]
    assert "| `w_infiltration` |" in (folder / "docs" / "model" / "rooms" / "hybrid.md").read_text(encoding="utf-8")
    today, infiltrated = (
        float(said_by(folder, f'python -c "{LAST.format(results, "SRB.resilience")}"')) for results in ("today", "infiltrated")
    )
    assert infiltrated < today - 0.01
    shipped = run(load_scenario("us_withdrawal"), worlds=64).values("SRB.resilience")
    assert today == float(shipped[:, -1].mean()), "a value of 0 leaves the model as it is"


@pytest.mark.slow
def test_commands_of_the_room(tmp_path):
    folder, said = carried_out("room", tmp_path / "copy")
    assert "<state>.emigration" in said["balkansim names emigration"]
    assert "emigration (share)" in said["balkansim compare today staged --outcome emigration"]
    assert "income gap" in said["balkansim explain today staged MKD.emigration"]
    assert "emigration" in said_by(folder, f'python -c "{COLUMNS.format("today")}"').split()
    assert "de = a (1 - y) - b e" in (folder / "docs" / "model" / "rooms" / "migration.md").read_text(encoding="utf-8")
    assert "model/rooms/migration.md" in (folder / "mkdocs.yml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_nothing_else_breaks(project):
    walk, folder = project
    said_by(folder, "python tools/docs.py")
    said_by(folder, f"pytest -q -n0 -p no:cacheprovider {MIGHT_BREAK}")
    typed = " ".join(file for file in files_of(walk) if file.startswith("sim/") and file.endswith(".py"))
    if typed:
        said_by(folder, f"mypy {typed}")
