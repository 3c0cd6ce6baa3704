"""The hindcast as a page of Markdown, for `docs/skill.md`: losses as plainly as gains."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.hindcast.evaluate import VARIANTS
from sim.hindcast.spells import MEASURES
from sim.hindcast.targets import SERIES

NOMINAL = 0.9
AIMS = (0.80, 0.97)
"""Outside these the coverage of 90 % intervals is called wrong, not only off."""


def number(value: float | None, digits: int = 2) -> str:
    """A signed number, or a dash where there is none."""
    return "–" if value is None else f"{value:+.{digits}f}"


def share(value: float | None) -> str:
    """A share in per cent."""
    return "–" if value is None else f"{100 * value:.0f} %"


def written(data: Mapping[str, Any], pictures: Sequence[Path], page: Path) -> str:
    """The page; `pictures` are linked relative to it."""
    parts = [
        _introduction(data), _verdict(data), _tests(data), _rows(data), _variants(data), _responses(data), _vetoes(data),
        _calibration(data), _limits(data), _pictures(pictures, page),
    ]  # fmt: skip
    return "\n".join(parts).rstrip() + "\n"


def _introduction(data: Mapping[str, Any]) -> str:
    return f"""# How well does it do?

This page is generated; do not edit it:

    balkansim hindcast --calibrate --worlds {data["worlds"]} --seed {data["seed"]} --page docs/skill.md --figures docs/hindcast

