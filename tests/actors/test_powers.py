import numpy as np
import pytest

from sim.actors import Russia
from sim.catalogue import POWERS, STATES
from tests.helpers import world_after

SRB, ALB = STATES.index("SRB"), STATES.index("ALB")


def first_quarter(levers=None, **more):
    return world_after(1, levers, end="2024Q4", **more)


def test_each_power_spends_all_it_can_afford_and_no_more():
    world = first_quarter({"russia.effort": 1.5, "china.investment": 0.5})
    assert world.powers.effort_on.sum(axis=1) == pytest.approx(world.powers.capacity)


def test_each_power_has_its_favourites():
    effort = first_quarter().powers.effort_on.mean(axis=2)
    favourites = {power: STATES[int(row.argmax())] for power, row in zip(POWERS, effort, strict=True)}
    assert favourites["RUS"] == favourites["CHN"] == "SRB"
    assert effort[POWERS.index("RUS"), ALB] == 0
    assert effort[POWERS.index("TUR"), SRB] < effort[POWERS.index("TUR"), STATES.index("BIH")]


def test_a_user_may_change_what_attracts_a_power():
    class Obsessed(Russia):
        def attraction(self):
            pull = np.zeros((len(STATES), self.model.worlds))
            pull[ALB] = 1.0
            return pull

    world = first_quarter(actors={"RUS": Obsessed})
    assert world.powers.effort_on[0, ALB] == pytest.approx(world.powers.capacity[0])
