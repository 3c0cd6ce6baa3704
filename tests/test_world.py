"""A world is the same world everywhere; nothing a scenario does moves anybody else's draws."""

import gc
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from sim import run
from sim.actors import CAST, Kosovo
from sim.catalogue import STATES, catalogue
from sim.errors import InputError, ModelError
from sim.mechanisms import ROOMS
from sim.quarters import index
from sim.randomness import Draw
from sim.world import World
from tests.helpers import assert_same, plan_of, record, worlds_of

SHORT = "2026Q4"


@pytest.fixture(scope="module")
def whole():
    return record(plan_of("us_election_2024", SHORT), 256)


@pytest.mark.parametrize("wanted", [[3], [77], [64, 200], [0, 63, 255], list(range(100, 140))])
def test_worlds_are_the_same_alone_and_in_any_subset(whole, wanted):
    some = record(plan_of("us_election_2024", SHORT), wanted)
    for x, y in zip(worlds_of(whole, wanted), (some.states, some.region), strict=True):
        assert x.tobytes() == y.tobytes()


def test_a_later_end_changes_nothing_before_it():
    short, long = record(plan_of(end="2025Q2")), record(plan_of(end="2027Q3"))
    assert short.states.tobytes() == np.ascontiguousarray(long.states[:, : short.quarters]).tobytes()


def test_a_lever_changes_nothing_before_its_date():
    plain = record(plan_of(end=SHORT))
    dated = record(plan_of(end=SHORT, levers={"eu.veto_propensity": {"2024Q1": 1, "2025Q3": 3}}))
    assert plain.states[:, :6].tobytes() == dated.states[:, :6].tobytes()


def _draws(plan, actors=None):
    world = World(plan, 1, [0], actors=actors)
    seen = {}
    for _ in range(6):
        world.step()
        for name in world.streams._streams:
            seen.setdefault(name, []).append(world.streams[name].copy())
    return {k: np.array(v) for k, v in seen.items()}


class LoudKosovo(Kosovo):
    """Brings a stream of its own."""

    DRAWS = {**Kosovo.DRAWS, "mood": Draw("uniform", (2,))}

    def decide(self):
        super().decide()
        self.reform_effort = self.draw("mood")[1]


def test_rooms_actors_and_policies_move_no_draw_of_anyone_else():
    plan = plan_of(end=SHORT)
    usual = _draws(plan)
    for other, actors in (
        (replace(plan, mechanisms={"democracy": False}), None),
        (plan_of(end=SHORT, levers={"eu.council_rule": "qualified_majority", "powers.active": []}), None),
        (plan, {"XKX": LoudKosovo}),
    ):
        there = _draws(other, actors)
        for name in usual.keys() & there.keys():
            assert np.array_equal(usual[name], there[name]), name
    assert "XKX.mood" in _draws(plan, {"XKX": LoudKosovo})


def test_a_users_actor_takes_its_place():
    class Tireless(Kosovo):
        def decide(self):
            super().decide()
            self.reform_effort = 1.0

    mine = record(plan_of(end=SHORT), actors=(("XKX", Tireless),))
    effort = mine.states[mine.state_names.index("reform_effort")]
    assert (effort[:, STATES.index("XKX")] == 1.0).all()
    assert not (effort[:, STATES.index("ALB")] == 1.0).any()


def test_a_users_actor_travels_to_workers_or_is_refused():
    class Tireless(Kosovo):
        def decide(self):
            super().decide()
            self.reform_effort = 1.0

    with pytest.raises(InputError, match="nearest: XKX"):
        run("baseline", 64, actors={"XKK": Tireless})
    with pytest.raises(InputError, match="derived from Serbia"):
        run("baseline", 64, actors={"SRB": dict})


@pytest.mark.slow
def test_two_workers_give_the_same_tables():
    class Tireless(Kosovo):
        def decide(self):
            super().decide()
            self.reform_effort = 1.0

    one = run("us_election_2024", 2500, levers={}, actors={"XKX": Tireless})
    two = run("us_election_2024", 2500, levers={}, actors={"XKX": Tireless}, workers=2)
    assert one.states.equals(two.states)
    assert one.region.equals(two.region)
    assert one.events.equals(two.events)
    assert one.worlds.equals(two.worlds)


