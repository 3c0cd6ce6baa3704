"""The engine computes in one precision: a double that slips in spreads to whatever reads it and halves the speed."""

import numpy as np
import pytest

from sim import population
from sim.maths import REAL, real
from sim.mechanisms import ROOMS
from sim.randomness import Draw, Streams
from sim.world import World
from tests.helpers import plan_of

SCENARIOS = ("baseline", "b9plus_expansion", "enlargement_veto", "us_withdrawal", "staged_accession", "all_at_once")


class Watched(np.ndarray):
    """An array that notes computations with doubles and all that follows from itself."""

    doubles: set[str] = set()

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **more):
        plain = [i.view(np.ndarray) if isinstance(i, Watched) else i for i in inputs]
        if out is not None:
            more["out"] = tuple(o.view(np.ndarray) if isinstance(o, Watched) else o for o in out)
        found = getattr(ufunc, method)(*plain, **more)
        if any(isinstance(a, np.ndarray) and a.dtype == np.float64 and a.ndim for a in (*plain, found)):
            Watched.doubles.add(ufunc.__name__)
        return found.view(Watched) if isinstance(found, np.ndarray) else found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_room_computes_with_doubles(scenario, monkeypatch):
    frozen = population._frozen
    monkeypatch.setattr(population, "_frozen", lambda array: frozen(array).view(Watched))
    Watched.doubles = set()
    world = World(plan_of(scenario), 1, [0, 1])
    for _ in range(world.quarters):
        world.step()
        assert not Watched.doubles, world.where


def test_everything_that_rooms_read_is_in_the_engines_precision():
    world = World(plan_of(), 1, [0])
    world.step()
    held = {f"{p.group}.{k}": v for p in world.populations for k, v in vars(p).items() if not k.startswith("_")}
    held |= {f"parameters.{room}.{k}": v for room in ROOMS for k, v in vars(world.parameters[room]).items()}
    held |= dict(world.board.now)
    wrong = {k for k, v in held.items() if isinstance(v, float) or getattr(v, "dtype", None) == np.float64}
    assert not wrong


def test_draws_are_in_it_and_uniform_ones_stay_below_one():
    streams = Streams(1, range(40))
    streams.open("u", Draw("uniform", (6,)))
    streams.open("n", Draw("normal", (6,)))
    streams.advance()
    uniform, normal = streams["u"], streams["n"]
    assert uniform.dtype == normal.dtype == REAL
    assert uniform.min() >= 0
    assert uniform.max() < 1
    assert uniform.mean() == pytest.approx(0.5, abs=0.01)
    assert uniform.std() == pytest.approx(12**-0.5, abs=0.01)
    assert normal.std() == pytest.approx(1, abs=0.03)


def test_real_leaves_all_but_numbers_alone():
    mask, text = np.array([True]), "a"
    assert real(mask) is mask
    assert real(text) is text
    assert real(True) is True
    assert type(real(0.1)) is type(real(np.float64(0.1))) is REAL
    assert real(np.zeros(3)).dtype == REAL
