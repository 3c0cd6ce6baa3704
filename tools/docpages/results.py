"""What other generated pages found out, repeated on the first page in their own words."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def answer() -> str:
    """The answer of the skill page."""
    return _part("skill.md", "The answer").split("\n\n")[0]


def coverage() -> str:
    """What share of the record its 90 % intervals held, and what that says of their width."""
    found = re.search(r"Its (90 % intervals hold .*?)(?:;|\. )", answer())
    if not found:
        raise SystemExit("docs/skill.md: the answer does not say what its 90 % intervals hold")
    return f"In the hindcast the {found[1].replace(' of them', ' of what happened')}."


def assumption() -> str:
    """What the tests of the weakest assumption came to."""
    return re.sub(r"\A.*?(?=^1\. )", "", _part("skill.md", "The weakest assumption"), flags=re.S | re.M)


def claims() -> str:
    """How many claims hold."""
    found = re.search(r"^With [\d,]+ worlds.*$", (DOCS / "claims.md").read_text(encoding="utf-8"), re.M)
    if not found:
        raise SystemExit("docs/claims.md: no line says how many statements hold")
    return found[0]


def _part(page: str, head: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(rf"^## {head}\n+(.*?)(?=^## |\Z)", text, re.S | re.M)
    if not found:
        raise SystemExit(f"docs/{page}: there is no part called '{head}'")
    return found[1].strip()
