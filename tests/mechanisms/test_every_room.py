"""Every room: declared reads and writes, sources, bounds, an off state; the schedule names verbs that exist."""

from dataclasses import replace

import numpy as np
import pytest

from sim import schedule
from sim.catalogue import catalogue
from sim.mechanisms import ROOMS
from sim.world import World
from tests.helpers import assert_in_range, plan_of, record, stocks
from tests.mechanisms.battery import watched

KINDS = catalogue()


@pytest.fixture(scope="module")
def notes():
    eventful = {
        "force.crisis.BIH": "2024Q3",
        "force.crisis.kosovo_serbia": "2024Q4",
        "force.turnover.SRB": "2024Q2",
        "force.veto.MKD": "2024Q2",
    }
    return watched(plan_of("enlargement_veto", levers=eventful), 8)


def _covers(declared, names):
    patterns = {d.removesuffix("*") for d in declared if d.endswith("*")}
    return {n for n in names if n not in declared and not any(n.startswith(p) for p in patterns)}


@pytest.mark.parametrize("room", sorted(ROOMS))
class TestRoom:
    def test_reads_and_writes_only_what_it_declares(self, room, notes):
        module, seen = ROOMS[room], notes[room]
        assert not _covers(getattr(module, "READS", ()), seen["reads"])
        assert not _covers(getattr(module, "BOOKS", ()), seen["books"])
        assert not _covers(getattr(module, "SIGNALS", ()), seen["signals"])

    def test_declares_nothing_that_does_not_exist(self, room, notes):
        module = ROOMS[room]
        for name in (*getattr(module, "READS", ()), *getattr(module, "BOOKS", ()), *getattr(module, "SIGNALS", ())):
            assert name.endswith("*") or name in KINDS.variables, name

    def test_publishes_its_own_signals_only(self, room, notes):
        for name in getattr(ROOMS[room], "SIGNALS", ()):
            assert KINDS.variables[name].room == room

    def test_says_claim_equation_sources_doubts(self, room, notes):
        text = ROOMS[room].__doc__ or ""
        for heading in ("Claim", "Equation", "Sources", "Doubts"):
            assert heading in text, heading

    def test_has_sourced_parameters_and_at_most_a_screen_or_two(self, room, notes):
        assert [p for p in KINDS.parameters.values() if p.room == room]

    def test_off_changes_nothing_of_its_own(self, room, notes):
        plan = replace(plan_of(end="2025Q4"), mechanisms=dict.fromkeys(KINDS.rooms, False) | {room: False})
        world = World(plan, 1, [0])
        before = stocks(world)
        for _ in range(world.quarters):
            world.step()
        assert all(np.array_equal(before[n], a) for n, a in stocks(world).items())

    def test_runs_alone(self, room, notes):
        plan = replace(plan_of(end="2026Q4"), mechanisms={r: r == room for r in KINDS.rooms})
        recording = record(plan)
        assert np.isfinite(recording.states).all()
        assert np.isfinite(recording.region).all()


def test_every_line_of_the_schedule_is_played():
    for entry in (*schedule.QUARTER, *schedule.AFTERWARDS):
        if entry.room:
            assert callable(getattr(ROOMS[entry.room], entry.verb, None)), f"{entry.verb}({entry.room})"


def test_every_room_stands_in_the_schedule():
    assert {e.room for e in schedule.QUARTER if e.room} == set(KINDS.rooms) == set(ROOMS)


def test_every_variable_has_an_owner_that_moves_it(notes):
    booked = set().union(*(n["books"] for n in notes.values()))
    published = set().union(*(n["signals"] for n in notes.values()))
    for variable in KINDS.variables.values():
        if variable.kind == "signal":
            assert variable.name in published, variable.name
        if variable.kind == "stock":
            declared = set().union(*(getattr(m, "BOOKS", ()) for m in ROOMS.values()))
            assert variable.name in booked | declared, variable.name


@pytest.mark.parametrize("scenario", ["enlargement_veto", "us_transactional"])
def test_everything_stays_finite_and_in_range(scenario):
    """As in the baseline: see `tests/test_edges.py`."""
    assert_in_range(record(plan_of(scenario), 128))
