"""Precedence settled: from a merged document, a policy and what is set on top to the plan that the engine plays.

Later wins: defaults, the scenario's levers, `uncertain`, branch, dated event, claim base, policy, `--set`/`levers=`. What the last three
set holds throughout: draw, branch and dated events on it are ignored, with a notice. Where a held value is a path that begins
later, the scenario's own levers stand before its first quarter. A policy's dated events act from their date on: until then
the levels below act, from then on they are ignored. Forced events add up over levers, branch and dated events; a held
`force.` name takes the place of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.catalogue import Lever
from sim.quarters import index
from sim.scenario.distributions import distribution_of
from sim.scenario.levels import expand, resolve
from sim.scenario.names import Name
from sim.scenario.plan import Change, Forced, LeverPlan, Plan, Steps, Value
from sim.scenario.tools import Event, event_named
from sim.scenario.uncertain import bounds

Branch = tuple[str, str] | None


@dataclass
class _Below:
    """What lies below the held levels on one lever."""

    branches: list[tuple[str, str, Steps]] = field(default_factory=list)
    changes: list[tuple[Branch, Change]] = field(default_factory=list)


@dataclass
class _Builder:
    document: Mapping[str, Any]
    start: int
    end: int
    held: dict[str, tuple[str, Any]] = field(default_factory=dict)  # full name -> (level, value)
    notices: list[str] = field(default_factory=list)
    forced: list[Forced] = field(default_factory=list)

    def hold(self, label: str, settings: Mapping[str, Any]) -> None:
        self.held |= {name: (label, value) for name, value in expand(settings).items()}

    def ignored(self, name: str, what: list[str]) -> None:
        """Notice that what lies below a held name is ignored."""
        if what:
            self.notices.append(f"{name} is held by {self.held[name][0]}: ignored {', '.join(dict.fromkeys(what))}")


def build(document: Mapping[str, Any], policy: str | None, levers: Any, base: Any, end: str | None, reference: str) -> Plan:
    """The plan of `document` under `policy` (None: as written), with `base` and `levers` in canonical form; `end` may extend."""
    start, last = index(document["start"]), index(document["end"])
    work = _Builder(document, start, max(last, index(end)) if end else last)
    entry = document.get("policies", {}).get(policy, {}) if policy else {}
    work.hold("the claim's base", base)
    work.hold(f"policy {policy}", entry.get("levers", {}))
    own_events, top = entry.get("events", []), expand(levers)
    work.hold("--set", levers)
    settings, draws = expand(document.get("levers", {})), expand(document.get("uncertain", {}))
    below = _below(work)
    plans = _levers(work, settings, draws, below, _policy_changes(work, own_events, policy or "", top))
    _force(work, settings, own_events, top, policy or "")
    tools = {**settings, **{name: value for name, (_, value) in work.held.items()}}
    for name in draws.keys() & work.held.keys():
        if not name.startswith("states.") and name.split(".")[0] in ("initial", "parameters"):
            work.ignored(name, ["its draw"])
    return Plan(
        scenario=document["name"], policy=policy or "none", start=work.start, end=work.end,
        title=document.get("title", ""), question=document.get("question", ""), reference=reference,
        levers=plans, parameters=_parameters(work, tools, draws), branches=_branches(document), forced=_in_order(work),
        initial={n: v for n, v in _tool(tools, "initial").items() if n not in _draws(work, draws, "initial")},
        initial_draws=_draws(work, draws, "initial"), clamps=_tool(tools, "clamp"), mechanisms=_tool(tools, "mechanisms"),
        notices=tuple(work.notices),
    )  # fmt: skip


def _tool(settings: Mapping[str, Any], tool: str) -> dict[str, Any]:
    return {n.split(".", 1)[1]: v for n, v in settings.items() if n.startswith(f"{tool}.")}


def _known(name: str) -> Name:
    found = resolve(name)
    if not isinstance(found, Name):  # canonical documents hold resolved names only
        raise KeyError(name)
    return found


def _draws(work: _Builder, draws: Mapping[str, Any], tool: str) -> dict[str, Any]:
    return {
        n.split(".", 1)[1]: distribution_of(entry, bounds(_known(n)))
        for n, entry in draws.items()
        if n.startswith(f"{tool}.") and n not in work.held
    }


def _parameters(work: _Builder, tools: Mapping[str, Any], draws: Mapping[str, Any]) -> dict[str, LeverPlan]:
    fixed = {n: LeverPlan(steps=((work.start, v),)) for n, v in _tool(tools, "parameters").items()}
    return fixed | {n: LeverPlan(steps=(), draw=draw) for n, draw in _draws(work, draws, "parameters").items()}


def _branches(document: Mapping[str, Any]) -> dict[str, tuple[tuple[str, float], ...]]:
    shares = {}
    for branch, options in document.get("branches", {}).items():
        total = sum(entry["weight"] for entry in options.values())
        shares[branch] = tuple((option, entry["weight"] / total) for option, entry in options.items())
    return shares


# Levers ----------------------------------------------------------------------------------------------------------------


def _value(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value


def _steps(value: Any, start: int, before: Steps) -> Steps:
    """The steps of a value or a path; `before` is what stands until the path's first quarter."""
    if not isinstance(value, dict):
        return ((start, _value(value)),)
    path = tuple(sorted((index(quarter), _value(v)) for quarter, v in value.items()))
    return (*(step for step in before if step[0] < path[0][0]), *path) if path[0][0] > start else path


