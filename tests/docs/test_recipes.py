"""The recipes for clusters: what can be carried out here is; of the rest, the syntax and the names that other people's tools document."""

from __future__ import annotations

import ast
import inspect
import os
import shlex
import subprocess
import sys

import pytest
import yaml

from sim import run
from sim.results import load_results
from tests.docs.pages import DOCS, PAGES, ROOT, blocks, name

CLUSTER = DOCS / "cluster.md"
DOCUMENTED = {
    "SLURMCluster": {"cores", "processes", "memory", "walltime", "queue", "account", "job_script_prologue", "job_extra_directives"},
    "adapt": {"minimum", "maximum", "minimum_jobs", "maximum_jobs"},
    "make_cluster_spec": {"image", "n_workers", "resources", "env", "worker_command", "idle_timeout"},
    "KubeCluster": {"custom_cluster_spec", "name", "namespace", "image", "n_workers", "resources", "env", "worker_command"},
    "run": set(inspect.signature(run).parameters),
}
"""Keywords that each call of the recipes may have: as dask-jobqueue 0.8 and dask-kubernetes 2022.10 and later document them."""


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_examples_can_be_read_by_what_they_are_for(page):
    for block in blocks(page):
        if block.language in ("python", "py") and name(page) != "reference/python.md":  # signatures there, no programs
            ast.parse(block.text)
        elif block.language == "yaml":
            yaml.safe_load(block.text)
        elif block.language == "sh":
            shlex.split(block.text, comments=True)


def recipes():
    return [b.text for b in blocks(CLUSTER) if b.language == "python"]


def test_recipes_use_only_documented_names():
    told = {}
    for call in (node for text in recipes() for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
        word = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
        if word in DOCUMENTED:
            told.setdefault(word, set()).update(keyword.arg for keyword in call.keywords)
    assert told.keys() == DOCUMENTED.keys()
    assert {word: given - DOCUMENTED[word] for word, given in told.items() if given - DOCUMENTED[word]} == {}


def test_the_page_says_that_its_recipes_were_not_run():
    assert "were not run on a real SLURM or Kubernetes cluster" in " ".join(CLUSTER.read_text(encoding="utf-8").split())


@pytest.mark.slow
def test_the_array_of_jobs_plays_its_part(tmp_path):
    """The recipe as printed, but smaller: worlds of the second task, shared among two processes."""
    (script,) = (text for text in recipes() if "SLURM_ARRAY_TASK_ID" in text)
    for printed, smaller in (("1_000_000", "1100"), ("workers=32", "workers=2"), ("/scratch/me", str(tmp_path))):
        assert printed in script
        script = script.replace(printed, smaller)
    (tmp_path / "part.py").write_text(script, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SLURM_ARRAY_TASK_ID": "1"}
    done = subprocess.run([sys.executable, "part.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    worlds = load_results(tmp_path / "veto-0001").world_numbers()
    assert (worlds.min(), worlds.max(), worlds.size) == (1100, 2199, 1100)
