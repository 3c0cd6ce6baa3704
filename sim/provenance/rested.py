"""Everything that a run, or the model as shipped, rests on, as plain data: what `balkansim sources` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

from sim.catalogue import Lever, Parameter, catalogue
from sim.data import tables
from sim.data.figures import Figure
from sim.data.posterior import PRIOR, load_sample
from sim.identity import data_version, model_version
from sim.provenance.mattering import Mattering, mattering
from sim.provenance.references import Reference, cited_in, load_references
from sim.provenance.starting import Start, origins
from sim.provenance.tracing import figures_named
from sim.quarters import written
from sim.results import Results
from sim.scenario import load_scenario
from sim.scenario.plan import Plan

STATUSES = ("measured", "calibrated", "assumed")


@dataclass(frozen=True)
class Rested:
    """What one answer rests on. Lists hold plain dictionaries, ready for JSON; `references` are works."""

    about: dict[str, Any]
    parameters: list[dict[str, Any]]
    levers: list[dict[str, Any]]
    starting_values: list[dict[str, Any]]
    figures: list[dict[str, Any]]
    tables: dict[str, list[dict[str, Any]]]
    references: list[Reference]
    mattering: Mattering | None = None

    @property
    def shares(self) -> dict[str, Any]:
        """How many parameters have each status, overall, and the share of assumed ones."""
        counts = Counter(p["status"] for p in self.parameters)
        return {**{s: counts[s] for s in STATUSES}, "parameters": len(self.parameters), "assumed_share": _share(counts)}

    def as_data(self) -> dict[str, Any]:
        """Everything as JSON holds it."""
        found = {"about": self.about, "summary": self.shares, "that_matter": _matter(self.mattering)}
        lists = {k: getattr(self, k) for k in ("parameters", "levers", "starting_values", "figures", "tables")}
        return {**found, **lists, "references": [{"key": r.key, **asdict(r)} for r in self.references]}


def _share(counts: Mapping[str, int]) -> float | None:
    total = sum(counts.values())
    return counts.get("assumed", 0) / total if total else None


def _matter(found: Mattering | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {**asdict(found), "parameters": len(found.parameters), "assumed_share": found.assumed_share}


def rested(results: Results | None = None, outcome: str | None = None) -> Rested:
    """What a run rested on; the shipped model under the baseline where no run is given.

    Args:
        results: a run. Rooms that it switched off count for nothing, levers that it set are said to be the scenario's.
        outcome: for which outcome to tell what matters; by default the one that the scenario's question is about.
    """
    scenario = (results.scenario if results is not None else None) or load_scenario("baseline")
    plan = scenario.plan(levers=None if results is None else results.manifest["levers"])
    on = {room for room in catalogue().rooms if plan.mechanisms.get(room, True)}
    parameters = [_parameter(p, plan) for p in catalogue().parameters.values() if p.room in on]
    levers = [_lever(v, plan) for v in catalogue().levers.values() if v.room in on]
    starts = origins(plan.start // 4 - 1, {**plan.initial, **plan.initial_draws})
    return Rested(
        about=_about(results, plan, on),
        parameters=parameters,
        levers=levers,
        starting_values=[_start(s) for s in starts],
        figures=_figures(starts, parameters),
        tables=_tables(),
        references=_references(on),
        mattering=None if results is None else mattering(results, outcome or _outcome(scenario.answer["outcome"])),
    )


def _outcome(named: str) -> str:
    return f"mean.{named}" if named in catalogue().state_outcomes else named


def _about(results: Results | None, plan: Plan, on: set[str]) -> dict[str, Any]:
    off = sorted(set(catalogue().rooms) - on)
    common = {"scenario": plan.scenario, "start": written(plan.start), "rooms_off": off, "parameters_drawn_from": _belief(plan.belief)}
    if results is None:
        return {"run": None, **common, "model": model_version(), "data": data_version()}
    manifest = results.manifest
    identity = {"model": manifest["balkansim"], "data": manifest["data"], "seed": manifest["seed"], "policies": manifest["policies"]}
    changed = manifest["balkansim"] != model_version() or manifest["data"] != data_version()
    told = {"made_by_another_version": changed, "own_actors": dict(manifest["actors"])}
    return {"run": results.name, "worlds": int(results.world_numbers().size), **common, **identity, **told}


def _belief(name: str) -> dict[str, Any]:
    if name == PRIOR:
        return {"name": PRIOR}
    about = load_sample(name).about
    return {"name": name, **{k: about[k] for k in ("record_until", "rows", "inputs", "regenerate")}, "informed": sorted(about["informed"])}


def _parameter(parameter: Parameter, plan: Plan) -> dict[str, Any]:
    entry = asdict(parameter) | {"room": parameter.room, "set_by": "declaration"}
    own = plan.parameters.get(parameter.name)
    if own is not None:
        value = asdict(own.draw) if own.draw else own.steps[0][1]
        entry |= {"set_by": "scenario", "scenario_value": value}
    return entry


def _lever(lever: Lever, plan: Plan) -> dict[str, Any]:
    set_here = sorted(n for n in lever.full_names if n in plan.levers)
    entry = asdict(lever)
    return entry | {"set_by": "scenario" if set_here else "default", "set_for": set_here if lever.per_state else []}


def _start(start: Start) -> dict[str, Any]:
    return {k: v for k, v in asdict(start).items() if k != "figure"}


def _figures(starts: Iterable[Start], parameters: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Observations used, each with what used it, in the order of figure, entity and year."""
    users: dict[Figure, list[str]] = {}
    for start in starts:
        if start.figure is not None:
            users.setdefault(start.figure, []).append(f"start of {start.variable}")
    for parameter in parameters:
        for text in parameter["source"]:
            for figure in figures_named(text):
                users.setdefault(figure, []).append(parameter["name"])
    ordered = sorted(users, key=lambda f: (f.figure, f.entity, f.year))
    return [asdict(f) | {"used_by": list(dict.fromkeys(users[f]))} for f in ordered]


def _tables() -> dict[str, list[dict[str, Any]]]:
    """Rows of the tables that starting values and rooms read."""
    read: dict[str, Any] = {
        "council": tables.load_council(),
        "disputes": tables.load_disputes(),
        "vetoes": tables.load_vetoes(),
        "kin": tables.load_kin(),
    }
    return {name: [asdict(row) for row in rows] for name, rows in read.items()}


def _references(on: set[str]) -> list[Reference]:
    """Works that the rooms in use and their parameters cite, in the order of the bibliography."""
    cited = {r.short for room in on for text in _texts(room) for r in cited_in(text)}
    return [r for short, r in load_references().items() if short in cited]


def _texts(room: str) -> Iterable[str]:
    """The text of a room, of the parts that it imports, and of its declarations."""
    root = files("sim")
    own = root.joinpath("mechanisms", f"{room}.py").read_text(encoding="utf-8")
    yield own
    yield root.joinpath("parameters", f"{room}.yaml").read_text(encoding="utf-8")
    for part in root.joinpath("mechanisms").iterdir():
        name = part.name.removesuffix(".py")
        if name not in catalogue().rooms and f"sim.mechanisms.{name} import" in own:
            yield part.read_text(encoding="utf-8")
