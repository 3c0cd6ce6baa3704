"""Write the numbers of the teaching kit, each with the command that gives it.

    python tools/teaching_numbers.py        writes docs/teaching/numbers.md (about a minute)

Run it after a change of the model, and look whether what the session plan says of the challenge still holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sim import Results, compare, load_scenario, run
from sim.catalogue import Lever, catalogue

ROOT = Path(__file__).parent.parent
TEACHING = ROOT / "docs" / "teaching"
PAGE = TEACHING / "numbers.md"
WORLDS, SEED = 300, 1
BARS = {"SRB.eu_alignment": 0.60, "SRB.democracy": 0.25}
ENOUGH = 0.75
HARDER = ("enlargement_veto", "us_transactional")
MOVED = ("mean.eu_alignment", "SRB.eu_alignment", "mean.democracy", "mean.stability", "western_leverage")
CHALLENGE = "docs/teaching/challenge.yaml"


@dataclass(frozen=True)
class Reveal:
    """A question to ask the class, and the comparison that answers it."""

    question: str
    reference: str
    alternative: str
    outcome: str
    policy: str = "none"
    window: str | None = None

    @property
    def command(self) -> str:
        """What to type."""
        options = f" --policy {self.policy}" if self.policy != "none" else ""
        options += f" --window {self.window}" if self.window else ""
        return f"balkansim compare {self.reference} {self.alternative} --outcome {self.outcome}{options} --worlds {WORLDS} --seed {SEED}"


REVEALS = (
    Reveal("No single member can block: who believes in membership more?", "baseline", "no_veto", "membership_credibility"),
    Reveal("A wave of vetoes: whose alignment suffers?", "baseline", "enlargement_veto", "eu_alignment"),
    Reveal("Autocrats are no longer tolerated: calmer after one year?", *["stabilitocracy"] * 2, "mean.stability", "joint", "2024Q4"),
    Reveal("And after eleven years?", *["stabilitocracy"] * 2, "mean.stability", "joint", "2034Q4"),
    Reveal(
        "A transactional administration: leverage at the end of 2028?", "baseline", "us_transactional", "western_leverage", window="2028Q4"
    ),
    Reveal("And alignment at the end of 2028?", "baseline", "us_transactional", "mean.eu_alignment", window="2028Q4"),
    Reveal("Stronger mediation alone: Serbia's alignment?", CHALLENGE, CHALLENGE, "SRB.eu_alignment", "mediate"),
)


@cache
def played(name: str, policy: str = "none") -> Results:
    """A scenario with one of its policies, `all` of them, or none."""
    return run(load_scenario(ROOT / name if name.endswith(".yaml") else name), worlds=WORLDS, seed=SEED, policy=policy)


def reached(results: Results, policy: str = "none") -> list[float]:
    """Shares of worlds that end above the bar of alignment, above that of democracy, and above both."""
    above = [results.values(name, policy)[:, -1] >= bar for name, bar in BARS.items()]
    return [float(np.mean(a)) for a in (*above, above[0] & above[1])]


def solves(shares: list[float]) -> bool:
    """Whether three quarters of the worlds pass each bar: both dark bands lie above the line."""
    return min(shares[:2]) >= ENOUGH


def challenge() -> dict[str, list[float]]:
    """What each policy of the challenge reaches."""
    results = played(CHALLENGE, "all")
    return {policy: reached(results, policy) for policy in results.policies}


def solution() -> str:
    """The table of the challenge, and how its solutions fare in harder scenarios."""
    found = challenge()
    rows = [[name.replace("_", " "), *map(_percent, s), "**yes**" if solves(s) else "no"] for name, s in found.items()]
    pairs = [name for name in found if "_and_" in name]
    winners = [name for name in pairs if solves(found[name])]
    best = max(pairs, key=lambda name: found[name][2])
    condition = " and ".join(f"{name} >= {bar:g}" for name, bar in BARS.items())
    told = f"{sum(solves(found[n]) for n in found if n not in pairs)} of 5 single moves and {len(winners)} of {len(pairs)} pairs solve it."
    harder = [[s, n.replace("_", " "), *map(_percent, reached(_held(s, n)))] for s in HARDER for n in winners]
    return "\n".join([
f"`none` is the baseline. A policy solves the challenge where {100 * ENOUGH:.0f} % of the worlds or more pass each bar. {told}\n",
        f"    balkansim run {CHALLENGE} --policy all --worlds {WORLDS} --seed {SEED}",
        f"    balkansim discover {CHALLENGE} '{condition}' --policy {best} --worlds {WORLDS} --seed {SEED}\n",
        "The second prints the share of worlds that pass both, for any policy put in.\n",
        _table(["moves", "alignment 0.60 or more", "democracy 0.25 or more", "both", "solved"], rows),
        "\nThe same solutions in harder futures (the scenario on the page, the levers of the solution on top):\n",
        _table(["scenario", "moves", "alignment 0.60 or more", "democracy 0.25 or more", "both"], harder),
    ])  # fmt: skip


def _held(scenario: str, policy: str) -> Results:
    levers = load_scenario(ROOT / CHALLENGE).document["policies"][policy]["levers"]
    return run(load_scenario(scenario), worlds=WORLDS, seed=SEED, levers=levers)


def revealed() -> str:
    """A small table for each question."""
    parts = []
    for r in REVEALS:
        found = compare(played(r.reference), played(r.alternative, r.policy), r.outcome, policy=r.policy, window=r.window)
        columns = ("reference", "alternative", "difference")
        rows = [[w["state"] or "-", *(f"{w[c]:+.3f}" if c == "difference" else f"{w[c]:.3f}" for c in columns),
                 *(_percent(w[c]) for c in ("higher", "lower", "same"))] for _, w in found.iterrows()]  # fmt: skip
        head = ["", "median before", "median after", "mean change", "higher in", "lower in", "same in"]
        parts.append(f"### {r.question}\n\n    {r.command}\n\n{_table(head, rows)}\n")
    return "\n".join(parts)


def ends(lever: Lever) -> tuple[Any, Any]:
    """The two settings of a lever that are compared."""
    if lever.kind == "number":
        return lever.range
    if lever.kind == "flag":
        return False, True
    if lever.kind == "list":
        return [], list(lever.values)
    if lever.default in ("split", "continuity", "one_by_one", "unanimity"):
        return lever.default, lever.values[1]
    return lever.values[-2], lever.values[-1]


def effects() -> str:
    """What each lever with a card moves, from the low end of its range to the high end."""
    baseline, rows = load_scenario("baseline"), []
    for name in yaml.safe_load((TEACHING / "cards.yaml").read_text(encoding="utf-8")):
        low, high = ends(catalogue().levers[name])
        first, second = (run(baseline, worlds=WORLDS, seed=SEED, levers={name: end}) for end in (low, high))
        changes = [compare(first, second, o)["difference"].item() for o in MOVED]
        rows.append([f"`{name}`", f"{_shown(low)} to {_shown(high)}", *(f"{c:+.3f}" for c in changes)])
    return _table(["lever", "from, to", *(f"`{o}`" for o in MOVED)], rows)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "all six" if value else "none"
    return str(value).replace("_", " ") if isinstance(value, str | bool) else f"{value:g}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(r)} |" for r in (head, ["---"] + ["---:"] * (len(head) - 1), *rows))


def page() -> str:
    """The whole page."""
    return f"""# Numbers of the teaching kit

For the instructor. The page is generated; do not edit it:

    python tools/teaching_numbers.py

All numbers come from {WORLDS} worlds of seed {SEED}, at the end of 2034 unless a window is named. Each table stands below the command that
prints it. They are properties of this model under its assumptions, not of the world.

## The challenge

{solution()}

## Questions to ask before revealing

{revealed()}
## What each lever moves

From one end of the range to the other, everything else as in the baseline: mean change over the worlds. A small number here may
hide a large one in a single state or year; for that use the command on the [card](levers.md).

    balkansim run baseline --set LEVER=VALUE --worlds {WORLDS} --seed {SEED}

That command compares one value with the default; the table compares the two ends with each other.

{effects()}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