def _default(name: str, start: int) -> Steps:
    lever: Lever = _known(name).subject
    state = name.split(".")[1] if lever.per_state else None
    return ((start, lever.default_of(state)),)


def _widest_first(settings: Mapping[str, Any]) -> list[tuple[str, Any, bool]]:
    """(full name, value, wide?) of one level."""
    return [(full, settings[n], _known(n).wide) for n in settings for full in _known(n).full]


def _below(work: _Builder) -> dict[str, _Below]:
    """Branches and dated events, by lever; at equal dates the wide form comes first, so that the narrow one wins."""
    found: dict[str, list[tuple[bool, tuple[str, str, Steps]]]] = {}
    changes: dict[str, list[tuple[tuple[int, bool], tuple[Branch, Change]]]] = {}
    lists: list[tuple[Branch, list[Any]]] = [(None, work.document.get("events", []))]
    for branch, options in work.document.get("branches", {}).items():
        for option, entry in options.items():
            lists.append(((branch, option), entry.get("events", [])))
            for full, value, wide in _widest_first(entry.get("levers", {})):
                if not full.startswith("force."):
                    found.setdefault(full, []).append((not wide, (branch, option, _steps(value, work.start, ()))))
    for where, events in lists:
        for full, rank, change in _changes(events):
            changes.setdefault(full, []).append((rank, (where, change)))
    return {
        name: _Below(
            [b for _, b in sorted(found.get(name, []), key=lambda pair: pair[0])],
            [c for _, c in sorted(changes.get(name, []), key=lambda pair: pair[0])],
        )
        for name in found.keys() | changes.keys()
    }


def _changes(events: list[Any]) -> list[tuple[str, tuple[int, bool], Change]]:
    """(full name, (date, narrow?), change) of each lever that dated events touch."""
    found = []
    for event in events:
        begin = index(event.get("at") or event["from"])
        stop = index(event.get("at") or event["to"])
        for kind in ("set", "ramp"):
            for full, value, wide in _widest_first(event.get(kind, {})):
                found.append((full, (begin, not wide), Change(event["id"], kind, begin, stop, _value(value))))
    return found


def _policy_changes(work: _Builder, events: list[Any], policy: str, top: Mapping[str, Any]) -> dict[str, list[Change]]:
    """The policy's own dated events by lever, without those that `--set` holds."""
    ranked: dict[str, list[tuple[tuple[int, bool], Change]]] = {}
    for full, rank, change in _changes(events):
        if full in top:
            work.ignored(full, [f"event {change.event} of policy {policy}"])
        elif change.start > work.end:
            work.notices.append(f"event {change.event} of policy {policy} lies after the run")
        else:
            ranked.setdefault(full, []).append((rank, change))
    return {full: [c for _, c in sorted(pairs, key=lambda pair: pair[0])] for full, pairs in ranked.items()}


def _levers(
    work: _Builder, settings: Mapping[str, Any], draws: Mapping[str, Any], below: Mapping[str, _Below], own: Mapping[str, list[Change]]
) -> dict[str, LeverPlan]:
    names = {*settings, *draws, *below, *own, *work.held}
    plans = {}
    for name in sorted(n for n in names if _known(n).kind == "lever"):
        default = _default(name, work.start)
        steps = _steps(settings[name], work.start, default) if name in settings else default
        plan = _lever(work, name, steps, draws.get(name), below.get(name, _Below()), own.get(name, []))
        if plan.draw or plan.branches or plan.changes or any(value != default[0][1] for _, value in plan.steps):
            plans[name] = plan
    return plans


