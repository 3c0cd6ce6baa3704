"""The notebooks: small, on the public API alone, honest at the end, and they run."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PUBLIC = {"sim", "sim.plots", "sim.actors", "numpy", "pandas"}
MOST_WORLDS = 500
LARGEST = 200_000


def _code(book):
    """All code cells as one module, without the line that turns figures on."""
    return "\n".join(c.source for c in book.cells if c.cell_type == "code").replace("%matplotlib inline", "")


@pytest.fixture(params=NOTEBOOKS, ids=lambda p: p.stem)
def path(request):
    return request.param


def test_there_are_seven():
    assert [p.stem[0] for p in NOTEBOOKS] == list("1234567")


def test_is_valid_and_small(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert path.stat().st_size < LARGEST
    assert all(c.execution_count is None for c in book.cells if c.cell_type == "code")
    assert not re.search(r"(?<![\w.])/(work|tmp|root|home|Users)/", path.read_text(encoding="utf-8"))


def test_shows_what_it_found_and_no_errors(path):
    outputs = [o for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code" for o in c.outputs]
    assert any("image/png" in o.get("data", {}) for o in outputs)
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


def test_asks_a_question_and_ends_with_its_limits(path):
    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].source.startswith("# ")
    assert "**Question.**" in cells[0].source
    assert cells[-1].cell_type == "markdown"
    assert "## What this does not tell you" in cells[-1].source


def test_imports_only_what_is_public(path):
    tree = ast.parse(_code(nbformat.read(path, as_version=4)))
    used = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    used |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert used <= PUBLIC


def test_plays_few_worlds(path):
    tree = ast.parse(_code(nbformat.read(path, as_version=4)))
    given = [k.value for n in ast.walk(tree) if isinstance(n, ast.Call) for k in n.keywords if k.arg == "worlds"]
    sizes = [n.value.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == "WORLDS"]
    sizes += [v.value for v in given if isinstance(v, ast.Constant)]
    assert given
    assert sizes
    assert max(sizes) <= MOST_WORLDS
    assert all(isinstance(v, ast.Constant) or v.id == "WORLDS" for v in given)


def test_text_quotes_no_result(path):
    """Results stand in outputs, which are made anew; text that quotes one goes stale."""
    words = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown")
    assert not re.findall(r"[-+−]0\.\d+", words)


@pytest.mark.slow
def test_runs(path):
    client = pytest.importorskip("nbclient")
    book = nbformat.read(path, as_version=4)
    client.NotebookClient(book, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    pictures = [o for c in book.cells if c.cell_type == "code" for o in c.outputs if "image/png" in o.get("data", {})]
    assert pictures
