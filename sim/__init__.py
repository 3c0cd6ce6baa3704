"""balkansim: what may become of the Western Balkans, and why, in thousands of paired worlds.

Notebooks need nothing deeper than `from sim import load_scenario, load_results, run, compare, explain`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.analysis.compare import compare
    from sim.analysis.explain import explain
    from sim.errors import Notice
    from sim.results import Results, load_results
    from sim.running import run
    from sim.scenario import Scenario, load_scenario

__version__ = "0.1.0"

_HOME = {
    "Notice": "sim.errors",
    "Results": "sim.results",
    "Scenario": "sim.scenario",
    "compare": "sim.analysis.compare",
    "explain": "sim.analysis.explain",
    "load_results": "sim.results",
    "load_scenario": "sim.scenario",
    "run": "sim.running",
}

__all__ = ["Notice", "Results", "Scenario", "__version__", "compare", "explain", "load_results", "load_scenario", "run"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the command line answers quickly, notebooks see one flat module."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'sim' has no attribute '{name}'")
