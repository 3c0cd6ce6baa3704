"""The scores are proper and right: closed forms, limits, weights."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.hindcast.proper import bootstrap_interval, covered, crps_of_normal, crps_of_sample, quantile

ONES = np.ones(200_001)
NORMAL = np.sort(np.random.default_rng(0).standard_normal(200_001))


@pytest.mark.parametrize("observed", [-2.0, -0.3, 0.0, 1.7])
def test_a_large_sample_scores_as_its_normal(observed):
    assert crps_of_sample(NORMAL, ONES, observed) == pytest.approx(crps_of_normal(0, 1, observed), abs=0.01)


def test_a_point_forecast_scores_its_absolute_error():
    assert crps_of_normal(3.0, 0.0, 5.0) == 2.0
    assert crps_of_sample(np.full(7, 3.0), np.ones(7), 5.0) == pytest.approx(2.0)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=6), st.floats(-6, 6))
def test_weights_count_as_repetitions_and_the_definition_holds(values, observed):
    x = np.array(values)
    w = np.arange(1, x.size + 1)
    repeated = np.repeat(x, w)
    direct = np.abs(repeated - observed).mean() - 0.5 * np.abs(repeated[:, None] - repeated[None]).mean()
    assert crps_of_sample(x, w.astype(float), observed) == pytest.approx(direct, abs=1e-9)


def test_telling_the_truth_scores_best():
    def expected(mean, sd):
        return float(np.mean([crps_of_normal(mean, sd, y) for y in NORMAL[::200]]))

    truth = expected(0, 1)
    assert all(truth < expected(*lie) for lie in [(0.3, 1), (0, 0.6), (0, 1.6), (0, 0)])


def test_intervals_hold_what_they_say():
    inside = np.mean([covered(NORMAL[::40], np.ones(NORMAL[::40].size), y, 0.9) for y in NORMAL[::100]])
    assert inside == pytest.approx(0.9, abs=0.02)
    assert quantile(np.array([1.0, 2.0, 10.0]), np.array([1.0, 1.0, 0.0]), 0.999) <= 2.0


def test_blocks_that_err_together_widen_the_interval():
    together = [[True] * 4] * 6 + [[False] * 4] * 2
    apart = [[True, True, True, False]] * 8
    wide, narrow = (np.diff(bootstrap_interval(h, 1))[0] for h in (together, apart))
    assert wide > narrow == 0.0
    assert all(math.isnan(v) for v in bootstrap_interval([], 1))
