"""Write the generated parts of the documentation, or with --check say which are out of date.

python tools/docs.py
python tools/docs.py --check

A room without a page gets one, with its equations as its module writes them, and its place in the navigation.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # so that it works from a checkout that is not installed

from sim.catalogue import catalogue  # noqa: E402
from tools.docpages import model, reference, results  # noqa: E402
from tools.docpages.writing import filled, write  # noqa: E402

DOCS = ROOT / "docs"
NAVIGATION = ROOT / "mkdocs.yml"
_ROOMS = re.compile(r"(?<=\n      - Rooms:\n)( {10}- .+\n)+")
NEW_PAGE = "\n\n".join((
    "# {title}", "<!-- generated: claim of {room} -->\n<!-- end generated -->", "## Equations",
    "<!-- generated: equations of {room} -->\n<!-- end generated -->", "<!-- generated: grounds of {room} -->\n<!-- end generated -->\n",
))  # fmt: skip
SECTIONS = {
    "quarter": model.quarter, "rooms": model.rooms, "cast": model.cast, "variables": model.state_variables, "counts": model.counts,
    "answer of skill": results.answer, "coverage of skill": results.coverage, "assumption of skill": results.assumption,
    "summary of claims": results.claims,
}  # fmt: skip


def section(name: str) -> str:
    """The content of a generated section: one of SECTIONS, or `claim of ROOM`, `equations of ROOM` and `grounds of ROOM`."""
    for word, made in (("claim of ", model.claim), ("equations of ", equations), ("grounds of ", model.grounds)):
        if name.startswith(word):
            return made(name.removeprefix(word))
    return SECTIONS[name]()


def equations(room: str) -> str:
    """The equations of a room as its module writes them, for a page on which nobody has typeset them."""
    return f"```text\n{model.docstring(room)['Equation']}\n```"


def navigation(text: str) -> str:
    """The text of `mkdocs.yml` with every room in its navigation."""
    return _ROOMS.sub("".join(f"          - {model.title(r)}: model/rooms/{r}.md\n" for r in catalogue().rooms), text)


def pages() -> Iterator[tuple[Path, str]]:
    """Every page with something generated, as it should be."""
    yield NAVIGATION, navigation(NAVIGATION.read_text(encoding="utf-8"))
    yield from ((DOCS / page, made()) for page, made in reference.PAGES.items())
    texts = {page: page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md")}
    for room in catalogue().rooms:
        texts.setdefault(DOCS / "model" / "rooms" / f"{room}.md", NEW_PAGE.format(title=model.title(room), room=room))
    for page, text in sorted(texts.items()):
        if "<!-- generated: " in text:
            yield page, filled(text, section, str(page.relative_to(DOCS)))


def stale(check: bool) -> list[str]:
    """Names of pages that were not up to date; they are now, unless `check`."""
    return [str(page.relative_to(ROOT)) for page, text in pages() if not write(page, text, check)]


def main() -> int:
    """Write or check; exit code 1 where a check finds stale pages."""
    check = "--check" in sys.argv[1:]
    found = stale(check)
    for name in found:
        print(f"{'out of date' if check else 'written'}: {name}")
    return int(check and bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
