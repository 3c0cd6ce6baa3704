import numpy as np
import pytest

from sim.administrations import elected, governs, inaugurated
from sim.quarters import index

ZERO, ONE = np.zeros(2), np.ones(2)


def rule(chosen):
    return {word: word == chosen for word in ("drawn", "same", "transactional")}


def test_a_plain_value_speaks_of_the_term_from_2025():
    assert not governs(index("2024Q4"), 1.0, 1.0, ZERO, None).any()
    assert governs(index("2025Q1"), 1.0, 1.0, ZERO, None) == 1.0
    assert governs(index("2028Q4"), 1.0, 1.0, ZERO, None) == 1.0
    assert not governs(index("2029Q1"), 1.0, 1.0, ONE, ZERO).any()


def test_a_change_of_the_lever_holds_from_its_quarter():
    assert governs(index("2017Q1"), 1.0, 0.0, ZERO, None).all()
    assert not governs(index("2021Q1"), 0.0, 1.0, ONE, None).any()
    assert governs(index("2029Q1"), 1.0, 0.0, ZERO, ZERO).all()


def test_between_elections_the_administration_stays():
    assert governs(index("2030Q3"), 0.0, 0.0, ONE, None).all()


@pytest.mark.parametrize(("quarter", "first", "expected"), [
    ("2025Q1", False, False), ("2029Q1", False, True), ("2031Q1", False, False), ("2033Q1", False, True), ("2030Q2", True, True),
    ("2024Q1", True, False),
])  # fmt: skip
def test_later_elections_take_effect_at_inaugurations(quarter, first, expected):
    assert inaugurated(index(quarter), first) is expected


def test_the_rule_of_later_elections():
    draw, before = np.array([0.1, 0.9]), np.array([0.0, 1.0])
    assert elected(rule("drawn"), before, 0.5, draw).tolist() == [1, 0]
    assert elected(rule("same"), before, 0.5, draw).tolist() == [0, 1]
    assert elected(rule("transactional"), before, 0.5, draw).tolist() == [1, 1]
    assert elected(rule("continuity"), before, 0.5, draw).tolist() == [0, 0]
