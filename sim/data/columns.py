"""Columns of the data tables as arrays in the order of the populations, for starting values and measured parameters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from sim.catalogue import MEMBERS, STATES
from sim.data import tables
from sim.errors import DataError, unknown

SHARES_OF_2016_UNTIL = 2020
"""The council table holds the populations by which votes were weighed in 2016 and in 2025; up to this year the first are the nearer."""


def _council(column: str, year: int) -> np.ndarray:
    """A numeric or yes/no column of the council table, (27,); shares of population are those of the nearer year."""
    if column == "population_share" and year <= SHARES_OF_2016_UNTIL:
        column = "population_share_2016"
    rows = {m.iso: m for m in tables.load_council()}
    return np.array([float(getattr(rows[iso], column)) for iso in MEMBERS])


def _disputes(column: str, year: int) -> np.ndarray:
    """`intensity` of the strongest dispute standing at the end of `year`, (27, 6)."""
    values = np.zeros((len(MEMBERS), len(STATES)))
    for dispute in tables.load_disputes():
        if dispute.standing(f"{year}Q4"):
            at = MEMBERS.index(dispute.member), STATES.index(dispute.candidate)
            values[at] = max(values[at], float(getattr(dispute, column)))
    return values


def _vetoes(column: str, year: int) -> np.ndarray:
    """`standing`: 1 where a documented veto of a named member stands at the end of `year`, (27, 6)."""
    values = np.zeros((len(MEMBERS), len(STATES)))
    for spell in tables.load_vetoes():
        if getattr(spell, column)(f"{year}Q4"):
            for blocker in set(spell.blockers) & set(MEMBERS):
                values[MEMBERS.index(blocker), STATES.index(spell.candidate)] = 1.0
    return values


def _kin(column: str, year: int) -> np.ndarray:
    """Share of a state's people with kin or faith ties to the power named by `column`, (6,)."""
    shares = {t.state: t.share for t in tables.load_kin() if t.power == column}
    if not shares:
        raise DataError(unknown("column of kin", column, tables.KIN))
    return np.array([shares.get(iso, 0.0) for iso in STATES])


_TABLES: dict[str, Callable[[str, int], np.ndarray]] = {
    "council": _council,
    "disputes": _disputes,
    "vetoes": _vetoes,
    "kin": _kin,
}


@cache
def column(table: str, name: str, year: int) -> np.ndarray:
    """Values of a column at the end of `year`, without a world axis. Raises DataError for an unknown table or column."""
    if table not in _TABLES:
        raise DataError(unknown("table", table, _TABLES))
    try:
        return _TABLES[table](name, year)
    except (AttributeError, TypeError, ValueError) as error:  # no such column, or one of words
        raise DataError(f"{table}.csv has no column of numbers called '{name}'") from error
