"""The claims and their answers as a page of Markdown, for `docs/claims.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim import __version__
from sim.claims.reading import Claim, Unexpressed, not_expressed, parent_of
from sim.claims.runner import Answer, counts

_INTRODUCTION = """# Claims

Each causal claim of the two source documents is stated below as two arms of the model that share their worlds, an outcome and what
should come out. The page is generated; do not edit it:

    balkansim claims --worlds {worlds} --seed {seed} --page docs/claims.md

An *effect* is b minus a, or for an interaction (a and b) - a - b + base, for an ordering the smallest lead. A claim *holds* where the
95 % interval lies wholly beyond its margin and, for means, two thirds of the worlds in which the arms differ share the sign; it *fails*
where the interval lies wholly on the other side of the margin, or where more than half of the effect is left with the mediator held;
otherwise it is *undecided*. *Share* is the part of the differing worlds with the expected sign. Margins say what would matter; they were
set before any result was looked at. Line numbers refer to the documents' text.
"""


_RESTATED = """Four statements were reworded after a first run, because the documents do not say what they had said. C63a and C63b
counted mediation as European effort, where the documents have the United States make up for it (C44). C71b named cohesion as the only
way from split recognition to a weaker Union, C77a resilience as the only way from training to less harm; the documents name effects side
by side.
"""


def written(answers: Sequence[Answer], worlds: int, seed: int, *, shipped: bool) -> str:
    """The page. `shipped` adds the claims that cannot be stated, and counts claims rather than statements."""
    missing = not_expressed() if shipped else []
    parts = [_INTRODUCTION.format(worlds=worlds, seed=seed), *([_RESTATED] if shipped else [])]
    parts += [_count(answers, missing, worlds, seed), _table(answers)]
    not_holding = [f"- **{a.claim.id}** {a.claim.claim} {_why(a)}" for a in answers if a.verdict.verdict != "holds"]
    not_stated = [f"- **{u.id}** {u.claim} ({u.source}): {u.reason}." for u in missing]
    for heading, lines in (("Those that do not hold", not_holding), ("Those that cannot be stated", not_stated)):
        if lines:
            parts.append("\n".join([f"## {heading}", "", *lines, ""]))
    parts.append("\n".join(["## How each is stated", "", *(_statement(a.claim) for a in answers), ""]))
    return "\n".join(parts)


def _why(answer: Answer) -> str:
    verdict = answer.verdict
    low, high = verdict.interval
    return f"{verdict.verdict.capitalize()}: {verdict.effect:+.4f} [{low:+.4f}, {high:+.4f}]; {verdict.reason}."


def _count(answers: Sequence[Answer], missing: Sequence[Unexpressed], worlds: int, seed: int) -> str:
    count = counts(answers)
    total = f"{count['holds']} of {len(answers)} statements hold, {count['fails']} fail, {count['undecided']} are undecided"
    holding: dict[str, bool] = {}
    for answer in answers:
        parent = parent_of(answer.claim.id)
        holding[parent] = holding.get(parent, True) and answer.verdict.verdict == "holds"
    for entry in missing:
        holding[parent_of(entry.id)] = False
    whole = f"Of {len(holding)} claims, {sum(holding.values())} hold in every statement"
    left = f"; {len(missing)} parts cannot be stated and count as not holding" if missing else ""
    return f"With {worlds:,} worlds of seed {seed} and version {__version__}: {total}. {whole}{left}.\n"


def _table(answers: Sequence[Answer]) -> str:
    lines = ["| id | claim | verdict | effect | 95 % interval | share | mediated |", "|---|---|---|---:|---:|---:|---:|"]
    for answer in answers:
        verdict = answer.verdict
        share = "" if verdict.share is None else f"{verdict.share:.0%}"
        mediated = "" if verdict.mediated_effect is None else f"{verdict.mediated_effect:+.4f}"
        interval = f"{verdict.interval[0]:+.4f}, {verdict.interval[1]:+.4f}"
        cells = [answer.claim.id, answer.claim.claim, verdict.verdict, f"{verdict.effect:+.4f}", interval, share, mediated]
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _statement(claim: Claim) -> str:
    """One line on how a claim is checked."""
    arms = "levels" if claim.a is None or claim.b is None else f"a `{_levers(claim.a)}`, b `{_levers(claim.b)}`"
    base = f"base `{_levers(claim.base)}`; " if claim.base else ""
    expect = f"{', '.join(claim.above)} above {', '.join(claim.below)}" if claim.statistic == "ordering" else claim.expect
    mediator = f"; mediator `{_levers(claim.mediator)}`" if claim.mediator else ""
    outcome = " and ".join(f"`{name}`" for name in claim.outcomes)
    return (
        f"- **{claim.id}** ({claim.source}) {base}{arms}; {claim.statistic} of {outcome}, {claim.window[0]} to {claim.window[1]}; "
        f"expected: {expect}, margin {claim.margin:g}{mediator}"
    )


def _levers(levers: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {_value(value)}" for name, value in levers.items()) or "as in the base"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
