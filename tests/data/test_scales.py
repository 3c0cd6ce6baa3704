"""Scales: each pair undoes itself, rises throughout, and stays in range."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.data import scales
from sim.data.figures import load_figures


@given(scale=st.sampled_from(scales.SCALES), place=st.floats(0, 1), other=st.floats(0, 1))
def test_round_trip_and_order(scale: scales.Scale, place: float, other: float) -> None:
    observed = scale.low + place * (scale.high - scale.low)
    second = scale.low + other * (scale.high - scale.low)
    assert scale.to_observed(scale.to_state(observed)) == pytest.approx(observed, abs=1e-9 * (scale.high - scale.low))
    if observed < second:
        assert scale.to_state(observed) <= scale.to_state(second)


@given(gdp=st.floats(1, 1e6), eu=st.floats(1, 1e6))
def test_prosperity_round_trip(gdp: float, eu: float) -> None:
    assert scales.gdp_from_prosperity(scales.prosperity_from_gdp(gdp, eu), eu) == pytest.approx(gdp)


@given(estimate=st.floats(-10, 10))
def test_stability_stays_within_0_and_1(estimate: float) -> None:
    assert 0 <= scales.stability_from_wgi(estimate) <= 1


def test_arrays_keep_their_shape() -> None:
    estimates = np.linspace(-2.5, 2.5, 12).reshape(6, 2)
    back = scales.wgi_from_stability(scales.stability_from_wgi(estimates))
    assert isinstance(back, np.ndarray)
    np.testing.assert_allclose(back, estimates, atol=1e-12)


def test_anchors() -> None:
    assert scales.stability_from_wgi(0.0) == 0.5
    assert scales.alignment_from_cfsp(54.0) == 0.54
    assert scales.thousands_from_troops(4811.0) == 4.811
    assert scales.share_from_poll(43.0) == 0.43


def test_every_scale_has_its_figure_and_every_value_fits_its_range() -> None:
    figures = load_figures()
    for scale in scales.SCALES:
        for entity in figures.entities(scale.figure):
            for figure in figures.series(scale.figure, entity):
                assert scale.low <= figure.value <= scale.high
