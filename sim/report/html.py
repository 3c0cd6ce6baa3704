"""Small pieces of HTML: escaped text, tables, sections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

MINUS = "\N{MINUS SIGN}"
NUMBER = ' class="number"'


def text(value: object) -> str:
    """A value as text that cannot break the page."""
    return escape(str(value), quote=True)


def paragraph(value: object, kind: str = "") -> str:
    """A paragraph of plain text."""
    return f"<p{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{text(value)}</p>"


def link(address: str, words: str | None = None) -> str:
    """A link out of the page where the address is one of the web; plain text otherwise."""
    shown = text(words or address)
    return f'<a href="{text(address)}" rel="noreferrer">{shown}</a>' if address.startswith(("http://", "https://")) else shown


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = (), caption: str = "") -> str:
    """A table of cells that are HTML already; `numbers` are positions of columns of numbers."""

    def cell(i: int, content: str) -> str:
        if i == 0:
            return f'<th scope="row">{content}</th>'
        return f'<td class="number">{content.replace("-", MINUS)}</td>' if i in numbers else f"<td>{content}</td>"

    def heading(i: int, words: str) -> str:
        return f'<th scope="col"{NUMBER if i in numbers else ""}>{text(words)}</th>'

    head = "".join(heading(i, words) for i, words in enumerate(columns))
    body = "\n".join(f"<tr>{''.join(cell(i, content) for i, content in enumerate(row))}</tr>" for row in rows)
    told = f"<caption>{text(caption)}</caption>" if caption else ""
    return f'<div class="wide"><table>{told}<thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def section(title: str, parts: Sequence[str], level: int = 2) -> str:
    """A section with its heading; nothing where it has no parts."""
    body = "\n".join(p for p in parts if p)
    return f"<section><h{level}>{text(title)}</h{level}>\n{body}\n</section>" if body else ""


def folded(title: str, body: str) -> str:
    """What is shown on request; in print only where it has been opened."""
    return f"<details><summary>{text(title)}</summary>\n{body}\n</details>"
