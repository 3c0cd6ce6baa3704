"""The pages of the documentation, their links and their examples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
_FENCE = re.compile(r"^( *)(```+)(\w*)([^\n]*)\n(.*?)^\1\2 *$", re.S | re.M)
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+(?:\([^()]*\)[^()\s]*)*)(?: \"[^\"]*\")?\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what stands after it, its text."""

    language: str
    info: str
    text: str


def name(page: Path) -> str:
    """A page's path below docs."""
    return str(page.relative_to(DOCS))


def blocks(page: Path) -> list[Block]:
    """Fenced blocks in order."""
    return [Block(f[3], f[4].strip(), f[5]) for f in _FENCE.finditer(page.read_text(encoding="utf-8"))]


def links(page: Path) -> list[str]:
    """Targets of links and pictures outside fenced blocks and code."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return _LINK.findall(re.sub(r"`[^`\n]*`", "", text))
