"""Every example of the documentation, carried out: YAML files are written, shell lines and Python run, page by page in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys

import pytest

from tests.docs.pages import PAGES, ROOT, blocks, name

RUN = ("python", "sh")
ELSEWHERE = {"cluster.md", "experiments.md", "reading-results.md", "gallery.md"}
"""Pages on clusters, optional packages or figures, whose examples the tests beside those parts carry out."""
WITH_EXAMPLES = [p for p in PAGES if name(p) not in ELSEWHERE and any(b.language in RUN for b in blocks(p))]


def carried_out(words, folder):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg"}
    done = subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name)
def test_examples(page, tmp_path):
    code = []
    for block in blocks(page):
        title = re.search(r'title="([^"]+)"', block.info)
        if title:
            (tmp_path / title[1]).write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            for line in block.text.strip().splitlines():
                command, *words = shlex.split(line, comments=True)
                assert command == "balkansim", line
                carried_out(["-m", "sim", *words], tmp_path)
        elif block.language == "python":
            code.append(block.text)
    if code:
        (tmp_path / "page.py").write_text("\n".join(code), encoding="utf-8")
        carried_out(["page.py"], tmp_path)


def test_tutorials_and_how_tos_have_examples():
    without = [name(p) for p in PAGES if p.parent.name in ("tutorials", "how-to") and p not in WITH_EXAMPLES]
    assert without == []
