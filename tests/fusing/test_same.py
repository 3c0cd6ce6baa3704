"""Fused and plain agree to the last bit, whatever is switched, moved, forced or brought along."""

from collections import Counter
from dataclasses import replace
from functools import wraps

import pytest

from sim import fusing, load_scenario
from sim.actors import BalkanState
from sim.levers import LeverView
from sim.mechanisms import ROOMS
from sim.scenario import shipped_names
from tests.helpers import plan_of, record, world_of

pytestmark = pytest.mark.skipif(not fusing.AVAILABLE, reason="the compiled part was not built")

WORLDS = 192


def told(recording):
    return [(o.quarter, o.event, o.target, o.actor, o.because, o.worlds.tolist()) for o in recording.occurrences]


def both(plan, monkeypatch, **more):
    """The same worlds with tapes and without."""
    fused = record(plan, WORLDS, **more)
    with monkeypatch.context() as patched:
        patched.setattr(fusing, "AVAILABLE", False)
        plain = record(plan, WORLDS, **more)
    return fused, plain


def assert_same(plan, monkeypatch, **more):
    fused, plain = both(plan, monkeypatch, **more)
    wrong = [name for i, name in enumerate(plain.state_names) if fused.states[i].tobytes() != plain.states[i].tobytes()]
    wrong += [name for i, name in enumerate(plain.region_names) if fused.region[i].tobytes() != plain.region[i].tobytes()]
    assert not wrong
    assert told(fused) == told(plain)


COURSE = {"eu.entry_mode": "all_at_once", "nato.stationing": "permanent", "eu.kosovo_recognition": "united"}
FORCED = {"force.veto.MKD": "2024Q3", "force.crisis.BIH": "2024Q4", "force.us_withdrawal": "2025Q1", "force.turnover.SRB": "2024Q2"}
LEVERS = {
    "as it is": {},
    "levers that move": {
        "eu.distraction": {"2024Q1": 0.1, "2024Q4": 0.9},
        "china.investment": {"2025Q1": 2.0},
        "eu.council_rule": {"2025Q2": "qualified_majority"},
        "states.SRB.alternation": {"2024Q3": 2.0},
    },
    "another course": COURSE,
    "forced": FORCED,
    "forced on another course": COURSE | FORCED | {"eu.council_rule": "staged", "us.deal_style": "ad_hoc"},
}


@pytest.mark.parametrize("levers", LEVERS.values(), ids=LEVERS)
def test_whatever_the_levers_do(levers, monkeypatch):
    assert_same(plan_of(levers=levers, end="2026Q4"), monkeypatch)


@pytest.mark.parametrize("off", [(), ("council",), ("transatlantic", "formats"), tuple(r for r in ROOMS if r != "stability"), tuple(ROOMS)])
def test_whichever_rooms_are_off(off, monkeypatch):
    plan = plan_of(end="2025Q4")
    assert_same(replace(plan, mechanisms=dict.fromkeys(off, False)), monkeypatch)
    assert_same(plan, monkeypatch)  # a tape that was recorded with a room off serves no other world


def test_parameters_fixed_and_drawn(monkeypatch):
    plan = plan_of(end="2025Q4")
    drawn = load_scenario("baseline").plan(levers={"parameters.council.settled": 0.1})
    assert_same(plan, monkeypatch)
    assert_same(replace(drawn, end=plan.end), monkeypatch)


class Wavering(BalkanState):
    """Decides by the contents of an array, and remembers: no tape could hold it."""

    waited = 0

    def reform(self):
        self.waited += 1
        return super().reform() * (0.5 if (self.democracy > 0.4).any() and self.waited % 2 else 2.0)


def test_an_actor_of_a_users_own(monkeypatch):
    assert_same(plan_of(end="2025Q4"), monkeypatch, actors=(("XKX", Wavering),))
    fused, _ = both(plan_of(end="2025Q4"), monkeypatch, actors=(("XKX", Wavering),))
    assert fused.states[list(fused.state_names).index("reform_effort")].max() <= 1.0  # still held within its range


def test_in_any_number_of_worlds():
    plan = plan_of(end="2024Q4")
    many = record(plan, 640)
    few = record(plan, range(64, 128))
    assert many.states[..., 64:128].tobytes() == few.states.tobytes()


def test_with_and_without_a_ledger():
    plan = plan_of(end="2025Q4")
    assert record(plan, WORLDS).states.tobytes() == record(plan, WORLDS, ledger=True).states.tobytes()


def test_every_fused_function_is_met():
    record(plan_of("b9plus_expansion", levers={"b9plus.members": ["ALB", "SRB"]}), 64)
    functions = [f for room in ROOMS.values() for f in vars(room).values() if hasattr(f, "programs")]
    assert len(functions) > 20
    assert not [f"{f.__module__}.{f.__name__}" for f in functions if not f.programs]


def test_a_run_takes_few_tapes_not_one_a_quarter():
    functions = [f for room in ROOMS.values() for f in vars(room).values() if hasattr(f, "programs")]
    for function in functions:
        function.programs.clear()
    record(plan_of(), 64)
    assert not {f.__qualname__: len(f.programs) for f in functions if len(f.programs) > 4}


def test_a_lever_that_moves_is_asked_in_every_quarter_however_it_is_read(monkeypatch):
    monkeypatch.setattr(LeverView, "times", lambda self, name, amount: self._now[name] * amount, raising=False)
    twice = fusing.fused(lambda w, levers: levers.times("eu.distraction", w.states.democracy) + levers["eu.distraction"])
    world = world_of({"eu.distraction": {"2024Q1": 0.1, "2024Q3": 0.9}})
    for _ in range(4):
        world.step()
        level = world.board.now["eu.distraction"]
        assert twice(world, world._views["credibility"]).tobytes() == (level * world.states.democracy + level).tobytes()


def test_levers_that_stand_still_are_asked_once(monkeypatch):
    asked = Counter()

    def counted(method):
        @wraps(method)
        def ask(self, *args):
            asked[method.__name__] += 1
            return method(self, *args)

        return ask

    plan = plan_of(end="2025Q4")
    record(plan, 64)  # whatever is to be recorded is recorded
    for name in ("chosen", "anywhere", "as_today"):
        monkeypatch.setattr(LeverView, name, counted(getattr(LeverView, name)))
    record(replace(plan, end=plan.start + 3), 64)
    for_a_year = asked.copy()
    asked.clear()
    record(plan, 64)
    assert asked == for_a_year != Counter()


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_names())
def test_every_scenario_and_policy(name, monkeypatch):
    scenario = load_scenario(name)
    for policy in (None, *scenario.policies):
        assert_same(scenario.plan(policy), monkeypatch)
