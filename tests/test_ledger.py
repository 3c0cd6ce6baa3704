"""The ledger closes: change = bookings + clipping + events + clamp, for every stock, agent, world and quarter."""

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.catalogue import catalogue
from sim.play import Task, play
from sim.quarters import index
from sim.world import World
from tests.helpers import plan_of, record, stocks

NUMBERS = [v for v in catalogue().levers.values() if v.kind == "number"]


def _closes(plan, seed):
    world = World(plan, seed, [0], ledger=True)
    before = stocks(world)
    for quarter in range(world.quarters):
        world.step()
        after = stocks(world)
        for name, was in before.items():
            booked = sum((v[quarter] for v in world.ledger.of(name).values()), np.zeros_like(was))
            assert np.allclose(after[name] - was, booked, rtol=0, atol=1e-12), (name, quarter)
        before = after


def test_it_closes_under_a_scenario_with_events_and_clamps():
    plan = plan_of(
        "enlargement_veto", "2026Q4", levers={"clamp.SRB.democracy": 0.5, "force.crisis.BIH": "2025Q1", "initial.eu.fatigue": 0.9}
    )
    _closes(plan, 1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_it_closes_for_any_levers_and_parameters(data):
    chosen = data.draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=6, unique_by=lambda v: v.name))
    levers = {v.name: data.draw(st.floats(*v.range)) for v in chosen}
    parameters = data.draw(st.lists(st.sampled_from(sorted(catalogue().parameters)), max_size=6, unique=True))
    for name in parameters:
        low, high = catalogue().parameters[name].range
        if np.isfinite([low, high]).all():
            levers[f"parameters.{name}"] = data.draw(st.floats(low, high))
    plan = replace(plan_of(levers=levers), end=index("2025Q2"))
    _closes(plan, data.draw(st.integers(0, 5)))


def test_recording_it_changes_no_outcome():
    plan = plan_of(end="2025Q4")
    assert record(plan).states.tobytes() == record(plan, ledger=True).states.tobytes()


def test_only_the_stocks_asked_for_are_recorded():
    kept = play(Task(plan_of(end="2024Q2"), 1, (0, 1), ledger=frozenset({"states.democracy"}))).ledger
    assert kept
    assert {stock for _, stock, _ in kept} == {"states.democracy"}
