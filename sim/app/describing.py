"""What exists, for the page: levers with their ranges and sources, outcomes, scenarios, and how a scenario sets the levers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sim import quarters
from sim.analysis.ends import labels_of
from sim.analysis.summary import words
from sim.app.asking import FEWEST_WORLDS, MOST_WORLDS
from sim.app.library import Library
from sim.catalogue import STATE_NAMES, Lever, Variable, catalogue
from sim.data.figures import load_figures
from sim.data.tables import load_council
from sim.identity import data_version, model_version
from sim.provenance.tracing import trace
from sim.scenario import Scenario
from sim.scenario.plan import LeverPlan, Plan

MAIN = (
    "eu.council_rule",
    "eu.veto_propensity",
    "eu.conditionality_clarity",
    "eu.tolerance_of_autocracy",
    "eu.mediation",
    "us.administration",
    "transatlantic.coordination",
    "russia.effort",
    "china.investment",
    "b9plus.members",
)
"""Levers shown first, in this order; the others stand behind "all levers"."""

ACTORS = {
    "eu": "European Union",
    "us": "United States",
    "transatlantic": "US and EU together",
    "nato": "NATO",
    "russia": "Russia",
    "china": "China",
    "turkiye": "Türkiye",
    "powers": "Outside powers",
    "b9plus": "B9+",
    "formats": "Regional formats",
    "states": "The six states",
    "serbia": "Serbia",
    "kosovo": "Kosovo",
    "dialogue": "Belgrade-Pristina dialogue",
    "republika_srpska": "Republika Srpska",
    "information": "Information",
    "threats": "Threats",
}
"""Who holds a lever, by the first word of its name."""


def everything(library: Library, worlds: int) -> dict[str, Any]:
    """All that the page needs to build itself, but for the settings of a scenario."""
    kinds = catalogue()
    return {
        "version": model_version(),
        "data": data_version(),
        "worlds": worlds,
        "limits": {"fewest": FEWEST_WORLDS, "most": MOST_WORLDS},
        "scenarios": [{"name": n, "title": library.scenarios[n].title, "question": library.scenarios[n].question} for n in library.offered],
        "states": [{"code": c, "name": n} for c, n in STATE_NAMES.items()],
        "names": names(),
        "state_outcomes": [_outcome(v) for v in kinds.state_outcomes.values()],
        "region_outcomes": [_outcome(v) for v in kinds.region_outcomes.values()],
        "levers": [_lever(lever) for lever in _in_order(kinds.levers)],
    }


@cache
def names() -> dict[str, str]:
    """Names by code: the six, the members, the powers."""
    powers = {"RUS": "Russia", "CHN": "China", "TUR": "Türkiye"}
    return {**{m.iso: m.name for m in load_council()}, **STATE_NAMES, **powers}


def _in_order(levers: Mapping[str, Lever]) -> list[Lever]:
    actors = list(ACTORS)
    place = {name: i for i, name in enumerate(MAIN)}
    return sorted(levers.values(), key=lambda v: (place.get(v.name, len(MAIN)), actors.index(v.name.split(".", 1)[0])))


def _outcome(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.published, "label": _upper(words(variable.published)), "means": variable.means, "unit": variable.unit,
        "range": variable.range, "better": variable.better, "type": variable.type, "labels": [words(w) for w in labels_of(variable)],
        "stock": variable.kind == "stock" or variable.derived[:1] == ("mean",),
    }  # fmt: skip


def _lever(lever: Lever) -> dict[str, Any]:
    return {
        "name": lever.name, "label": _upper(words(lever.key)), "actor": ACTORS[lever.name.split(".", 1)[0]], "means": lever.means,
        "kind": lever.kind, "range": lever.range, "values": [[v, words(v) if lever.kind == "choice" else v] for v in lever.values],
        "default": _plain(lever.default), "per_state": lever.per_state, "main": lever.name in MAIN, "unit": _unit(lever),
        "status": lever.status, "because": lever.because, "source": list(lever.source),
        "works": written_out([*lever.source, lever.because or ""]), "room": words(lever.room),
    }  # fmt: skip


def _unit(lever: Lever) -> str:
    if lever.kind != "number":
        return ""
    if lever.multiplier or (lever.default == 1.0 and lever.range != (0.0, 1.0)):
        return "times today's"
    return "0 = none, 1 = full" if lever.range == (0.0, 1.0) else "number"


@cache
def behind(source: str) -> tuple[dict[str, str], ...]:
    """What a source names, written out, each with an address or '': works, and owners of the figures."""
    found = trace(source)
    works = [{"text": w.written, "url": f"https://doi.org/{w.details['doi']}" if "doi" in w.details else ""} for w in found.works]
    owners = [
        {"text": f"{figure}: {owner.source}", "url": next(iter(owner.urls), "")}
        for owner in load_figures().sources()
        for figure in owner.figures
        if figure in found.figures
    ]
    return (*works, *owners)


def written_out(sources: Iterable[str]) -> list[dict[str, str]]:
    """The same for several sources, each work and owner once."""
    found = {entry["text"]: entry for source in sources for entry in behind(source)}
    return list(found.values())


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def scenario_page(scenario: Scenario, policy: str, reference: str) -> dict[str, Any]:
    """One scenario with one policy: its words and where it puts the levers. Raises InputError for an unknown policy."""
    plan = scenario.plan(policy)
    document = scenario.document
    titles = {name: p.get("title", words(name)) for name, p in document.get("policies", {}).items()}
    return {
        "name": scenario.name, "title": scenario.title, "question": scenario.question, "reference": reference,
        "description": document.get("description", ""), "sources": document.get("sources", []), "answer": scenario.answer,
        "start": scenario.start, "end": scenario.end, "policies": [{"name": n, "title": t} for n, t in titles.items()],
        "written": {name: _written(lever, plan) for name, lever in plan.levers.items()}, "forced": _forced(plan), "notices": plan.notices,
    }  # fmt: skip


def _written(lever: LeverPlan, plan: Plan) -> dict[str, Any]:
    """Where a lever starts and, in words, how it moves."""
    held = [value for start, value in lever.steps if start <= plan.start] or [lever.steps[0][1]] if lever.steps else [None]
    notes = []
    if len(lever.steps) > 1:
        notes.append("changes over time")
    if lever.draw:
        notes.append("drawn per world")
    notes += [f"{words(str(_plain(steps[-1][1])))} where {words(branch)} is {words(option)}" for branch, option, steps in lever.branches]
    notes += [f"{_plain(c.value)} from {quarters.written(c.start)} ({words(c.event)})" for _, _, c in lever.changes]
    return {"value": _plain(held[-1]), "note": "; ".join(notes)}


def _forced(plan: Plan) -> list[str]:
    """Events that the scenario makes happen, in words."""
    told = []
    for event in plan.forced:
        known = names()
        who = " ".join(
            w for w in (known.get(event.target or "", event.target), event.actor and f"by {known.get(event.actor, event.actor)}") if w
        )
        when = quarters.written(event.start)
        until = "" if event.until == event.start else f" to {quarters.written(event.until)}"
        what = "Veto on" if event.event == "veto" else _upper(words(event.event))
        told.append(f"{what} {who}, {when}{until}".replace(" ,", ","))
    return told


def assumption(name: str) -> dict[str, Any]:
    """What is known of an uncertain parameter, `room.key`."""
    parameter = catalogue().parameters[name]
    prior = dict(parameter.prior or {})
    shape = str(prior.pop("distribution", ""))
    return {
        "name": f"parameters.{name}", "means": parameter.means, "unit": parameter.unit, "range": parameter.range,
        "room": words(parameter.room), "status": parameter.status, "source": list(parameter.source), "because": parameter.because,
        "works": written_out([*parameter.source, parameter.because or ""]),
        "several": not isinstance(parameter.value, float | int),
        "prior": f"{shape}: " + ", ".join(f"{words(k)} {v}" for k, v in prior.items()) if shape else "",
    }  # fmt: skip
