"""What a tape may hold, and what is refused."""

import operator
import shutil
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from sim import fusing
from sim.errors import ModelError
from sim.fusing import fused
from sim.maths import REAL, hazard, how_many, logistic, mean, within
from tests.helpers import world_of

needs_it = pytest.mark.skipif(not fusing.AVAILABLE, reason="the compiled part was not built")
ROWS = np.array([[1.0], [2.0], [0.5]], dtype=REAL)
LIGATURE = "\ufb01"  # as a name in a text, Python makes "fi" of it
SPACED, KEYWORD = "two words", "in"


def a_world(worlds=128, fuses=True, seed=0):
    """As little of a world as a fused function needs: arrays by name."""
    draw = np.random.default_rng(seed)
    return SimpleNamespace(
        worlds=worlds,
        fuses=fuses,
        bound={},
        season=1,
        wide=draw.random((3, worlds), dtype=REAL),
        other=np.broadcast_to(draw.random((3, 1), dtype=REAL), (3, worlds)),
        narrow=draw.random(worlds, dtype=REAL),
        column=draw.random((3, 1), dtype=REAL),
        number=REAL(0.25),
        mask=draw.random((3, worlds)) < 0.3,
        deep=draw.random((2, 3, worlds), dtype=REAL),
        strided=draw.random((worlds, 3), dtype=REAL).T,
    )


def test_it_is_built_where_there_is_a_compiler():
    assert fusing.BUILT or not (shutil.which("cc") or shutil.which("gcc"))


def arithmetic(w):
    return (w.wide * w.narrow + w.number) / (1.0 + w.column) - w.other**2, -w.wide, abs(w.narrow - 0.5)


def comparisons(w):
    return (w.wide > w.narrow) & ~w.mask, w.mask | (w.wide <= 0.5), w.mask ^ True, w.wide == w.other, REAL(1) * (w.wide > 0.5) + w.mask


def functions(w):
    return np.exp(w.wide), np.tanh(w.narrow), np.sqrt(w.wide), np.sign(w.wide - 0.5), hazard(w.wide), logistic(w.narrow), np.log(w.wide + 1)


def bounds(w):
    return np.minimum(w.wide, 0.5), np.maximum(w.wide, w.narrow), within(w.wide * 2, 0.2, 0.9), w.wide.clip(0.1, 0.3)


def views(w):
    return w.wide[1] * w.wide[0], w.deep[1, 2], w.deep[:, 0] + 1.0, w.column[:, :, None] * w.narrow, w.wide[[2, 0]] + 1.0, w.deep[..., 1, :]


def sums(w):
    return w.wide.sum(axis=0), w.deep.sum(axis=1), w.wide.max(axis=0), how_many(w.mask), mean(w.wide), mean(w.mask), w.deep.sum(axis=0)


def choices(w):
    return (
        np.where(w.mask, w.wide, 2.0),
        np.where(w.narrow > 0.5, w.wide, w.other),
        np.stack([w.narrow, w.wide[0]]),
        np.stack([w.wide, w.wide], axis=1),
        np.where(w.narrow > 0.5, w.mask, w.mask ^ True),
        np.stack([w.mask[0], w.mask[1]]),
        np.stack([w.narrow, w.mask[0]]),
        np.stack([w.mask[0], w.narrow], axis=-2),
    )


def in_place(w):
    made = w.wide * 1.0
    made += made[0]
    made[1] *= w.narrow
    made[0] = 0.5
    made += w.column
    empty, full = np.zeros_like(made), np.ones_like(w.wide)
    empty[2] = w.narrow
    where = np.zeros_like(w.wide, dtype=bool)
    where[1] = w.narrow > 0.5
    return made, empty, full, where, made[1] + empty[2]


def constants(w):
    return ROWS * w.wide, ROWS + ROWS * w.narrow, w.wide + w.strided, w.strided * w.narrow


CASES = (arithmetic, comparisons, functions, bounds, views, sums, choices, in_place, constants)