def _lever(work: _Builder, name: str, steps: Steps, draw: Any, below: _Below, own: list[Change]) -> LeverPlan:
    branches, changes = below.branches, [c for c in below.changes if c[1].start <= work.end]
    late = [f"event {c.event}" for _, c in below.changes if c.start > work.end]
    work.notices += [f"{what} lies after the run" for what in dict.fromkeys(late) if f"{what} lies after the run" not in work.notices]
    if name in work.held:
        ignored = ["its draw"] if draw else []
        ignored += [f"branch {branch}.{option}" for branch, option, _ in branches] + [f"event {c.event}" for _, c in changes]
        work.ignored(name, ignored)
        steps, draw, branches, changes = _steps(work.held[name][1], work.start, steps), None, [], []
    if own:
        first = own[0].start
        later = [f"event {c.event}" for _, c in changes if c.start >= first or c.stop >= first]
        later += ["its draw"] if draw else []
        later += [f"branch {branch}.{option}" for branch, option, _ in branches]
        if later:
            what = ", ".join(dict.fromkeys(later))
            work.notices.append(f"{name} is held from event {own[0].event} of the policy on: ignored from then on {what}")
        changes = [c for c in changes if c[1].start < first] + [(None, change) for change in own]
    drawn = distribution_of(draw, bounds(_known(name))) if draw else None
    layers = tuple((w[0] if w else None, w[1] if w else None, change) for w, change in changes)
    return LeverPlan(steps=steps, draw=drawn, branches=tuple(branches), changes=layers)


# Forced events ---------------------------------------------------------------------------------------------------------


def _force(work: _Builder, settings: Mapping[str, Any], own: list[Any], top: Mapping[str, Any], policy: str) -> None:
    ignored: dict[str, list[str]] = {}

    def force(name: str, moments: list[Any], where: Branch, label: str, holders: Mapping[str, Any]) -> None:
        if name in holders:
            ignored.setdefault(name, []).append(label)
            return
        _add_forced(work, name, moments, where)

    for name, moments in settings.items():
        if name.startswith("force.") and name not in work.held:
            _add_forced(work, name, moments, None)
    for name, (_, moments) in work.held.items():
        if name.startswith("force."):
            _add_forced(work, name, moments, None)
    for event in work.document.get("events", []):
        if "force" in event:
            force(f"force.{event['force']}", [_moment(event)], None, f"event {event['id']}", work.held)
    for branch, options in work.document.get("branches", {}).items():
        for option, entry in options.items():
            label, where = f"branch {branch}.{option}", (branch, option)
            for name, moments in entry.get("levers", {}).items():
                if name.startswith("force."):
                    force(name, moments, where, label, work.held)
            for event in entry.get("events", []):
                if "force" in event:
                    force(f"force.{event['force']}", [_moment(event)], where, f"event {event['id']}", work.held)
    for event in own:
        if "force" in event:
            force(f"force.{event['force']}", [_moment(event)], None, f"event {event['id']} of policy {policy}", top)
    for name, what in ignored.items():
        work.ignored(name, what)


def _moment(event: Mapping[str, Any]) -> Any:
    return event["at"] if "at" in event else {"from": event["from"], "until": event["to"]}


def _add_forced(work: _Builder, name: str, moments: list[Any], where: Branch) -> None:
    found = event_named(name.split(".", 1)[1])
    if not isinstance(found, Event):
        raise KeyError(name)
    for moment in moments:
        begin, until = (moment["from"], moment["until"]) if isinstance(moment, dict) else (moment, moment)
        if index(begin) > work.end or index(until) < work.start:
            work.notices.append(f"{name} at {begin} lies outside the run")
            continue
        work.forced.append(Forced(found.kind.name, found.target, found.actor, index(begin), index(until), where))


def _in_order(work: _Builder) -> tuple[Forced, ...]:
    keys = {f: (f.start, f.event, f.target or "", f.actor or "", f.until, f.branch or ("", "")) for f in work.forced}
    return tuple(sorted(keys, key=lambda f: keys[f]))
