import numpy as np

from tests.helpers import world_after

WEST = ("transatlantic", "burden_sharing", "alliance")


def attention(levers=None, quarters=1):
    return world_after(quarters, levers, WEST).us.attention


def test_attention_follows_priority_and_is_none_without_it():
    assert np.all(attention({"us.engagement": 0}) == 0)
    assert np.all(attention({"us.engagement": 0.5}) < attention())
    assert np.all(attention() < attention({"us.engagement": 2}))


def test_an_acute_crisis_draws_attention():
    assert np.all(attention({"initial.kosovo_serbia.crisis": 0}) < attention({"initial.kosovo_serbia.crisis": 1}))


def test_little_is_left_after_a_withdrawal():
    assert np.all(attention({"force.us_withdrawal": "2024Q1"}, quarters=3) < 0.1)


def test_a_transactional_administration_gives_less_on_average_and_less_alike():
    steady, transactional = attention(quarters=16), attention({"us.administration": "transactional"}, quarters=16)
    assert transactional.mean() < steady.mean()
    assert transactional.std() > 2 * steady.std()
