"""A child over its parent: mappings merge deeply, events by id, `remove` drops events, a list replaces, a lever's value replaces wholly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.scenario.levels import over

_OWN = {"extends", "remove"}  # a matter between the two, not part of what results


def merge(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """The document that results. Both are canonical; neither is changed."""
    merged = {k: v for k, v in {**parent, **child}.items() if k not in _OWN}
    if "levers" in parent or "levers" in child:
        merged["levers"] = over(parent.get("levers", {}), child.get("levers", {}))
    if "uncertain" in parent or "uncertain" in child:
        merged["uncertain"] = _uncertain(parent.get("uncertain", {}), child.get("uncertain", {}))
    if "answer" in parent or "answer" in child:
        merged["answer"] = {**parent.get("answer", {}), **child.get("answer", {})}
    if "events" in parent or "events" in child:
        merged["events"] = events(parent.get("events", ()), child.get("events", ()), child.get("remove", ()))
    for key, merge_entry in (("branches", _branch), ("policies", _part)):
        if key in parent or key in child:
            merged[key] = _deep(parent.get(key, {}), child.get(key, {}), merge_entry)
    return merged


def events(parent: Sequence[Any], child: Sequence[Any], removed: Sequence[str] = ()) -> list[Any]:
    """Events by id: a child's event takes the place of its parent's, others follow."""
    new = {event["id"]: event for event in child}
    kept = [new.pop(e["id"], e if e["id"] not in removed else None) for e in parent]
    return [e for e in kept if e is not None] + list(new.values())


def _uncertain(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """Fields merge while the distribution stays the same; another distribution replaces the entry."""
    merged = over(parent, child)
    for name, entry in child.items():
        before = parent.get(name, {})
        if entry.get("distribution", before.get("distribution")) == before.get("distribution"):
            merged[name] = {**before, **entry}
    return merged


def _deep(parent: Mapping[str, Any], child: Mapping[str, Any], merge_entry: Any) -> dict[str, Any]:
    both = {key: merge_entry(parent[key], child[key]) for key in parent.keys() & child.keys()}
    return {**parent, **child, **both}


def _branch(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    return _deep(parent, child, _part)


def _part(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """An option of a branch, or a policy."""
    merged = {**parent, **child}
    if "levers" in parent and "levers" in child:
        merged["levers"] = over(parent["levers"], child["levers"])
    if "events" in parent and "events" in child:
        merged["events"] = events(parent["events"], child["events"])
    return merged
