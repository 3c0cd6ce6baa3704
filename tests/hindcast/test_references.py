"""The references are what their names say, and never look ahead."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.hindcast.references import forecast, yearly_step
from sim.hindcast.targets import SERIES, Row

DEMOCRACY = next(s for s in SERIES if s.name == "democracy")
KFOR, EUFOR = (next(s for s in SERIES if s.name == n) for n in ("kfor", "eufor"))
AHEAD = np.array([2020, 2021, 2023])


def row(years, values, series=DEMOCRACY, entity="SRB"):
    return Row(series, entity, np.array(years), np.array(values, dtype=float))


def test_dressed_persistence_spreads_like_a_random_walk():
    known = row([2014, 2015, 2017], [0.3, 0.4, 0.4])
    step = yearly_step(known)
    assert step == pytest.approx(math.sqrt((0.01 + 0) / 2))
    made = forecast("dressed_persistence", known, AHEAD, step)
    assert made.mean.tolist() == [0.4] * 3
    assert made.sd == pytest.approx(step * np.sqrt([3, 4, 6]))
    assert forecast("persistence", known, AHEAD, step).sd.tolist() == [0.0] * 3


def test_a_trend_continues_a_line_and_stays_in_range():
    made = forecast("trend", row([2014, 2015, 2016, 2017], [0.30, 0.32, 0.34, 0.36]), AHEAD, 0.02)
    assert made.mean == pytest.approx([0.42, 0.44, 0.48])
    assert made.sd == pytest.approx([0, 0, 0], abs=1e-9)
    assert forecast("trend", row([2014, 2015], [0.5, 0.8]), AHEAD, 0.3).mean.max() == 1.0


def test_a_trend_is_the_less_certain_the_further_it_reaches():
    made = forecast("trend", row([2014, 2015, 2016, 2017], [0.3, 0.35, 0.31, 0.36]), AHEAD, 0.02)
    assert (np.diff(made.sd) > 0).all()


def test_a_short_past_borrows_the_relative_spread_of_its_kind():
    kfor = row([2013, 2017], [5.0, 4.0], KFOR, "XKX")
    lone = row([2013], [0.9], EUFOR, "BIH")
    assert math.isnan(yearly_step(lone))
    assert yearly_step(lone, {"kfor.XKX": kfor}) == pytest.approx(0.5 / 4.5 * 0.9)
    assert math.isnan(yearly_step(replace(lone, series=DEMOCRACY), {"kfor.XKX": kfor}))