@needs_it
@pytest.mark.parametrize("worlds", [64, 192, 4160])
@pytest.mark.parametrize("function", CASES)
def test_a_tape_yields_what_numpy_does(function, worlds):
    once = fused(function)
    for seed in range(3):  # the first call records, the others play
        found, wanted = once(a_world(worlds, seed=seed)), function(a_world(worlds, seed=seed))
        for a, b in zip(found, wanted, strict=True):
            assert a.dtype == b.dtype
            assert a.shape == b.shape
            assert a.tobytes() == b.tobytes()
    assert len(once.programs) == 1


@needs_it
def test_the_same_tape_walks_over_arrays_however_they_lie():
    @fused
    def product(w, amount):
        return w.wide * amount + w.narrow, amount[1] - w.wide[0]

    many, few = a_world(), a_world(worlds=64, seed=1)
    block, line = np.ones((5, 3, 128), dtype=REAL), np.arange(128, dtype=REAL)
    apart = np.arange(5 * 3 * 256, dtype=REAL).reshape(3, 5, 256)
    amounts = (block[0], block[:3, 1], apart[:, 2, ::2], apart[:, 1, 255:127:-1], np.broadcast_to(line, (3, 128)), block[0])
    for amount in amounts:
        for world, given in ((many, amount), (few, amount[:, :64])):
            found, row = product(world, given)
            assert found.tobytes() == (world.wide * given + world.narrow).tobytes()
            assert row.tobytes() == (given[1] - world.wide[0]).tobytes()
    assert len(product.programs) == 1


@needs_it
def test_worlds_of_several_threads_share_a_tape():
    once = fused(views)
    worlds = [a_world(worlds=64 * n, seed=n) for n in (1, 2, 40, 65)]
    wanted = [[a.tobytes() for a in views(world)] for world in worlds]

    def often(world):
        return [[a.tobytes() for a in once(world)] for _ in range(50)]

    with ThreadPoolExecutor(4) as pool:
        for found, expected in zip(pool.map(often, worlds), wanted, strict=True):
            assert all(one == expected for one in found)
    assert len(once.programs) <= len(worlds)  # each thread may have recorded it before it saw another's


@needs_it
def test_anything_is_reached_by_its_path():
    class Words:
        def __init__(self, worlds):
            self.parts = {"a": [np.ones(worlds, dtype=REAL)], 3: REAL(2)}
            setattr(self, SPACED, REAL(3))
            setattr(self, KEYWORD, np.full(worlds, 4, dtype=REAL))

        def power(self, of, *, to=1):
            return np.full(128, REAL(of) ** to, dtype=REAL)

    @fused
    def reach(w):
        at = w.words
        return at.parts["a"][0] + at.parts[3] + getattr(at, SPACED) + getattr(at, KEYWORD) + at.power(2, to=3)

    world = a_world()
    world.words = Words(128)
    for _ in range(2):
        assert np.array_equal(reach(world), np.full(128, 18, dtype=REAL))
    world.words.power = lambda of, *, to: np.full(128, of * to, dtype=REAL)
    assert np.array_equal(reach(world), np.full(128, 16, dtype=REAL))  # what a method returns is asked for in every call


@needs_it
def test_names_that_python_would_read_otherwise():
    class Words:
        def __init__(self):
            setattr(self, LIGATURE, REAL(2))

        def times(self, **factors):
            return REAL(np.prod(list(factors.values())))

    @fused
    def reach(w):
        return w.narrow * getattr(w.words, LIGATURE) * w.words.times(**{"two words": 2, "class": 3, "plain": 5})

    world = a_world()
    world.words = Words()
    for _ in range(2):
        assert np.array_equal(reach(world), world.narrow * REAL(2) * REAL(30))


