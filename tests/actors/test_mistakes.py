"""What an actor of a user's own may get wrong, and what it is told."""

import numpy as np
import pytest

from sim.actors import Kosovo
from sim.catalogue import STATES
from sim.errors import ModelError
from sim.randomness import Draw
from tests.helpers import world_of


def stepped(reform, **more):
    """A world after a quarter with a Kosovo that reforms like this."""
    world = world_of(actors={"XKX": type("MyKosovo", (Kosovo,), {"reform": reform, **more})})
    world.step()
    return world


@pytest.mark.parametrize(
    ("made", "given"),
    [(np.full(7, 0.5), r"an array \(7,\) of float64"), (None, "None"), ("much", "'much'"), (np.full((2, 64), 0.5), r"an array \(2, 64\)")],
)
def test_a_decision_that_is_no_number_for_each_world(made, given):
    with pytest.raises(ModelError, match=rf"states\.reform_effort was decided as {given}.*allowed: .* of shape \(64,\)") as found:
        stepped(lambda self: made)
    assert found.value.__notes__ == ["2024Q1, states: XKX was deciding, as MyKosovo"]


def test_an_array_is_not_decided_upon():
    def reform(self):
        return 0.5 if self.democracy > 0.5 else 0.2

    with pytest.raises(ValueError, match="truth value") as found:
        stepped(reform)
    assert "XKX was deciding, as MyKosovo" in found.value.__notes__[0]
    assert "write np.where(condition, this, that) in place of `if`" in found.value.__notes__[0]


@pytest.mark.parametrize("ask", [lambda a: a.random.random(), lambda a: a.model.rng.random(64), lambda a: a.rng.normal()])
def test_mesas_generators_are_refused(ask):
    with pytest.raises(ModelError, match=r"draws are named.*DRAWS = .*self\.draw\(\"mood\"\)"):
        stepped(lambda self: ask(self))


def test_a_draw_of_its_own_belongs_to_a_world():
    def reform(self):
        return 0.2 + 0.6 * self.draw("mood")

    world = stepped(reform, DRAWS={"mood": Draw("uniform", ())})
    own = world.states.reform_effort[STATES.index("XKX")]
    assert 0.2 <= own.min() < own.max() <= 0.8
