"""`.ci/run` carries out the README's own command, which is the one that CONTRIBUTING gives."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.docs.pages import ROOT


def command_of(folder):
    """What `.ci/run --command` leaves: exit code, stdout, stderr."""
    done = subprocess.run(["bash", str(folder / ".ci" / "run"), "--command"], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout.strip(), done.stderr


def test_the_readmes_command_is_found_and_is_that_of_contributing():
    code, command, said = command_of(ROOT)
    assert code == 0, said
    *setting_up, tests = command.split(" && ")
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Setting up and checking", 1)[1]
    fence = re.search(r"^```\w*\n(.*?)^```$", contributing, re.S | re.M)
    assert fence
    assert fence[1].splitlines() == [" && ".join(setting_up), ".ci/run"]
    assert tests == ".venv/bin/pytest -q"


@pytest.mark.parametrize(
    ("readme", "code", "command"),
    [
        ("text\n<!-- tests -->\n```\none && two\n```\nmore\n```\nother\n```\n", 0, "one && two"),
        ("<!-- tests -->\n```sh\none\ntwo\n```\n", 0, "one\ntwo"),
        ("```\none\n```\n", 1, ""),
        ("<!-- tests -->\nno fence\n", 1, ""),
    ],
)
def test_any_fence_will_do_and_none_is_told(tmp_path, readme, code, command):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    (tmp_path / "README.md").write_text(readme, encoding="utf-8")
    found = command_of(tmp_path)
    assert found[:2] == (code, command)
    assert ("no fenced command" in found[2]) == (code == 1)
