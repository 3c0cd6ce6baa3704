"""The pieces of which the tensions are made: arms, and what is read off them."""

import numpy as np
import pytest

from sim.errors import InputError
from sim.tensions.arms import SHORT, Arms, ramp
from sim.tensions.sequence import BEFORE, SINCE_JOINING, around, order
from sim.tensions.tension import correlation, first_lasting, median_year, peak, reached_by


def test_lasting_means_without_a_break():
    holds = np.array([[1, 0, 1, 1, 1], [0, 1, 1, 0, 1], [0, 0, 0, 0, 0]], dtype=bool).T
    assert first_lasting(holds, 3).tolist() == [2, np.inf, np.inf]


def test_reached_by_counts_worlds_and_never_those_that_never_do():
    when = np.array([0, 2, np.inf, 2])
    assert reached_by(when, 4).tolist() == [25, 25, 75, 75]
    assert median_year(np.array([2024.25, 2024.5, 2024.75]), when) == 2024.75
    assert median_year(np.array([2024.25]), np.array([np.inf])) == np.inf


def test_a_peak_between_points_is_found_and_one_at_the_end_stays_there():
    x = np.array([0.0, 0.3, 0.5, 1.0])
    y = np.stack([-((x - 0.42) ** 2), x, -x], axis=1)
    assert peak(x, y) == pytest.approx([0.42, 1.0, 0.0])


def test_correlation_is_taken_within_each_world():
    time = np.arange(5.0)
    a, b = np.stack([time, time, time], axis=1), np.stack([2 * time + 7, -time, 0 * time], axis=1)
    assert correlation(a, b) == pytest.approx([1, -1, 0])


def test_paths_are_laid_over_each_other_at_the_quarter_of_joining():
    quarters = BEFORE + SINCE_JOINING + 10
    values = np.tile(np.arange(quarters, dtype=float)[:, None, None], (1, 2, 3))
    joined = np.array([[BEFORE, -1, 2], [BEFORE + 5, quarters - 1, BEFORE + 9]])
    laid = around(joined, values)
    assert laid.shape == (BEFORE + 1 + SINCE_JOINING, 3)
    assert laid[BEFORE].tolist() == [BEFORE, BEFORE + 5, BEFORE + 9]


def test_a_ramp_begins_at_its_date_and_ends_at_its_target():
    assert ramp(0.2, 0.6, "2026Q1", 1) == pytest.approx({"2024Q1": 0.2, "2026Q1": 0.4, "2026Q3": 0.6})


def test_either_order_is_the_same_effort():
    first, second = order((2, 0.5), (0.5, 2)), order((0.5, 2), (2, 0.5))
    for lever, path in first.items():
        assert sorted(path.values()) == sorted(second[lever].values()), lever
        assert list(path)[2] == "2034Q1"


def test_an_arm_is_played_once_and_its_worlds_are_those_of_the_baseline():
    arms = Arms(3)
    arm = arms.play({}, SHORT)
    assert arms.play({}, SHORT) is arm
    assert arm.quarters[0] == "2024Q1"
    assert arm.quarters[-1] == SHORT
    assert arm.years[-1] == 2030
    assert arm.series("SRB.eu_alignment").shape == (24, 3)
    later = arms.play({"us.engagement": {"2024Q1": 1, "2026Q1": 0.3}}, SHORT)
    same, differing = slice(0, arm.at("2026Q1")), arm.at(SHORT)
    assert np.array_equal(arm.series("mean.stability")[same], later.series("mean.stability")[same])
    assert not np.array_equal(arm.series("us.engagement")[differing], later.series("us.engagement")[differing])
    with pytest.raises(InputError, match="2035Q1 is outside 2024Q1 to 2029Q4"):
        arm.mean("mean.stability", "2024Q1", "2035Q1")


def test_a_sweep_lets_its_arms_go():
    arms = Arms(2)
    found = arms.sweep("formats.count", [1, 12], lambda arm: arm.mean("formats.efficiency", "2027Q1", SHORT), SHORT)
    assert found.shape == (2, 2)
    assert (found[0] != found[1]).all()
    assert not arms._kept


@pytest.mark.parametrize(("worlds", "seed"), [(0, 1), (1, -1)])
def test_worlds_and_seeds_that_are_none_are_refused(worlds, seed):
    with pytest.raises(InputError):
        Arms(worlds, seed)
