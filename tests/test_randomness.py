import numpy as np
import pytest

from sim import randomness
from sim.randomness import BLOCK, Draw, Streams, once, once_each


def _first_quarters(blocks, names, quarters=9, seed=7, kind="uniform"):
    streams = Streams(seed, blocks)
    for name in names:
        streams.open(name, Draw(kind, (3,)))
    seen = {n: [] for n in names}
    for _ in range(quarters):
        streams.advance()
        for n in names:
            seen[n].append(streams[n].copy())
    return {n: np.array(v) for n, v in seen.items()}


@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_a_block_draws_the_same_in_any_company(kind):
    together = _first_quarters([0, 1, 2, 5], ["a"], kind=kind)["a"]
    alone = _first_quarters([5], ["a"], kind=kind)["a"]
    assert np.array_equal(together[..., 3 * BLOCK :], alone)
    many = _first_quarters(range(300), ["a"], quarters=2, kind=kind)["a"]  # worked out in parts
    assert np.array_equal(many[..., : 3 * BLOCK], together[:2, ..., : 3 * BLOCK])
    assert _first_quarters([], ["a"], kind=kind)["a"].shape == (9, 3, 0)


def test_other_streams_move_nobodys_draws():
    assert np.array_equal(_first_quarters([0], ["a"])["a"], _first_quarters([0], ["z", "a", "b"])["a"])


def test_streams_differ_by_name_seed_block_and_quarter():
    values = _first_quarters([0, 1], ["a", "b"])
    other_seed = _first_quarters([0, 1], ["a"], seed=8)["a"]
    a = values["a"]
    for same in (
        np.array_equal(a, values["b"]),
        np.array_equal(a, other_seed),
        np.array_equal(a[..., :64], a[..., 64:]),
        np.array_equal(a[0], a[1]),
    ):
        assert not same


def test_once_is_addressed_by_world():
    whole = once(3, "x", range(8))
    assert np.array_equal(once(3, "x", [2, 3, 6]), np.concatenate([whole[2 * 64 : 4 * 64], whole[6 * 64 : 7 * 64]]))
    assert not np.array_equal(whole, once(3, "y", range(8)))


def test_draws_are_uniform_and_normal():
    values = once(1, "u", range(200))
    assert 0.0 <= values.min() < 0.001
    assert 0.999 < values.max() < 1.0
    assert values.mean() == pytest.approx(0.5, abs=0.01)
    streams = Streams(1, range(50))
    streams.open("n", Draw("normal", (4,)))
    streams.advance()
    assert streams["n"].mean() == pytest.approx(0.0, abs=0.03)
    assert streams["n"].std() == pytest.approx(1.0, abs=0.03)


def test_the_compiled_part_draws_what_numpy_draws(monkeypatch):
    if randomness._draws is None:
        pytest.skip("the compiled part was not built")

    def drawn():
        found = []
        for blocks in ([0], [3, 4, 5, 9], range(7)):
            for slots in ((), (6,), (3, 5)):  # pieces that four lanes share evenly, and such as they do not
                for kind in ("uniform", "normal"):
                    stream = randomness.Stream(1, "a", Draw(kind, slots), blocks)
                    found += [stream.quarter(q).tobytes() for q in (0, 21, 22)]
            found.append(once_each(5, ("a", "b"), blocks).tobytes())
        return found

    compiled = drawn()
    monkeypatch.setattr(randomness, "_draws", None)
    randomness._once.cache_clear()
    assert drawn() == compiled


def test_the_compiled_part_refuses_what_does_not_fit():
    if randomness._draws is None:
        pytest.skip("the compiled part was not built")
    key, values = np.zeros(2, dtype=np.uint64), np.zeros((3, 2, BLOCK), dtype=np.float32)
    for rows, first, count in ((3, 1, 2), (3, -1, 1), (3, 0, 0), (0, 0, 1), (6, 0, 2)):
        with pytest.raises(ValueError, match="must lie in the buffer"):
            randomness._draws.fill(values, rows, first, count, key, 0, 0)
    with pytest.raises(ValueError, match="a key is two words"):
        randomness._draws.fill(values, 3, 0, 1, key[:1], 0, 0)
    with pytest.raises(ValueError, match="come by fours"):
        randomness._draws.once(np.zeros(5), key, 0)


def test_normal_draws_are_normal():
    streams = Streams(3, range(64))
    streams.open("n", Draw("normal", (6,)))
    streams.open("u", Draw("uniform", (6,)))
    seen = []
    for _ in range(44):
        streams.advance()
        seen.append(streams["n"].astype(float))
    values = np.array(seen)
    n = values.size
    assert abs(values.mean()) < 4 / np.sqrt(n)
    assert abs(values.var() - 1) < 4 * np.sqrt(2 / n)
    assert abs((values**3).mean()) < 4 * np.sqrt(15 / n)
    assert abs((values**4).mean() - 3) < 4 * np.sqrt(96 / n)
    for bound, share in ((1.0, 0.317311), (2.0, 0.045500), (3.0, 0.002700)):
        assert abs((np.abs(values) > bound).mean() - share) < 4 * np.sqrt(share / n)
    rows = values.reshape(44 * 6, -1)
    away = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(away).max() < 6 / np.sqrt(rows.shape[1])
