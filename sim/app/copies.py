"""The same question outside the page: as commands, as a scenario file, as a notebook cell. Each gives the page's numbers."""

from __future__ import annotations

import json
import shlex
from typing import Any

import yaml

from sim.app.asking import Question
from sim.app.library import Library

NAME = "my_scenario"


def copies(question: Question, library: Library) -> dict[str, str]:
    """Texts by form."""
    return {"command": command(question, library), "yaml": as_yaml(question, library), "notebook": notebook(question, library)}


def command(question: Question, library: Library) -> str:
    """Two runs of the same worlds and their comparison, for a shell."""
    now, before = question.now, question.before
    common = ["--worlds", str(question.worlds), "--seed", str(now.seed)]
    policy = [] if now.policy == "none" else ["--policy", now.policy]
    settings = [word for name, value in now.levers.items() for word in ("--set", f"{name}={_yaml_value(value)}")]
    first = ["balkansim", "run", library.scenarios[before.scenario].name, *common, "--out", "results/before"]
    second = ["balkansim", "run", now.scenario, *common, *policy, *settings, "--out", "results/now"]
    third = ["balkansim", "compare", "results/before", "results/now", *policy, "--outcome", question.chart.judged]
    return "\n".join(shlex.join(line) for line in (first, second, third)) + "\n"


def _yaml_value(value: Any) -> str:
    """A value as `--set` takes it."""
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value


def as_yaml(question: Question, library: Library) -> str:
    """A scenario file whose policy `as_set` holds the settings throughout, as the page does."""
    scenario = library.scenarios[question.now.scenario]
    chosen = dict(scenario.document.get("policies", {}).get(question.now.policy, {}))
    chosen["title"] = "As set on the page"
    chosen["levers"] = {**chosen.get("levers", {}), **question.now.levers}
    document = {
        "name": NAME,
        "title": f"{scenario.title}, changed",
        "question": scenario.question or f"What becomes of {question.chart.outcome}?",
        "extends": question.now.scenario,
        "policies": {"as_set": chosen},
    }
    body = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    run = f"balkansim run {NAME}.yaml --policy as_set --worlds {question.worlds} --seed {question.now.seed}"
    return f"# Save as {NAME}.yaml, then: {run}\n{body}"


def notebook(question: Question, library: Library) -> str:
    """A cell that plays both runs and compares them."""
    now, before = question.now, question.before
    lines = ["from sim import compare, load_scenario, run", ""]
    lines.append(f"before = run(load_scenario({library.scenarios[before.scenario].name!r}), worlds={question.worlds}, seed={now.seed})")
    extra = "" if now.policy == "none" else f", policy={now.policy!r}"
    extra += f", levers={now.levers!r}" if now.levers else ""
    lines.append(f"now = run(load_scenario({now.scenario!r}), worlds={question.worlds}, seed={now.seed}{extra})")
    told = "" if now.policy == "none" else f", policy={now.policy!r}"
    lines.append(f"compare(before, now, {question.chart.judged!r}{told})")
    return "\n".join(lines) + "\n"
