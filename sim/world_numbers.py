"""Which worlds a run plays: a count, a range or a list as world numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

from sim.errors import InputError, listed

MOST_WORLDS = 1_000_000_000
Worlds = int | range | Sequence[int]


def world_numbers(worlds: Worlds) -> Sequence[int]:
    """The worlds to run, ascending; a range where there are no gaps. InputError for anything but a positive count or numbers from 0."""
    if is_whole(worlds) and 0 < int(worlds) <= MOST_WORLDS:  # type: ignore[arg-type]
        return range(int(worlds))  # type: ignore[arg-type]
    numbers: list[int] | range = []
    if isinstance(worlds, range):
        numbers = worlds if all(map(_is_world, (*worlds[:1], *worlds[-1:]))) else numbers
    elif isinstance(worlds, Iterable) and not isinstance(worlds, str | bytes | Mapping):
        given = list(worlds)
        numbers = sorted({int(w) for w in given}) if all(map(_is_world, given)) else numbers
    if not numbers:
        wanted = f"a count from 1 to {MOST_WORLDS:,}, a range, or a list of whole world numbers from 0 to {MOST_WORLDS - 1:,}"
        raise InputError(f"worlds={shown(worlds)}: give {wanted}")
    low, high = min(numbers[0], numbers[-1]), max(numbers[0], numbers[-1])
    return range(low, high + 1) if high - low + 1 == len(numbers) else tuple(sorted(numbers))


def repeated(worlds: Worlds) -> tuple[str, ...]:
    """A notice where a list of worlds names one more than once."""
    if is_whole(worlds) or isinstance(worlds, range):
        return ()
    given = Counter(int(w) for w in worlds)  # type: ignore[union-attr]
    again = [str(world) for world in sorted(given) if given[world] > 1]
    return (f"worlds: named more than once and played once: {listed(again)}",) if again else ()


def _is_world(number: Any) -> bool:
    return is_whole(number) and 0 <= int(number) < MOST_WORLDS


def is_whole(number: Any) -> bool:
    """Whether this is an integer of any kind, NumPy's too; true and false are not."""
    return isinstance(number, Integral) and not isinstance(number, bool)


def shown(given: Any) -> str:
    """What was given, as a message quotes it."""
    text = repr(given)
    return text if len(text) <= 100 else text[:97] + "..."
