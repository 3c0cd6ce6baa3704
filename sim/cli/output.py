"""What reaches the terminal: answers on stdout, words on stderr, JSON and nothing else where it was asked for."""

from __future__ import annotations

import json
import math
import os
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NARROWEST, WIDTH = 80, 100
"""Columns of the narrowest terminal that tables are made for, and of the widest; a narrower one wraps rather than loses digits."""


def emit(data: Any) -> None:
    """Print data as JSON on stdout; what is not a number becomes null."""
    sys.stdout.write(json.dumps(plain(data), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def plain(data: Any) -> Any:
    """Data as JSON can hold it."""
    if is_dataclass(data) and not isinstance(data, type):
        return plain(asdict(data))
    if isinstance(data, Mapping):
        return {str(k): plain(v) for k, v in data.items()}
    if isinstance(data, list | tuple | set | frozenset):
        return [plain(v) for v in data]
    if isinstance(data, Path):
        return str(data)
    if hasattr(data, "item") and not isinstance(data, str):
        data = data.item()
    return None if isinstance(data, float) and not math.isfinite(data) else data


def say(text: str) -> None:
    """Words for the user, on stderr."""
    sys.stderr.write(text + "\n")


def say_notices(notices: Iterable[str]) -> None:
    """What was ignored and what has no effect, on stderr."""
    for notice in notices:
        say(f"note: {notice}")


def held_by(who: str, notices: Iterable[str]) -> list[str]:
    """Notices of plans that have settings on top which nobody gave as `--set`: these are `who`'s."""
    from sim.scenario.build import ON_TOP

    return [notice.replace(ON_TOP, who) for notice in notices]


def note(text: str) -> None:
    """Words that only somebody who watches needs: on stderr, and only on a terminal."""
    if sys.stderr.isatty():
        say(text)


def console(stream: Any = None) -> Console:
    """A console as wide as the terminal, between `NARROWEST` and `WIDTH`; `WIDTH` where there is no terminal."""
    from rich.console import Console

    stream = stream or sys.stdout
    colours: Any = None if os.environ.get("NO_COLOR") else "auto"
    there = Console(file=stream, highlight=False, emoji=False, markup=False, color_system=colours)
    there.width = min(max(there.width, NARROWEST), WIDTH) if there.is_terminal else WIDTH
    return there


def width() -> int:
    """Columns that `show` prints into."""
    return console().width


def show(*parts: Any) -> None:
    """Print text and tables on stdout. A closed pipe raises BrokenPipeError here, where the caller can end quietly."""
    out = console()
    with out.capture() as captured:
        for part in parts:
            out.print(part, soft_wrap=False)
    text = captured.get()
    sys.stdout.write(text if out.is_terminal else "\n".join(line.rstrip() for line in text.split("\n")))


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "", right: Sequence[int] = (), fold: bool = False
) -> Table:
    """A plain table; `right` are positions of columns of numbers, which never wrap; nor does the first one unless `fold`."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    class Titled(Table):
        """A table whose title is a line of its own: rich would break it at the width of the columns."""

        def __rich_console__(self, console: Any, options: Any) -> Any:
            if title:
                yield Text(title, style="bold")
            yield from super().__rich_console__(console, options)

    made = Titled(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for i, name in enumerate(columns):
        number = i in right
        made.add_column(Text(name), justify="right" if number else "left", no_wrap=number or (i == 0 and not fold), overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def bold(text: str) -> Any:
    """A line in bold, where the terminal has it."""
    from rich.text import Text

    return Text(text, style="bold")


def counted(count: int, one: str, many: str = "") -> str:
    """`1 world`, `2 worlds`, `1,000 worlds`; `many` where an s at the end does not make it."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def typed(command: str) -> str:
    """A command to copy, broken between its words where it is too long, so that a shell still takes it."""
    lines, line = [], ""
    for word in map(shlex.quote, shlex.split(command)):
        if line and len(line) + len(word) + 4 > WIDTH:
            lines.append(line + " \\")
            line = "     "
        line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])
