"""Conditioning gives the textbook answer where there is one."""

import numpy as np
import pytest

from sim.hindcast.conditioning import condition, few_kept, nearest

WIDE = (-100.0, 100.0)


@pytest.fixture(scope="module")
def walks():
    steps = np.random.default_rng(3).standard_normal((8, 20_000))
    return np.cumsum(steps, axis=0)


def test_a_random_walk_goes_on_from_where_it_was_seen(walks):
    found = condition(walks[:4], np.array([0.5, 1.0, 2.0, 2.5]), walks[4:], WIDE)
    mean = (found.values * found.weights).sum(axis=1) / found.weights.sum()
    spread = np.sqrt((found.weights * (found.values - mean[:, None]) ** 2).sum(axis=1) / found.weights.sum())
    assert mean == pytest.approx([2.5] * 4, abs=0.1)
    assert spread == pytest.approx(np.sqrt([1, 2, 3, 4]), abs=0.12)


def test_it_reaches_records_that_no_world_has(walks):
    found = condition(walks[:4], np.array([5.0, 7.0, 9.0, 11.0]), walks[4:], WIDE)
    assert np.average(found.values[0], weights=found.weights) == pytest.approx(11.0, abs=0.4)


def test_nothing_known_changes_nothing_and_bounds_hold(walks):
    free = condition(walks[:0], np.empty(0), walks[4:], WIDE)
    assert np.array_equal(free.values, walks[4:])
    assert condition(walks[:4], np.array([5.0, 7.0, 9.0, 11.0]), walks[4:], (0.0, 10.0)).values.max() == 10.0


def test_what_hardly_varies_does_no_harm(walks):
    flat = np.zeros((2, walks.shape[1]))
    found = condition(np.concatenate([flat, walks[3:4]]), np.array([0.0, 0.0, 1.0]), walks[4:], WIDE)
    assert np.isfinite(found.values).all()
    assert np.average(found.values[0], weights=found.weights) == pytest.approx(1.0, abs=0.15)


def test_the_nearest_are_the_nearest(walks):
    chosen, weights = nearest(walks[:1], np.array([0.0]), kept=0.1)
    assert chosen.size == 2000
    assert np.abs(walks[0, chosen]).max() <= np.sort(np.abs(walks[0]))[2000]
    assert weights[0] == weights.max()


def test_a_run_that_keeps_few_worlds_is_told_how_many_to_ask_for(walks):
    kept = nearest(walks[:4, :300], np.zeros(4))[0].size
    assert few_kept(300).startswith(f"conditioning on the record keeps the nearest {kept} of 300 worlds")
    assert few_kept(300).endswith("ask for 1,000 worlds or more")
    assert few_kept(999)
    assert not few_kept(1000)
