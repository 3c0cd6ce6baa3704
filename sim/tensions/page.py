"""The tensions as a page of Markdown with a figure each, for `docs/tensions.md`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sim import __version__
from sim.tensions.arms import Arms
from sim.tensions.tension import Finding, Tension

Played = Sequence[tuple[Tension, Finding]]

_INTRODUCTION = """# Tensions

The two source documents pull apart in eleven places, between each other or within themselves. Below each is played both ways in the same
model and in the same worlds. A model in which one side always won would have assumed the answer, so the shares matter as much as the
means: they say in how many worlds, that is under how much of what we do not know, each side is right. Where both sides may hold at once
(T5, T9, T11) the point is that they do. The page is generated; do not edit it:

    python -m sim.tensions --page docs/tensions.md --figures docs/figures/tensions --worlds {worlds} --seed {seed}

Contrasts, and what counts as winning, were settled after first runs, so as to show where the two sides meet. They teach trade-offs; they
are no tests of the documents, which are on the page of claims. What each share hangs on is said with it.

Line numbers refer to the documents' text. Shares come from {worlds:,} worlds of seed {seed} and version {version}; what is uncertain
differs from world to world. Everything not named in a contrast is as in the baseline.
"""


def file_name(tension: Tension) -> str:
    """The file of a tension's figure."""
    return f"{tension.id.lower()}.svg"


def written(played: Played, arms: Arms, page: Path, figures: Path) -> str:
    """The page as it stands at `page`, with figures in the folder `figures`."""
    folder = Path(os.path.relpath(figures, page.parent)).as_posix()
    parts = [_INTRODUCTION.format(worlds=arms.worlds, seed=arms.seed, version=__version__), _table(played)]
    parts += [_section(tension, finding, f"{folder}/{file_name(tension)}") for tension, finding in played]
    return "\n".join(parts)


def _table(played: Played) -> str:
    lines = ["| | one side | wins in | the other side | wins in |", "|---|---|---:|---|---:|"]
    for tension, finding in played:
        cells = (tension.id, tension.one.says, f"{finding.one:.0%}", tension.other.says, f"{finding.other:.0%}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _section(tension: Tension, finding: Finding, figure: str) -> str:
    both = "" if tension.exclusive else " Both may hold at once."
    lines = [f"## {tension.id}. {tension.title}", "", f"![{tension.title}]({figure})", ""]
    for side, won in ((tension.one, finding.one), (tension.other, finding.other)):
        lines.append(f"- **{side.says}** ({side.source}): right in {won:.0%} of the {tension.cases}. Counted where {side.wins}.")
    lines += ["", f"{tension.contrast}{both}", "", tension.told(finding), "", f"*What it depends on.* {tension.depends}", ""]
    return "\n".join(lines)
