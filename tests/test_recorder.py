"""What a run keeps: the wanted worlds, in float32, and nothing that is not a number."""

import numpy as np
import pytest

from sim.errors import ModelError
from sim.recorder import Recorder
from sim.world import World
from tests.helpers import plan_of

ALL = np.arange(64)


@pytest.fixture
def recorder():
    world = World(plan_of(end="2024Q3"), 1, [2])
    recorder = Recorder(world)
    for _ in range(world.quarters):
        world.step()
        recorder.take()
    return recorder


def test_the_wanted_worlds_are_kept_under_their_own_numbers(recorder):
    whole, some = recorder.finish(ALL), recorder.finish(np.array([3, 60]))
    assert whole.worlds.tolist() == list(range(128, 192))
    assert some.worlds.tolist() == [131, 188]
    assert some.states.dtype == np.float32
    assert np.array_equal(some.states, whole.states[..., [3, 60]])
    assert np.array_equal(some.region, whole.region[..., [3, 60]])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_with_its_name_and_quarter(recorder, value):
    recorder.states[recorder.state_names.index("democracy"), 1, 2, 17] = value  # in the middle, and gone again at the end
    with pytest.raises(ModelError, match=r"not a finite number: democracy \(first in 2024Q2\)$"):
        recorder.finish(ALL)


def test_the_regions_outcomes_are_looked_at_too(recorder):
    recorder.region[recorder.region_names.index("western_leverage"), 0, 5] = np.nan
    with pytest.raises(ModelError, match=r"western_leverage \(first in 2024Q1\)"):
        recorder.finish(ALL)
