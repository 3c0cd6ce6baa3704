"""How worlds are dealt out: whole blocks, and nobody idle for long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.chunking import LARGEST, LEAST, chunk_size, chunks, number_of_chunks
from sim.randomness import BLOCK

TO_DO = st.lists(st.integers(1, 300_000), min_size=1, max_size=4)


def of(*counts):
    return {str(i): [range(count)] for i, count in enumerate(counts)}


@given(TO_DO, st.integers(1, 64))
def test_chunks_are_whole_blocks_within_limits(counts, at_once):
    size = chunk_size(of(*counts), at_once)
    assert LEAST <= size <= LARGEST
    assert size % BLOCK == 0


@given(st.integers(20_000, 300_000), st.integers(2, 8))
def test_those_who_play_at_once_come_to_their_ends_together(worlds, at_once):
    size = chunk_size(of(worlds), at_once)
    rounds = -(-number_of_chunks(of(worlds), size) // at_once)
    assert rounds * size * at_once < 1.25 * worlds + at_once * BLOCK * rounds


@pytest.mark.parametrize(("counts", "at_once", "size"), [((4096,), 1, 4096), ((4096,), 2, 2048), ((1000,), 2, 1024), ((100,), 1, 4096)])
def test_one_takes_all_and_two_take_half_each(counts, at_once, size):
    assert chunk_size(of(*counts), at_once) == size


def test_nothing_to_do_needs_no_chunk():
    assert chunk_size({}, 2) == LARGEST
    assert number_of_chunks({}, LARGEST) == 0


def test_chunks_are_aligned_and_ascending():
    assert chunks([9000, 1, 4095, 4096, 8191, 3]) == [(1, 3, 4095), (4096, 8191), (9000,)]
