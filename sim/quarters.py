"""Quarters of a year: written `2024Q1`, counted as whole numbers."""

from __future__ import annotations

import re

from sim.errors import InputError

_WRITTEN = re.compile(r"([0-9]{4})Q([1-4])")
FIRST, LAST = "1990Q1", "2199Q4"
"""The quarters within which a scenario may lie."""


def index(quarter: str) -> int:
    """Quarters since year 0, e.g. 2024Q1 -> 8096. Raises InputError for anything not written `YYYYQn`."""
    found = _WRITTEN.fullmatch(quarter)
    if not found:
        raise InputError(f"'{quarter}' is not a quarter; write it as 2024Q1 (year, Q, 1 to 4)")
    return int(found[1]) * 4 + int(found[2]) - 1


def written(number: int) -> str:
    """The inverse of `index`."""
    return f"{number // 4:04d}Q{number % 4 + 1}"


def span(start: str, end: str) -> list[str]:
    """All quarters from `start` to `end`, both included."""
    return [written(q) for q in range(index(start), index(end) + 1)]
