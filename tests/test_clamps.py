"""Clamps of stocks: what they hold, what follows what is held, and that what they rule out is never told as an event."""

from __future__ import annotations

import numpy as np
import pytest

from sim.catalogue import STATES, catalogue
from sim.mechanisms.accession import CLOSING, MEMBER, NEGOTIATING
from sim.recorder import Recording
from tests.helpers import plan_of, record

XKX, SRB = STATES.index("XKX"), STATES.index("SRB")


def played(levers: dict, end: str = "2026Q4") -> Recording:
    return record(plan_of(levers=levers, end=end))


def stages(recording: Recording) -> np.ndarray:
    return recording.states[recording.state_names.index("accession_stage")]


def told(recording: Recording, *names: str) -> set[str]:
    return {o.event for o in recording.occurrences if o.event.startswith(names)}


def same(a: Recording, b: Recording) -> bool:
    events = [[(o.quarter, o.event, o.because, o.worlds.tobytes()) for o in r.occurrences] for r in (a, b)]
    return a.states.tobytes() == b.states.tobytes() and a.region.tobytes() == b.region.tobytes() and events[0] == events[1]


@pytest.mark.parametrize(("held", "stage"), [(1, MEMBER), (0.99, CLOSING), (0.5, NEGOTIATING), (0, 0)])
def test_the_stage_follows_progress_that_is_held_even_kosovos(held: float, stage: int) -> None:
    recording = played({"clamp.accession": held})
    assert (stages(recording) == stage).all()
    assert not told(recording, "accession_step", "membership")


def test_a_member_by_clamp_puts_no_step_that_could_be_blocked() -> None:
    recording = played({"clamp.SRB.accession": 1})
    assert (stages(recording)[:, SRB] == MEMBER).all()
    assert (stages(recording)[:, XKX] == 0).all()  # free rows go on as before
    assert not told(recording, "veto.SRB")


@pytest.mark.parametrize("levers", [{}, {"eu.kosovo_recognition": {"2024Q1": "united", "2025Q3": "split"}}, {"initial.SRB.accession": 0.9}])
def test_a_clamp_to_the_runs_own_path_changes_nothing_not_even_an_event(levers: dict) -> None:
    held = {f"clamp.{name}": "baseline" for name in ("accession", "crisis", "kosovo_serbia.crisis", "nato_progress", "kfor.strength")}
    assert same(played(levers, "2027Q4"), played(levers | held, "2027Q4"))


def test_a_clamp_of_any_signal_to_the_runs_own_path_changes_nothing_whether_its_room_is_on_or_off() -> None:
    known = catalogue()
    outcomes = {**known.state_outcomes, **known.region_outcomes}
    signals = {name: variable.room for name, variable in outcomes.items() if variable.kind in ("signal", "decision")}
    assert len(signals) > 5
    for name, room in signals.items():
        for rooms in ({}, {f"mechanisms.{room}": False}):
            assert same(played(rooms, "2024Q4"), played({**rooms, f"clamp.{name}": "baseline"}, "2024Q4")), (name, rooms)


def test_progress_held_on_another_runs_path_keeps_stage_and_progress_together() -> None:
    recording = played({"clamp.accession": "baseline", "eu.veto_propensity": 0, "eu.accession_pace": 3}, "2034Q4")
    progress = recording.states[recording.state_names.index("accession")]
    assert ((progress == 1) == (stages(recording) == MEMBER)).all()


@pytest.mark.parametrize(
    ("levers", "silent"),
    [
        ({"clamp.crisis": 0, "force.crisis.BIH": "2025Q1", "force.secession": "2025Q2"}, ("crisis.BIH", "crisis.SRB", "crisis.XKX")),
        ({"clamp.republika_srpska.seceded": 0, "force.secession": "2025Q1"}, ("secession",)),
        ({"clamp.kosovo_serbia.crisis": 0, "force.crisis.kosovo_serbia": "2025Q1"}, ("crisis.kosovo_serbia",)),
        ({"clamp.kfor.strength": 0, "clamp.eufor.strength": 0}, ("deployment",)),
        ({"clamp.kfor.strength": 20, "force.us_withdrawal": "2025Q1"}, ("deployment.kfor",)),
    ],
)
def test_what_a_clamp_rules_out_is_not_told(levers: dict, silent: tuple[str, ...]) -> None:
    free = {name: value for name, value in levers.items() if not name.startswith("clamp.")}
    assert not told(played(levers), *silent)
    assert told(played(free, "2034Q4"), *silent)


def test_a_state_that_a_clamp_keeps_outside_joins_no_alliance() -> None:
    ready = {"nato.open_door": ["BIH"], "republika_srpska.nato_veto": False, "clamp.readiness": 1}
    assert told(played(ready | {"initial.BIH.nato_progress": 0.97}), "nato_membership.BIH")
    assert not told(played(ready | {"clamp.BIH.nato_progress": 0.97}), "nato_membership.BIH")


def test_kosovos_crisis_does_not_follow_a_crisis_that_a_clamp_rules_out() -> None:
    forced = {"force.crisis.kosovo_serbia": "2025Q1"}
    followed = [played(forced | held).occurrences for held in ({}, {"clamp.kosovo_serbia.crisis": 0})]
    found = [{o.event for o in told if o.because == "the crisis in the dialogue"} for told in followed]
    assert found == [{"crisis.XKX", "crisis.SRB"}, set()]