The scenario `hindcast_2014` starts from the end of 2013 and is told only what came from outside the region. Parameters and paths
are conditioned on the record of {data["train"][0]} to {data["train"][1]}; the forecast of {data["test"][0]} to {data["test"][1]} is scored.
*Skill* is 1 - CRPS / CRPS of a reference: above 0 the model is better. The benchmark is *dressed persistence* (last known value, spread
like the changes of the training years); a linear trend and bare persistence stand beside it. No reference knows the war; the model does.
"""


def verdict(data: Mapping[str, Any]) -> str:
    """The answer in a few sentences."""
    whole = data["overall"]
    gain, covered = whole["skill_vs_dressed_persistence"], whole["coverage_90"]
    low, high = whole["coverage_90_interval"]
    better = "better than" if gain > 0 else "no better than"
    lost = [f"{r['series']} {r['state']} ({number(_benchmark(r))})" for r in data["series"] if r["scored"] and (_benchmark(r) or 0) < 0]
    return (
        f"On {data['test'][0]} to {data['test'][1]} the model is {better} dressed persistence: skill {number(gain, 3)} over {whole['n']} "
        f"observations ({number(whole['skill_vs_trend'])} against the trend, {number(whole['skill_vs_persistence'])} against bare "
        f"persistence). Its 90 % intervals hold {share(covered)} of them (95 % interval by blocks {share(low)} to {share(high)}), "
        f"{honest(covered)}; its 50 % intervals {share(whole['coverage_50'])}. Of the {whole['moved']} observations that moved, "
        f"its median moved the right way in {share(whole['direction'])}. It loses to dressed persistence on "
        + (", ".join(lost) if lost else "no scored row")
        + "."
        + _without_help(data)
    )


def honest(covered: float) -> str:
    """What the coverage of the 90 % intervals says of their width."""
    if covered < AIMS[0]:
        return "**too seldom: they are too narrow**"
    if covered < NOMINAL:
        return "fewer than nine in ten: they are somewhat too narrow"
    return "as they should" if covered <= AIMS[1] else "too often: they are too wide"


def _without_help(data: Mapping[str, Any]) -> str:
    """What is left of the skill without the war and without what the authors of the parameters had seen."""
    found = {v["name"]: v["skill_vs_dressed_persistence"] for v in data["variants"]}
    if not {"no_war", "blind"} <= set(found):
        return ""
    return (
        f" Without being told of the invasion, its skill is {number(found['no_war'], 3)}; with every parameter that was set by figures of "
        f"2020 to 2023 loosened to between half and twice its value, {number(found['blind'], 3)}. The difference to the run at "
        f"the priors ({number(found['prior'], 3)}) is what hindsight may be worth."
    )


def _benchmark(row: Mapping[str, Any]) -> float | None:
    return row["skill_vs_dressed_persistence"]


def _verdict(data: Mapping[str, Any]) -> str:
    why = _why_narrow(data) if data["overall"]["coverage_90"] < AIMS[0] else ""
    return f"## The answer\n\n{verdict(data)}\n{why}"


def _why_narrow(data: Mapping[str, Any]) -> str:
    missed: dict[str, list[int]] = {}
    for row in data["series"]:
        if row["scored"]:
            count = missed.setdefault(row["series"], [0, 0])
            count[0] += round(row["n"] * (1 - row["coverage_90"]))
            count[1] += row["n"]
    worst = sorted((v[0] / v[1], k, v) for k, v in missed.items() if v[0])[::-1]
    words = "\nMissed by the 90 % intervals: " + ", ".join(f"{k} {v[0]} of {v[1]}" for _, k, v in worst) + ". "
    slow = [r for r in data["restlessness"] if r["record"] > 1.5 * r["model"]]
    steps = ", ".join(f"{r['series']} {r['state']} {r['record']:.3g} against {r['model']:.3g}" for r in slow)
    if steps:
        words += f"In the training years these moved more from year to year than in the median world (root mean square step): {steps}.\n"
    return words


def _tests(data: Mapping[str, Any]) -> str:
    lines = "\n".join(f"{i}. {test['paragraph']}" for i, test in enumerate(data["weakest_assumption"], 1))
    return f"## The weakest assumption\n\nThat Brussels' credibility moves democracy and alignment at home.\n\n{lines}\n"


def _rows(data: Mapping[str, Any]) -> str:
    head = "| series | state | n | skill vs dressed persistence | vs trend | vs persistence | 50 % | 90 % | right way | |\n"
    head += "|---|---|--:|--:|--:|--:|--:|--:|--:|---|"
    lines = []
    for r in data["series"]:
        remark = "" if r["scored"] else "coverage only"
        if r["scored"] and _benchmark(r) is None:
            remark = "the reference makes no error"
        skills = [number(r[f"skill_vs_{n}"]) if r["scored"] else "–" for n in ("dressed_persistence", "trend", "persistence")]
        cells = [
            r["series"],
            r["state"],
            str(r["n"]),
            *skills,
            share(r["coverage_50"]),
            share(r["coverage_90"]),
            share(r["direction"]),
            remark,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    notes = "\n".join(f"- *{s.name}*: {s.title}, {s.unit}. {s.note} {_error(s)}".replace("  ", " ").rstrip() for s in SERIES)
    return f"## Row by row\n\n{head}\n" + "\n".join(lines) + f"\n\n{notes}\n"


def _error(series: Any) -> str:
    return f"Error of observation {series.error:.3g}: {series.error_because}." if series.error else ""


def _variants(data: Mapping[str, Any]) -> str:
    head = "| run | skill vs dressed persistence | vs trend | vs persistence | 50 % | 90 % | n |\n|---|--:|--:|--:|--:|--:|--:|"
    lines = []
    for v in data["variants"]:
        skills = [number(v[f"skill_vs_{n}"], 3) for n in ("dressed_persistence", "trend", "persistence")]
        count = str(v["n"]) if v["n"] == v["n_skill"] else f"{v['n']}, skill {v['n_skill']}"
        lines.append("| " + " | ".join([v["means"], *skills, share(v["coverage_50"]), share(v["coverage_90"]), count]) + " |")
    return "## What each piece contributes\n\n" + head + "\n" + "\n".join(lines) + "\n"


def _responses(data: Mapping[str, Any]) -> str:
    words = [data[k]["paragraph"] for k in ("serbian_refusal", "kfor_given_crisis", "veto_aware_back_test")]
    return "## Two responses and a path\n\n" + "\n\n".join(words) + "\n"


def _vetoes(data: Mapping[str, Any]) -> str:
    head = "| candidate | measure | record | median | 90 % | |\n|---|---|--:|--:|--:|---|"
    lines = [
        f"| {r['candidate']} | {MEASURES[r['measure']]} | {r['observed']:.3g} | {r['median']:.3g} | {r['interval'][0]:.3g} to "
        f"{r['interval'][1]:.3g} | {'' if r['inside'] else 'outside'} |"
        for r in data["vetoes"]
    ]
    return f"## Vetoes\n\n{data['vetoes_paragraph']}\n\n{head}\n" + "\n".join(lines) + "\n"


def _calibration(data: Mapping[str, Any]) -> str:
    parts = [
        "## What the record says about the parameters\n",
        "Parameters that the summaries predict no better than chance stay at their priors. Shift and spread of the others are in standard "
        "deviations of the prior (spread 1: nothing learnt). Method and sources: `sim/hindcast/calibrate.py`.\n",
    ]
    for name, said in data["calibration"].items():
        stale = f" **Made from another state of: {', '.join(said['stale'])}; make it anew.**" if said["stale"] else ""
        parts.append(
            f"`{name}` knows the record to {said['record_until']}: {len(said['informed'])} parameters informed, {len(said['at_prior'])} "
            f"at the prior, from {said['worlds']} worlds and {said['summaries']} summaries.{stale}\n"
        )
        top = sorted(said["informed"].items(), key=lambda item: -item[1]["explained"])
        parts.append("| parameter | shift | spread | explained |\n|---|--:|--:|--:|")
        parts += [f"| {p} | {how['shift']:+.2f} | {how['spread']:.2f} | {how['explained']:.2f} |" for p, how in top[:25]]
        if len(top) > 25:
            parts.append(f"\nand less: {', '.join(p for p, _ in top[25:])}.")
        beyond = ", ".join(f"{k} ({v:+.1f})" for k, v in said["beyond_reach"].items()) or "none"
        parts.append(
            f"\nSummaries of the record beyond the model's reach at any parameters (standard deviations of the worlds): {beyond}.\n"
        )
    return "\n".join(parts)


def _limits(data: Mapping[str, Any]) -> str:
    missing = "\n".join(f"- {what}: {why}." for what, why in data["not_modelled"].items())
    told = next(v.title for v in VARIANTS if v.name == "blind")
    spared = f" It leaves {_names(data['not_blinded'])} alone, which is no single number." if data["not_blinded"] else ""
    return f"""## What the score does not show

