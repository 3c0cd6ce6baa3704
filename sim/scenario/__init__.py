"""Scenarios: what a modeller writes, checked, inherited and turned into the plan that the engine plays."""

from sim.scenario.findings import Finding
from sim.scenario.folders import shipped_folder, shipped_names
from sim.scenario.plan import Plan
from sim.scenario.scenario import Scenario, check, load_scenario
from sim.scenario.schema import schema
from sim.scenario.template import new_text
from sim.scenario.text import plain_settings, value_of

__all__ = [
    "Finding",
    "Plan",
    "Scenario",
    "check",
    "load_scenario",
    "new_text",
    "plain_settings",
    "schema",
    "shipped_folder",
    "shipped_names",
    "value_of",
]
