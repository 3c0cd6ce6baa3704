"""Whatever the page of coverage says has a place in the model has one."""

from __future__ import annotations

import re

import pytest

from sim.actors import CAST
from sim.catalogue import MEMBERS, catalogue
from sim.data.reading import FOLDER
from sim.scenario import load_scenario
from tests.docs.pages import DOCS

TEXT = (DOCS / "model" / "coverage.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`([^`\n]+)`", TEXT)))


def has_a_place(name):
    kinds = catalogue()
    return (
        name in kinds.levers.keys() | kinds.state_outcomes.keys() | kinds.region_outcomes.keys() | CAST.keys() | set(kinds.rooms)
        or (name.startswith("force.") and name.removeprefix("force.") in kinds.events)
        or (name.endswith(".csv") and (FOLDER / name).is_file())
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_a_place(name):
    assert has_a_place(name) or load_scenario(name)


def test_every_lever_and_every_actor_but_the_members_is_there():
    assert set(catalogue().levers) - set(NAMES) == set()
    assert set(CAST) - set(MEMBERS) - set(NAMES) == set()


def test_what_is_not_there_is_not_said_to_be():
    assert not has_a_place("osce")
    assert not has_a_place("force.war")