The calibration uses no figure after {data["train"][1]}, and the run starts from none after 2013; tests prove both. What those knew who
wrote the model down cannot be taken back so easily:

- {len(data["saw_test_years"])} parameters were given their usual values by figures of later years, as their sources say. The run
  "{told}" shows what is left without that.{spared}
- {len(data["reason_in_test_years"])} more rest on reasons that name the years {data["test"][0]} to {data["test"][1]}. Some say how large an
  effect was, others where on a scale the situation of 2023 lies, from which the model counts. No run takes them away.
- {len(data["undated_starts"])} stocks start at the end of 2013 from the one value that was assumed for them, with 2023 in view; others,
  where the extract begins later (opinion, budgets of allies, alignment), from the first later figures, rounded. Levers that
  `hindcast_2014` does not set stand at the level of 2023: outside powers' effort, tolerance of autocrats, conditions, pace, funding.
- Levels of the wars, of the Union's distraction and of sanctions in `hindcast_2014` are judgements made with hindsight.
- The model knows only quarrels of members that had begun before 2014, but how intense they were is judged today. How wary publics are
  comes from a survey of 2018, and populations in the Council from 2016: the extract has nothing earlier. The United Kingdom, a member to
  January 2020, has no vote in the model.
- Ten years of six states are few and their errors come together: look at the intervals of the coverage, not at its second digit.

Targets that this model cannot be held against:

{missing}

Parameters set by figures of later years: {_names(data["saw_test_years"])}.

Parameters with reasons that name them: {_names(data["reason_in_test_years"])}.

Stocks with one assumed start: {_names(data["undated_starts"])}.
"""


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _pictures(pictures: Sequence[Path], page: Path) -> str:
    if not pictures:
        return ""
    titles = {s.name: s.title for s in SERIES}
    links = [f"![{titles[p.stem]}]({Path(os.path.relpath(p, page.parent)).as_posix()})" for p in pictures]
    return "## The record over the forecast\n\n" + "\n\n".join(links) + "\n"
