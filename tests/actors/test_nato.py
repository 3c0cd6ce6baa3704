from dataclasses import replace

import numpy as np
import pytest

from sim.mechanisms import ROOMS
from sim.world import World
from tests.helpers import plan_of

WEST = {room: room in ("transatlantic", "burden_sharing", "alliance") for room in ROOMS}


def desired(levers=None):
    world = World(replace(plan_of("baseline", levers=levers), mechanisms=WEST), 1, [0])
    world.step()
    return world.nato.desired_kfor


@pytest.mark.parametrize(("less", "more"), [
    ({"initial.kosovo_serbia.tension": 0.2}, {"initial.kosovo_serbia.tension": 0.8}),
    ({"initial.kosovo_serbia.crisis": 0}, {"initial.kosovo_serbia.crisis": 1}),
    ({"initial.XKX.stability": 0.6}, {"initial.XKX.stability": 0.3}),
    ({"eu.security_ownership": 1}, {"eu.security_ownership": 0}),
])  # fmt: skip
def test_what_calls_for_troops_in_kosovo(less, more):
    assert np.all(desired(less) < desired(more))


def test_today_asks_for_about_what_is_there():
    assert desired().mean() == pytest.approx(4.8, abs=0.3)
