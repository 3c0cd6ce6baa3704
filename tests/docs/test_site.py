"""The site builds without a warning, and a page asks for nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.docs.pages import ROOT

LOADED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"(https?:)?//|<link\b[^>]*\bhref=\"(https?:)?//[^\"]*\"[^>]*rel=\"(?!canonical)"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("material")
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_pages_load_nothing_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 40
    assert [p.name for p in pages if LOADED.search(p.read_text(encoding="utf-8"))] == []


@pytest.mark.slow
def test_formulas_became_mathml(site):
    text = (site / "model" / "rooms" / "accession.html").read_text(encoding="utf-8")
    assert text.count('display="block"') >= 6
    assert r"\(" not in text
