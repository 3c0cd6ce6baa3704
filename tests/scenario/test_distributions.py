import numpy as np
import pytest
from scipy import stats

from sim.errors import DataError
from sim.scenario.distributions import beta_cdf, beta_quantile, distribution_of, normal_quantile, quantile

DRAWS = np.concatenate([np.random.default_rng(7).random(2000) * (1 - 2e-6) + 1e-6, [1e-6, 0.075, 0.5, 0.925, 1 - 1e-6]])
WIDE = (-100.0, 100.0)


def drawn(u=DRAWS, bounds=WIDE, **entry):
    return quantile(distribution_of(entry, bounds), u)


def test_the_normal_quantile_is_exact_to_rounding():
    draws = np.concatenate([DRAWS, 10.0 ** -np.arange(7, 15), 1 - 10.0 ** -np.arange(7, 15)])
    np.testing.assert_allclose(normal_quantile(draws), stats.norm.ppf(draws), rtol=2e-15, atol=2e-16)


@pytest.mark.parametrize(("a", "b"), [(0.1, 0.1), (0.5, 0.5), (1, 1), (2, 5), (5, 2), (0.3, 20), (50, 2), (300, 700), (1000, 0.1)])
def test_beta_agrees_with_scipy(a, b):
    np.testing.assert_allclose(beta_quantile(a, b, DRAWS), stats.beta.ppf(DRAWS, a, b), atol=1e-9)
    np.testing.assert_allclose(beta_cdf(a, b, DRAWS), stats.beta.cdf(DRAWS, a, b), atol=1e-11)


@pytest.mark.parametrize(
    ("entry", "reference"),
    [
        ({"distribution": "uniform", "low": -2.0, "high": 3.0}, stats.uniform(-2, 5)),
        ({"distribution": "normal", "mean": 1.0, "sd": 0.5}, stats.norm(1, 0.5)),
        ({"distribution": "lognormal", "median": 0.5, "sigma": 0.7}, stats.lognorm(0.7, scale=0.5)),
        ({"distribution": "triangular", "low": 1.0, "mode": 2.0, "high": 5.0}, stats.triang(0.25, 1, 4)),
        ({"distribution": "triangular", "low": 1.0, "mode": 1.0, "high": 5.0}, stats.triang(0, 1, 4)),
        ({"distribution": "triangular", "low": 1.0, "mode": 5.0, "high": 5.0}, stats.triang(1, 1, 4)),
        ({"distribution": "beta", "a": 2.0, "b": 3.0}, stats.beta(2, 3)),
        ({"distribution": "beta", "a": 2.0, "b": 3.0, "low": 1.0, "high": 4.0}, stats.beta(2, 3, 1, 3)),
    ],
)
def test_quantiles_agree_with_scipy(entry, reference):
    np.testing.assert_allclose(drawn(**entry), reference.ppf(DRAWS), atol=1e-9)


def test_choice_draws_by_weight_and_constant_does_not_vary():
    u = np.array([0.0, 0.1, 0.25, 0.5, 0.999, 1.0])
    assert drawn(u, distribution="choice", values=[1.0, 2.0], weights=[1.0, 3.0]).tolist() == [1, 1, 2, 2, 2, 2]
    assert drawn(u, distribution="choice", values=[1.0, 2.0]).tolist() == [1, 1, 1, 2, 2, 2]
    assert drawn(u, distribution="choice", values=[5.0, 6.0], weights=[0.0, 1.0]).tolist() == [6] * 6
    assert drawn(u, distribution="constant", value=0.3).tolist() == [0.3] * 6


def test_draws_are_clipped_to_the_bounds_and_to_what_the_entry_says():
    values = drawn(bounds=(0.0, 1.0), distribution="normal", mean=0.5, sd=5.0)
    assert values.min() == 0.0
    assert values.max() == 1.0
    values = drawn(bounds=(0.0, 1.0), distribution="normal", mean=0.5, sd=5.0, low=0.4, high=0.6)
    assert (values.min(), values.max()) == (0.4, 0.6)


@pytest.mark.parametrize("u", [0.0, 1.0])
def test_the_ends_of_the_unit_interval_give_finite_values(u):
    ends = np.array([u])
    assert np.isfinite(normal_quantile(ends)).all()
    assert np.isfinite(beta_quantile(0.1, 3.0, ends)).all()


@pytest.mark.parametrize("make", [normal_quantile, lambda u: beta_quantile(0.4, 3.0, u), lambda u: beta_quantile(2.0, 5.0, u)])
def test_a_world_has_the_same_value_whatever_its_neighbours(make):
    whole = make(DRAWS)
    for start, stop in ((0, 1), (5, 69), (64, 128), (1999, 2005)):
        assert (make(DRAWS[start:stop]) == whole[start:stop]).all()
    assert (make(DRAWS[:2000].reshape(4, 500)).ravel() == whole[:2000]).all()


def test_quantiles_rise_with_the_draw():
    u = np.sort(DRAWS)
    for entry in (
        {"distribution": "beta", "a": 0.3, "b": 0.4},
        {"distribution": "normal", "mean": 0.0, "sd": 1.0},
        {"distribution": "triangular", "low": 0.0, "mode": 0.2, "high": 1.0},
    ):
        assert (np.diff(drawn(u, **entry)) >= -1e-12).all()


def test_an_incomplete_or_unknown_distribution_is_an_error_of_the_data():
    with pytest.raises(DataError, match="lacks high"):
        distribution_of({"distribution": "uniform", "low": 0.0}, WIDE)
    with pytest.raises(DataError, match="unknown distribution"):
        distribution_of({"distribution": "cauchy"}, WIDE)
