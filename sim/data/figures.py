"""Observed figures: what was measured, for whom, when, in which unit, and whose it is.

`load_figures().at("vdem_libdem", "SRB", 2023)` is the latest observation at or before 2023, `series` gives
all years.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from sim.data.reading import FOLDER, Line, lines
from sim.errors import DataError, unknown


@dataclass(frozen=True)
class Figure:
    """One observation. `entity` is an ISO code or a group (EU27, WB6, NATO_EUROPE); `year` the one observed."""

    figure: str
    entity: str
    year: int
    value: float
    unit: str
    source: str
    licence: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Source:
    """One owner of data on one licence, the addresses used and the figures that rest on it."""

    source: str
    licence: str
    urls: tuple[str, ...]
    figures: tuple[str, ...]


class Figures:
    """All figures, found by name, entity and year. Two values for one key raise DataError."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._series: dict[str, dict[str, list[Figure]]] = {}
        for figure in sorted(figures, key=lambda f: (f.figure, f.entity, f.year)):
            series = self._series.setdefault(figure.figure, {}).setdefault(figure.entity, [])
            if series and series[-1].year == figure.year:
                raise DataError(f"two values of {figure.figure} for {figure.entity} in {figure.year}")
            series.append(figure)

    def __iter__(self) -> Iterator[Figure]:
        return (f for entities in self._series.values() for series in entities.values() for f in series)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def names(self) -> list[str]:
        """The names of all figures."""
        return list(self._series)

    def entities(self, figure: str) -> list[str]:
        """For whom a figure is known."""
        if figure not in self._series:
            raise DataError(unknown("figure", figure, self._series))
        return list(self._series[figure])

    def series(self, figure: str, entity: str) -> list[Figure]:
        """All years of a figure for one entity, oldest first. Raises DataError with the nearest name."""
        if entity not in self.entities(figure):
            raise DataError(unknown(f"entity of {figure}", entity, self._series[figure]))
        return list(self._series[figure][entity])

    def at(self, figure: str, entity: str, year: int) -> Figure:
        """The latest observation at or before `year`, never a later one. DataError if there is none."""
        series = self.series(figure, entity)
        known = [f for f in series if f.year <= year]
        if not known:
            raise DataError(f"{figure} of {entity} begins in {series[0].year}; nothing is known for {year}")
        return known[-1]

    def sources(self) -> list[Source]:
        """Whose data these are: one entry per owner and licence, in alphabetical order."""
        groups: dict[tuple[str, str], list[Figure]] = {}
        for figure in self:
            groups.setdefault((figure.source, figure.licence), []).append(figure)
        return [_source(*owner, used) for owner, used in sorted(groups.items())]


def _source(source: str, licence: str, used: list[Figure]) -> Source:
    urls = sorted({f.url for f in used} - {""})
    return Source(source, licence, tuple(urls), tuple(sorted({f.figure for f in used})))


def _figure(line: Line) -> Figure:
    return Figure(
        figure=line.text("figure"),
        entity=line.text("entity"),
        year=line.year("year"),
        value=line.number("value"),
        unit=line.text("unit"),
        source=line.text("source"),
        licence=line.text("licence"),
        url=line.optional("url"),
        note=line.optional("note"),
    )


@cache
def load_figures(path: Path | None = None) -> Figures:
    """The figures shipped with the project, or those of another file of the same columns.

    Raises DataError ("figures.csv:12: unit is empty") for a row without unit, source or licence, with a
    value that is not a number, or that repeats a key.
    """
    columns = [field.name for field in fields(Figure)]
    return Figures(_figure(line) for line in lines(path or FOLDER / "figures.csv", columns))