@needs_it
def test_no_rows_and_no_worlds():
    @fused
    def nothing(w):
        return w.wide * w.narrow + w.column, np.where(w.mask, w.wide, 1.0), w.wide.copy(), REAL(1) * w.mask, w.narrow * 2

    for rows, worlds in ((0, 64), (3, 0), (0, 0), (3, 64)):
        world = a_world(worlds=worlds)
        world.wide, world.mask, world.column = world.wide[:rows], world.mask[:rows], world.column[:rows]
        found = nothing(world)
        assert [a.shape for a in found] == [(rows, worlds)] * 4 + [(worlds,)]
        assert found[0].tobytes() == (world.wide * world.narrow + world.column).tobytes()


@needs_it
def test_what_is_read_once_is_read_once_for_each_object():
    @fused
    def both(w, one, two, more):
        return w.narrow * one.factor + two.factor * more

    class Other:
        amount = REAL(7)
        factor = property(lambda self: self.amount)

    world, a, b = a_world(), SimpleNamespace(factor=REAL(2)), SimpleNamespace(factor=REAL(3))
    for one, two in ((a, b), (b, a), (a, a), (a, Other()), (Other(), b), (a, b)):
        for more in (1, 2):
            assert np.array_equal(both(world, one, two, more), world.narrow * one.factor + two.factor * REAL(more))


@needs_it
def test_a_result_of_any_make():
    @fused
    def nested(w, empty):
        doubled = w.wide * 2
        return {"a": {"b": doubled}, "c": (doubled, [w.narrow, 1.5]), "d": [], "e": (), "f": (None,), np.float32(2): empty}

    world = a_world()
    first, second = nested(world, None), nested(world, None)
    for found in (first, second):
        assert found["a"]["b"].tobytes() == found["c"][0].tobytes() == (world.wide * 2).tobytes()
        assert found["c"][1][0] is world.narrow
        assert (found["c"][1][1], found["d"], found["e"], found["f"], found[REAL(2)]) == (1.5, [], (), (None,), None)
    assert first["d"] is not second["d"]


@needs_it
def test_another_shape_type_or_season_is_another_tape():
    @fused
    def by_season(w):
        return w.wide * (2.0 if w.season == 1 else w.number)

    first, second, third = a_world(), a_world(), a_world()
    second.season, third.wide = 2, third.narrow
    for world in (first, second, third, first):
        expected = world.wide * (REAL(2) if world.season == 1 else world.number)
        assert by_season(world).tobytes() == expected.tobytes()
    assert len(by_season.programs) == 3


@needs_it
def test_results_of_many_parts_and_plain_arguments():
    Pair = namedtuple("Pair", "one two")

    @fused
    def several(w, amount, factor, word):
        doubled = {"x": 2 * amount, "y": 2 * w.narrow}
        return {"sum": sum(doubled.values()) * factor, "word": word}, Pair(w.narrow, None)

    for seed, word in enumerate("aba"):
        world = a_world(seed=seed)
        found, (narrow, nothing) = several(world, world.wide, world.number, word)
        assert found["sum"].tobytes() == ((2 * world.wide + 2 * world.narrow) * world.number).tobytes()
        assert (found["word"], narrow is world.narrow, nothing) == (word, True, None)
    assert len(several.programs) == 2


@needs_it
def test_an_array_of_another_make_is_taken_plainly():
    @fused
    def doubled(w):
        return w.wide * 2

    world = a_world()
    for _ in range(2):
        world.wide = world.wide.astype(">f4")
        assert np.array_equal(doubled(world), world.wide * 2)
    assert not doubled.programs
    assert not world.bound  # nor is anything kept of what did not fit


@needs_it
def test_what_may_be_written_must_be_writeable():
    @fused
    def write(w, into):
        into[0] = w.narrow

    world, into = a_world(), np.zeros((3, 128), dtype=REAL)
    write(world, into)
    assert np.array_equal(into[0], world.narrow)
    into.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        write(world, into)


