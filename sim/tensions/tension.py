"""What a tension is: two statements of the documents that pull apart, a contrast that plays both, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.tensions.arms import Arms, Array

LASTING = 8
"""Quarters for which something must hold without a break to count as lasting."""


@dataclass(frozen=True)
class Side:
    """One of the two: what it says, where (documents by line), what counts as its winning, and that again in a few words."""

    says: str
    source: str
    wins: str
    short: str


@dataclass(frozen=True)
class Curve:
    """A line of a figure: values over `x`, with a band (the middle half of the worlds) where there is one.

    `place` says where its name stands: over which x, and above, below, left or right of the line there.
    """

    label: str
    x: Array
    y: Array
    place: tuple[float, str]
    band: tuple[Array, Array] | None = None


@dataclass(frozen=True)
class Panel:
    """One set of axes: what is drawn, what lies under it, a marked place on the horizontal axis, whether zero is drawn."""

    name: str
    curves: tuple[Curve, ...]
    under: str = ""
    at: float | None = None
    nought: bool = False


@dataclass(frozen=True)
class Finding:
    """What the contrast showed: the share of the cases in which each side wins, further numbers by name, panels."""

    one: float
    other: float
    numbers: Mapping[str, float]
    panels: tuple[Panel, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class Tension:
    """A tension and how it is played.

    `contrast` describes the arms, `tells` is a sentence with places for the finding's numbers, `depends` says
    what the shares hang on, `cases` are what they count.
    `exclusive`: what one side wins the other loses; otherwise both may hold at once, and the point is that they do.
    """

    id: str
    title: str
    one: Side
    other: Side
    contrast: str
    tells: str
    depends: str
    measure: Callable[[Arms], Finding]
    exclusive: bool = True
    cases: str = "worlds"

    def score(self, finding: Finding) -> str:
        """Both shares in one sentence."""
        return f"{self.one.short} in {finding.one:.0%} of the {self.cases}, {self.other.short} in {finding.other:.0%}."

    def told(self, finding: Finding) -> str:
        """The sentence with the numbers in their places."""
        return self.tells.format(**finding.numbers)


def middle(label: str, x: Array, values: Array, at: float, where: str = "above") -> Curve:
    """The mean of the worlds and the middle half of them; `values` is (x, worlds); named `where` the line is over `at`."""
    low, high = np.quantile(values, (0.25, 0.75), axis=1)
    return Curve(label, x, values.mean(axis=1), (at, where), (low, high))


def named(x: Array, lines: Mapping[str, Array], places: Sequence[tuple[float, str]]) -> tuple[Curve, ...]:
    """A curve for each of the lines (x, worlds), named at its place."""
    return tuple(middle(name, x, values, *place) for (name, values), place in zip(lines.items(), places, strict=True))


def share(holds: Array) -> float:
    """Share of the cases in which something holds."""
    return float(np.mean(holds))


def first_lasting(holds: Array, quarters: int = LASTING) -> Array:
    """Position from which `holds` (quarters, worlds) is true for so many quarters running, (worlds,); infinite where never."""
    runs = np.lib.stride_tricks.sliding_window_view(holds, quarters, axis=0).all(axis=-1)
    return np.where(runs.any(axis=0), runs.argmax(axis=0), np.inf)


def reached_by(when: Array, positions: int) -> Array:
    """Percentage of the worlds in which something has happened by each position, (positions,), from its position `when` (worlds,)."""
    return np.asarray(100 * (when[None, :] <= np.arange(positions)[:, None]).mean(axis=1))


def median_year(years: Array, when: Array) -> float:
    """Year by which it has happened in half of the worlds in which it happens at all; infinite where it happens in none."""
    happens = when[np.isfinite(when)].astype(int)
    return float(np.median(years[happens])) if happens.size else float("inf")


def peak(x: Array, y: Array) -> Array:
    """Where curves over `x` are highest, by the parabola through the best point and its neighbours; `y` is (x, worlds)."""
    best = y.argmax(axis=0)
    inner = np.clip(best, 1, len(x) - 2)
    worlds = np.arange(y.shape[1])
    x0, x1, x2 = x[inner - 1], x[inner], x[inner + 1]
    left = (y[inner, worlds] - y[inner - 1, worlds]) / (x1 - x0)
    right = (y[inner + 1, worlds] - y[inner, worlds]) / (x2 - x1)
    bend = (right - left) / (x2 - x0)
    top = 0.5 * (x0 + x1) - left / (2 * np.where(bend < 0, bend, -1.0))
    return np.where((best == inner) & (bend < 0), top, x[best])


def correlation(a: Array, b: Array) -> Array:
    """Correlation over the quarters within each world; both (quarters, worlds) -> (worlds,); 0 where one of them stands still."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    size = np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))
    return np.asarray((a * b).sum(axis=0) / np.where(size > 0, size, 1.0))
