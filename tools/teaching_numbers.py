"""Write the numbers of the teaching kit, each with the command that gives it.

    python tools/teaching_numbers.py        writes docs/teaching/numbers.md (about a minute)

Run it after a change of the model, and look whether what the session plan says of the challenge still holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from sim import Results, compare, load_scenario, run
from sim.catalogue import Lever, catalogue

ROOT = Path(__file__).parent.parent
TEACHING = ROOT / "docs" / "teaching"
PAGE = TEACHING / "numbers.md"
WORLDS, SEED = 300, 1
AIMS = {"SRB.eu_alignment": "Serbia better aligned", "SRB.democracy": "Serbia more democratic", "mean.stability": "region calmer"}
ENOUGH = 0.75
HARDER: dict[str, dict[str, Any]] = {"enlargement_veto": {"us.administration": "transactional"}, "us_withdrawal": {}}
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


SILENCE = ("baseline", CHALLENGE, "mean.stability", "silent_and_own")

REVEALS = (
    Reveal("No single member can block: who believes in membership more?", "baseline", "no_veto", "membership_credibility"),
    Reveal("A wave of vetoes: whose alignment suffers?", "baseline", "enlargement_veto", "eu_alignment"),
    Reveal("Autocrats are no longer tolerated: calmer after one year?", *["stabilitocracy"] * 2, "mean.stability", "joint", "2024Q4"),
    Reveal("And after eleven years?", *["stabilitocracy"] * 2, "mean.stability", "joint", "2034Q4"),
    Reveal(
        "A transactional administration: leverage at the end of 2028?", "baseline", "us_transactional", "western_leverage", window="2028Q4"
    ),
    Reveal("And alignment at the end of 2028?", "baseline", "us_transactional", "mean.eu_alignment", window="2028Q4"),
    Reveal("Stronger mediation alone: Serbia's alignment?", *[CHALLENGE] * 2, "SRB.eu_alignment", "mediate"),
    Reveal("Security in its own hands and silence on democracy: calmer after one year?", *SILENCE, "2024Q4"),
    Reveal("Still calmer after eleven years?", *SILENCE, "2034Q4"),
)


@cache
def played(name: str, policy: str = "none") -> Results:
    """A scenario with one of its policies, `all` of them, or none."""
    return run(load_scenario(ROOT / name if name.endswith(".yaml") else name), worlds=WORLDS, seed=SEED, policy=policy)


def reached(results: Results, policy: str = "none") -> list[float]:
    """For each aim the share of worlds that end better than the same world as it comes, under an administration of continuity."""
    return [compare(played("baseline"), results, aim, policy=policy)["better"].item() for aim in AIMS]


def solves(shares: list[float]) -> bool:
    """Whether three worlds of four end better, aim by aim."""
    return min(shares) >= ENOUGH


@cache
def challenge() -> dict[str, list[float]]:
    """What each policy of the challenge reaches."""
    results = played(CHALLENGE, "all")
    return {policy: reached(results, policy) for policy in results.policies}


def solution() -> str:
    """The table of the challenge, the commands that look into a solution, and how pairs fare in harder futures."""
    found = challenge()
    pairs = [name for name in found if "_and_" in name]
    winners = [name for name in pairs if solves(found[name])]
    singles = [name for name in found if name not in ("none", *pairs)]
    aligning = max(pairs, key=lambda name: found[name][0])
    rows = [[name.replace("_", " "), *map(_percent, s), "**yes**" if solves(s) else "no"] for name, s in found.items()]
    told = f"{sum(solves(found[n]) for n in singles)} of {len(singles)} single moves and {len(winners)} of {len(pairs)} pairs solve it."
    harder = [[s, n.replace("_", " "), *map(_percent, reached(held(s, n)))] for s in HARDER for n in (*winners, aligning)]
    aims = list(AIMS.values())
    kept = "results/challenge.reference-baseline results/challenge"
    return "\n".join([
        "Washington deals in every world; `none` is what follows if Brussels does nothing. A cell says in how many of 100 worlds",
        "the end is better than in the same world of the baseline, where Washington goes on as before. A policy solves the challenge",
        f"where each aim is met in {100 * ENOUGH:.0f} or more. {told}\n",
        f"    balkansim run {CHALLENGE} --policy all --worlds {WORLDS} --seed {SEED}",
        f"    balkansim compare {kept} --outcome mean.stability --policy {winners[0]}\n",
        "The second prints one cell, in its column `better`. Why a pair works, and one world with and without it:\n",
        *(f"    balkansim explain {kept} {aim} --policy {winners[0]}" for aim in AIMS),
        f"    balkansim twin {kept} --policy {winners[0]} --world 7\n",
        _table(["moves", *aims, "solved"], rows),
        f"\nThe solutions, and the pair that is best for alignment ({aligning.replace('_', ' ')}), in harder futures.",
        "`enlargement_veto` is a wave of vetoes while Washington deals; in `us_withdrawal` Washington leaves. Compared, as before,",
        "with the baseline:\n",
        _table(["scenario", "moves", *aims], harder),
    ])  # fmt: skip


@cache
def held(scenario: str, policy: str) -> Results:
    """A harder future with the moves of a policy on top."""
    levers = load_scenario(ROOT / CHALLENGE).document["policies"][policy]["levers"]
    return run(load_scenario(scenario), worlds=WORLDS, seed=SEED, levers={**HARDER[scenario], **levers})


def calmed(reveal: Reveal) -> float:
    """The share of worlds in which what a question asks of is higher, where it asks of one thing."""
    return _compared(reveal)["higher"].item()


def _compared(r: Reveal) -> pd.DataFrame:
    return compare(played(r.reference), played(r.alternative, r.policy), r.outcome, policy=r.policy, window=r.window)


def revealed() -> str:
    """A small table for each question."""
    parts = []
    for r in REVEALS:
        columns = ("reference", "alternative", "difference")
        rows = [[w["state"] or "-", *(f"{w[c]:+.3f}" if c == "difference" else f"{w[c]:.3f}" for c in columns),
                 *(_percent(w[c]) for c in ("higher", "lower", "same"))] for _, w in _compared(r).iterrows()]  # fmt: skip
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
