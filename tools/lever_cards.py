"""Write the lever cards: what the catalogue knows of a lever beside what people wrote about it.

    python tools/lever_cards.py        writes docs/teaching/levers.md from docs/teaching/cards.yaml

Meaning, range, default, status and room come from the catalogue, claims from `sim/claims/shipped.yaml`; the rest is in the cards.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sim.catalogue import Lever, catalogue

ROOT = Path(__file__).parent.parent
CARDS = ROOT / "docs" / "teaching" / "cards.yaml"
PAGE = ROOT / "docs" / "teaching" / "levers.md"
CLAIMS = ROOT / "sim" / "claims" / "shipped.yaml"

_HEAD = """# Lever cards

One card for each main lever. The page is generated; do not edit it, but [cards.yaml](cards.yaml) and run:

    python tools/lever_cards.py

Cards say what the *model* does, not what the world does. Claims are those of the two source documents, by line; how each fares in the
model stands in [claims](../claims.md). A value called *a judgement* has no source but the reason given. `balkansim names WORD` prints
the same facts for every lever, the {others} without a card included. How far each lever moves the main
outcomes stands in [numbers](numbers.md).
"""


def cards() -> dict[str, dict[str, Any]]:
    """The hand-written cards by lever, in their order."""
    return yaml.safe_load(CARDS.read_text(encoding="utf-8"))


def claims() -> dict[str, dict[str, Any]]:
    """The shipped claims by identifier."""
    return {c["id"]: c for c in yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))}


def page() -> str:
    """The whole page."""
    written, stated, levers = cards(), claims(), catalogue().levers
    parts = [_HEAD.format(others=len(levers) - len(written)), contents(written)]
    parts += [card(levers[name], entry, stated) for name, entry in written.items()]
    return "\n".join(parts)


def contents(written: dict[str, dict[str, Any]]) -> str:
    """A line with a link to each card."""
    return ", ".join(f"[{name}](#{anchor(name)})" for name in written) + "\n"


def anchor(name: str) -> str:
    """The anchor that Markdown gives to the heading of a lever."""
    return name.replace(".", "")


def card(lever: Lever, entry: dict[str, Any], stated: dict[str, dict[str, Any]]) -> str:
    """One card in Markdown."""
    rows = [
        ("What it is", entry["is"]),
        ("From the record", " ".join(entry["examples"])),
        ("What it moves", entry["moves"]),
        ("Claim", _claim(entry, stated)),
        ("Range", f"{_range(lever)} {entry['scale']}"),
        ("Default", _default(lever)),
        ("Does not capture", entry["not"]),
        ("Guess first", entry["guess"]),
    ]
    body = "\n".join(f"- **{name}.** {text}" for name, text in rows)
    return f"## {lever.name}\n\n{body}\n- **Try this.**\n\n      {entry['try']}\n"


def _claim(entry: dict[str, Any], stated: dict[str, dict[str, Any]]) -> str:
    told = [f"{i}: {stated[i]['claim']} ({stated[i]['source']})" for i in entry.get("claims", [])]
    if not told:
        return f"None of the checked claims rests on this lever alone; it comes from {entry['line']}."
    return " ".join([*told, *([f"See also {entry['line']}."] if "line" in entry else [])])


def _range(lever: Lever) -> str:
    if lever.kind == "list":
        return f"Any of {', '.join(lever.values)}."
    if lever.kind in ("choice", "flag"):
        return f"{', '.join(v.replace('_', ' ') for v in lever.values)}."
    low, high = lever.range or (0.0, 1.0)
    return f"{low:g} to {high:g}{' times today' if lever.multiplier else ''}."


def _default(lever: Lever) -> str:
    value = lever.default
    shown = ", ".join(value) or "none" if isinstance(value, tuple) else f"{value:g}" if isinstance(value, float) else str(value)
    shown = shown.replace("_", " ")
    if lever.status == "assumed":
        return f"{shown}; a judgement, because: {lever.because}. Room: {lever.room}."
    return f"{shown}{' (today)' if lever.multiplier else ''}. Room: {lever.room}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
