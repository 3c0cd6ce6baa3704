"""Small runs that the tests of figures share."""

from __future__ import annotations

import pytest

from sim import load_scenario, run
from sim.results import Results


@pytest.fixture(scope="session")
def baseline() -> Results:
    return run(load_scenario("baseline"), 20)


@pytest.fixture(scope="session")
def vetoes() -> Results:
    return run(load_scenario("enlargement_veto"), 20)


@pytest.fixture(scope="session")
def short() -> Results:
    """One world and one quarter."""
    from sim.scenario import Scenario

    return run(Scenario.from_text("{name: short, extends: baseline, start: 2024Q1, end: 2024Q1}"), 1)