REFUSED = {
    "decide by the contents": lambda w: w.wide if (w.wide > 0.5).any() else w.narrow,
    "decide by the contents of an array": lambda w: 1.0 if w.number > 0.5 else 0.0,
    "write into what it read": lambda w: w.wide.__setitem__(0, 1.0),
    "use numpy.cumsum": lambda w: np.cumsum(w.wide, axis=0),
    "use numpy.add": lambda w: np.add.reduce(w.wide),
    "index with": lambda w: w.wide[:, 3:5],
    "raise to any power but 2": lambda w: w.wide**3,
    "in double precision": lambda w: w.mask * 0.5,
    "double precision": lambda w: w.wide * np.ones(3)[:, None],
    "that it did not read from its arguments": lambda w: w.wide * np.ones(128, dtype=REAL),
    "not elementwise": lambda w: np.asarray(w.wide),
    "add up an array of this kind": lambda w: w.wide.sum(axis=1),
    "hold worlds on any axis but the last": lambda w: w.narrow[:, None] * w.narrow,
    "write (128,) and (2, 3, 128) into (128,)": lambda w: operator.iadd(w.narrow + 1, w.deep),
    "write (3, 128) into (128,)": lambda w: (w.wide + 1).__setitem__(0, w.wide),
    "compute with None": lambda w: w.wide.clip(None, 0.5),
    "hold an array of 5 axes": lambda w: w.deep[None, None] + 1,
    "take a dict as an argument": None,
}


@needs_it
@pytest.mark.parametrize("what", REFUSED)
def test_what_a_tape_cannot_hold_is_refused_by_name(what):
    def mine(w, *more):
        return REFUSED[what](w)

    mine.__qualname__ = "mine"
    arguments = (a_world(), *([{}] if "dict" in what else []))
    with pytest.raises(ModelError, match="mine is fused and cannot ") as refusal:
        fused(mine)(*arguments)
    assert what in str(refusal.value)


@needs_it
@pytest.mark.parametrize(("value", "what"), [(200.0, "overflow"), (np.inf, "invalid value"), (0.0, "divide by zero")])
def test_numpys_warnings_are_raised(value, what):
    @fused
    def risky(w):
        return np.exp(w.wide) if w.season == 1 else w.wide - w.wide if w.season == 2 else 1.0 / w.wide

    world = a_world()
    risky(world)
    world.season = {"overflow": 1, "invalid value": 2, "divide by zero": 3}[what]
    world.wide = world.wide * 0 + REAL(value) if np.isfinite(value) else np.full_like(world.wide, value)
    world.bound = {}
    with pytest.warns(RuntimeWarning, match=f"{what} encountered in .*risky"):
        risky(world)


def test_without_the_compiled_part_the_function_runs_as_it_is_written():
    once = fused(in_place)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(once(a_world(fuses=False)), in_place(a_world()), strict=True))
    assert not once.programs


MISUSES = {
    "states.democracy is not a signal": lambda w: w.states.set("democracy", w.states.democracy * 1.0),
    "publish unrest twice": lambda w: [w.states.set("unrest", w.states.democracy * k) for k in (1.0, 2.0)],
    "write into what it has published or told": lambda w: told_then_changed(w),
    "states.unrest is read before": lambda w: w.states.set("fragile", w.states.unrest),
    "states.unrest is not a stock": lambda w: w.states.change("unrest", w.states.democracy, because="a mistake"),
}


def told_then_changed(world):
    where = world.states.democracy > 0.5
    world.state_events("crisis", where, because="a test")
    where &= world.states.stability > 0.5


@needs_it
@pytest.mark.parametrize("what", MISUSES)
def test_a_world_is_misused_in_vain(what):
    world = world_of()
    with pytest.raises(ModelError, match=what):
        fused(lambda w: MISUSES[what](w))(world)


@needs_it
def test_a_departure_follows_what_is_published():
    @fused
    def twice(w):
        w.region.set("threat", w.states.democracy[0] * 1.0)
        return w.departure("region.threat"), w.departure("states.democracy")

    world = world_of()
    threat, democracy = twice(world)
    assert threat.tobytes() == (world.states.democracy[0] - world.today("region.threat")).tobytes()
    assert democracy.tobytes() == world.departure("states.democracy").tobytes()
    assert world.region.threat.tobytes() == world.states.democracy[0].tobytes()
