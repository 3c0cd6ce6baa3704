"""The interval of a mean: by resampling, and for many worlds what resampling tends to."""

from __future__ import annotations

import time

import numpy as np
import pytest

from sim.analysis import pairing
from sim.analysis.pairing import bootstrap, limit

WORLDS = 4096
RNG = np.random.default_rng(7)
CASES = {
    "normal": RNG.normal(0.1, 1.0, WORLDS),
    "skewed": RNG.exponential(1.0, WORLDS) ** 2,
    "mostly alike": np.where(RNG.random(WORLDS) < 0.2, RNG.normal(0.5, 0.1, WORLDS), 0.0),
    "yes and no": (RNG.random(WORLDS) < 0.3).astype(float),
    "float32": RNG.normal(0.1, 1.0, WORLDS).astype(np.float32),
}


def resampled(values: np.ndarray, draws: int = 4000) -> tuple[float, float]:
    return pairing._resampled(values, np.full(values.size, 1.0 / values.size), values.size, draws)


@pytest.mark.parametrize("case", CASES)
def test_many_worlds_get_the_interval_that_resampling_would_give(case: str) -> None:
    """Both ends agree within a twentieth of the interval's width: as well as two bootstraps with other draws."""
    values = CASES[case]
    found, wanted = bootstrap(values), resampled(values)
    assert found == limit(values)
    assert np.allclose(found, wanted, atol=0.05 * (wanted[1] - wanted[0]))


def test_where_a_few_worlds_decide_they_are_still_resampled() -> None:
    """Three worlds of many: that none of them is drawn is possible, and the interval begins at nothing."""
    values = np.zeros(10_000)
    values[[5, 50, 500]] = (0.4, 0.5, 0.6)
    low, high = bootstrap(values)
    assert low == 0.0
    assert limit(values)[0] != 0.0
    assert high == pytest.approx(resampled(values)[1], rel=0.1)


def test_up_to_two_thousand_worlds_are_resampled() -> None:
    values = CASES["skewed"][:2000]
    assert bootstrap(values) == resampled(values, 1000)


def test_what_never_differs_has_an_interval_of_no_width() -> None:
    assert bootstrap(np.full(5000, 0.25)) == pytest.approx((0.25, 0.25))


def test_it_holds_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    held = [low <= 1.0 <= high for low, high in (bootstrap(rng.exponential(1.0, 2500)) for _ in range(1000))]
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)


def test_it_takes_no_time() -> None:
    values = RNG.normal(size=16_000)
    began = time.process_time()
    for _ in range(20):
        bootstrap(values)
    assert time.process_time() - began < 1.0  # resampling takes a second each
