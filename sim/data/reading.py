"""Reading a shipped CSV file strictly: every refusal names the file and the line."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterator
from pathlib import Path

from sim import quarters
from sim.errors import DataError, InputError, unknown

FOLDER = Path(__file__).parent


class Line:
    """One line of a table; its methods read a cell or raise DataError ("file:line: what is wrong")."""

    def __init__(self, where: str, cells: dict[str, str]) -> None:
        self.where = where
        self.cells = cells

    def refuse(self, why: str) -> DataError:
        """The error to raise about this line."""
        return DataError(f"{self.where}: {why}")

    def optional(self, column: str) -> str:
        """The cell as it stands, perhaps empty."""
        return self.cells[column].strip()

    def text(self, column: str) -> str:
        """A cell that must not be empty."""
        value = self.optional(column)
        if not value:
            raise self.refuse(f"{column} is empty")
        return value

    def one_of(self, column: str, allowed: Collection[str]) -> str:
        """A cell that must hold one of the allowed words."""
        value = self.text(column)
        if value not in allowed:
            raise self.refuse(unknown(column, value, allowed))
        return value

    def many_of(self, column: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        """Words parted by `;`, each allowed; empty gives none."""
        values = tuple(part.strip() for part in self.optional(column).split(";") if part.strip())
        for value in values:
            if allowed is not None and value not in allowed:
                raise self.refuse(unknown(column, value, allowed))
        return values

    def yes(self, column: str) -> bool:
        """A cell that must hold yes or no."""
        return self.one_of(column, ("yes", "no")) == "yes"

    def number(self, column: str, low: float = -math.inf, high: float = math.inf) -> float:
        """A finite number within [low, high]."""
        written = self.text(column)
        try:
            value = float(written)
        except ValueError:
            raise self.refuse(f"{column} '{written}' is not a number") from None
        if not math.isfinite(value) or not low <= value <= high:
            raise self.refuse(f"{column} {written} is outside {low:g}..{high:g}")
        return value

    def year(self, column: str) -> int:
        """A whole year."""
        value = self.number(column, 1900, 2100)
        if value != int(value):
            raise self.refuse(f"{column} {value} is not a whole year")
        return int(value)

    def quarter(self, column: str) -> str:
        """A quarter written as 2024Q1."""
        value = self.text(column)
        try:
            quarters.index(value)
        except InputError as error:
            raise self.refuse(f"{column}: {error}") from None
        return value

    def source_or_reason(self) -> tuple[str, str]:
        """(source, because), at least one of them given."""
        source, because = self.optional("source"), self.optional("because")
        if not source and not because:
            raise self.refuse("neither source nor because is given")
        return source, because

    def status(self, documented: str = "documented") -> str:
        """`documented` (or `measured`) needs a source; `assumed` needs its reason."""
        status = self.one_of("status", (documented, "assumed"))
        needed = "because" if status == "assumed" else "source"
        if not self.optional(needed):
            raise self.refuse(f"status {status} needs {needed}")
        return status


def lines(path: Path, columns: Collection[str]) -> Iterator[Line]:
    """The lines of a CSV file with exactly these columns. DataError for a missing file or other columns."""
    if not path.is_file():
        raise DataError(f"{path.name} is missing; write it with tools/extract_figures.py")
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if list(reader.fieldnames or []) != list(columns):
            raise DataError(f"{path.name}:1: columns are {reader.fieldnames}, expected {list(columns)}")
        for cells in reader:
            if None in cells or None in cells.values():
                raise DataError(f"{path.name}:{reader.line_num}: {len(columns)} cells expected")
            yield Line(f"{path.name}:{reader.line_num}", cells)
