"""Processes that work for a script: they know what it hands out, and do not read it again."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
print("read")
from sim import Scenario, run
from sim.actors import Kosovo

SHARE = 0.5


class MyKosovo(Kosovo):
    def reform(self):
        return SHARE * super().reform()


scenario = Scenario.from_text("extends: baseline\\nend: 2024Q2\\n", "short")
alone = run(scenario, worlds=2100, actors={"XKX": MyKosovo})
shared = run(scenario, worlds=2100, actors={"XKX": MyKosovo}, workers=2)
print(shared.states.equals(alone.states), shared.worlds.equals(alone.worlds))
"""


def test_a_script_without_a_guard_may_ask_for_workers(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["read", "True", "True"]), done.stderr