def test_an_actor_must_decide_everything_due():
    class Idle(Kosovo):
        def decide(self):
            self.reform_effort = 0.5

    with pytest.raises(ModelError, match="XKX did not decide assent_china"):
        record(plan_of(end="2024Q1"), actors=(("XKX", Idle),))


def test_reading_too_early_and_unknown_names_say_so():
    world = World(plan_of(end="2024Q2"), 1, [0])
    with pytest.raises(ModelError, match="read before it is computed"):
        _ = world.states.vetoed
    with pytest.raises(ModelError, match=r"nearest: states\.democracy"):
        _ = world.states.democrcy
    with pytest.raises(ValueError, match="read-only"):
        world.states.democracy[0] = 1.0


def test_agents_are_mesa_agents_of_their_own_kind():
    world = World(plan_of(end="2024Q1"), 1, [0])
    assert len(world.agents) == len(CAST) == 40
    assert {type(a) for a in world.agents} == set(CAST.values())


def test_initial_and_clamp_take_hold():
    plan = replace(plan_of(end="2024Q4"), initial={"SRB.democracy": 0.3}, clamps={"MNE.stability": 0.9})
    world = World(plan, 1, [0])
    assert (world.states.democracy[STATES.index("SRB")] == 0.3).all()
    recording = record(plan)
    stability = recording.states[recording.state_names.index("stability")]
    assert np.allclose(stability[:, STATES.index("MNE")], 0.9)


def test_clamping_to_the_baseline_gives_the_baseline_path():
    plain = record(plan_of(end=SHORT))
    plan = plan_of(end=SHORT, levers={"clamp.eu_alignment": "baseline", "eu.tolerance_of_autocracy": 1.0})
    held = record(plan, baseline=plan_of(end=SHORT))
    i = plain.state_names.index("eu_alignment")
    assert held.states[i].tobytes() == plain.states[i].tobytes()


def test_everything_off_moves_nothing():
    plan = replace(plan_of(end="2026Q1"), mechanisms=dict.fromkeys(catalogue().rooms, False))
    recording = record(plan)
    assert (recording.states == recording.states[:, :1]).all()
    assert (recording.region == recording.region[:, :1]).all()
    assert not recording.occurrences


def without(room, levers=None):
    """Until the middle of 2025, with a room off and these levers."""
    return record(replace(plan_of(end="2025Q2", levers=levers), mechanisms={room: False}))


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_levers_of_a_room_that_is_off_change_nothing(room):
    assert_same(without(room), without(room, {v.name: _end_of(v) for v in catalogue().levers.values() if v.room == room}))


@pytest.mark.slow
@pytest.mark.parametrize("room", sorted(ROOMS))
def test_no_single_lever_of_a_room_that_is_off_changes_anything(room):
    plain = without(room)
    for lever in (v for v in catalogue().levers.values() if v.room == room):
        assert_same(plain, without(room, {lever.name: _end_of(lever)}))


def _end_of(lever):
    """A value other than the default."""
    if lever.kind == "number":
        return lever.range[1]
    if lever.kind == "flag":
        return not lever.default
    if lever.kind == "choice":
        return next(v for v in reversed(lever.values) if v != lever.default)
    return [v for v in lever.values if v not in lever.default]


def test_start_is_a_quarter():
    assert index("2024Q1") == plan_of().start


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("fails", [False, True])
def test_the_collector_waits_while_worlds_are_played_and_is_then_as_before(enabled, fails):
    seen = set()

    class Watching(Kosovo):
        def reform(self):
            seen.add(gc.isenabled())
            return None if fails else super().reform()

    was = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with pytest.raises(ModelError) if fails else nullcontext():
            record(plan_of(end="2024Q2"), actors=(("XKX", Watching),))
        assert (seen, gc.isenabled()) == ({False}, enabled)
    finally:
        (gc.enable if was else gc.disable)()
