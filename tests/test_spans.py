"""Spans are sets of world numbers: checked against sets."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sim.spans import count, difference, groups, spans, union

numbers = st.sets(st.integers(0, 60), max_size=40)


def worlds_in(pieces: list[range]) -> list[int]:
    return [world for piece in pieces for world in piece]


@given(numbers)
def test_spans_hold_the_same_worlds_in_as_few_pieces_as_can_be(chosen: set[int]) -> None:
    pieces = spans(sorted(chosen))
    assert worlds_in(pieces) == sorted(chosen)
    assert count(pieces) == len(chosen)
    assert all(a.stop < b.start for a, b in pairwise(pieces))


@given(numbers, numbers)
def test_union_and_difference(one: set[int], other: set[int]) -> None:
    a, b = spans(sorted(one)), spans(sorted(other))
    assert worlds_in(union([*a, *b])) == sorted(one | other)
    assert worlds_in(difference(a, b)) == sorted(one - other)


@given(numbers, st.integers(1, 20))
def test_groups_share_a_multiple_and_lose_nothing(chosen: set[int], size: int) -> None:
    made = list(groups(spans(sorted(chosen)), size))
    assert [w for group in made for w in group] == sorted(chosen)
    assert [len({w // size for w in group}) for group in made] == [1] * len(made)
    assert len({group[0] // size for group in made}) == len(made)


def test_a_billion_worlds_are_one_span_and_groups_come_one_by_one() -> None:
    everything = spans(range(1_000_000_000))
    assert everything == [range(1_000_000_000)]
    assert next(groups(difference(everything, [range(2000)]), 1024)) == range(2000, 2048)
