"""A child over its parent: mappings merge deeply, events by id, `remove` drops inherited ones; lists and values of levers replace.

What a file says about itself (its title, question and description) is not inherited: of a child it would not be true.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sim.scenario.levels import over

_OWN = {"extends", "remove"}  # a matter between the two, not part of what results
_ABOUT = {"title", "question", "description"}
PERIOD = ("from", "to")
DATES = ("at", *PERIOD)
ACTS = ("set", "ramp", "force")


def merge(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """The document that results. Both are canonical; neither is changed."""
    removed = child.get("remove", ())
    inherited = {k: v for k, v in parent.items() if k not in _ABOUT}
    merged = {k: v for k, v in {**inherited, **child}.items() if k not in _OWN}
    if "levers" in parent or "levers" in child:
        merged["levers"] = over(parent.get("levers", {}), child.get("levers", {}))
    if "uncertain" in parent or "uncertain" in child:
        merged["uncertain"] = _uncertain(parent.get("uncertain", {}), child.get("uncertain", {}))
    if "answer" in parent or "answer" in child:
        merged["answer"] = {**parent.get("answer", {}), **child.get("answer", {})}
    if "events" in parent or "events" in child:
        merged["events"] = events(parent.get("events", ()), child.get("events", ()), removed)
    for key, depth in (("branches", 2), ("policies", 1)):
        if key in parent or key in child:
            merged[key] = _deep(parent.get(key, {}), child.get(key, {}), removed, depth)
    return merged


def events(parent: Sequence[Any], child: Sequence[Any], removed: Collection[str] = ()) -> list[Any]:
    """Events by id, the parent's in their order, then those that are new; a removed one may come back as the child writes it."""
    new = {event["id"]: event for event in child}
    kept = []
    for before in parent:
        own = new.pop(before["id"], None)
        if before["id"] in removed:
            kept += [own] if own is not None else []
        else:
            kept.append(before if own is None else event(before, own))
    return kept + list(new.values())


def event(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """One event over another of the same id: what the child does not write is as in the parent.

    A moment (`at`) and a period (`from`, `to`) take each other's place; with the inherited date go the inherited actions, where the
    child says what happens instead.
    """
    turns = ("at" in parent and any(key in child for key in PERIOD)) or ("at" in child and any(key in parent for key in PERIOD))
    gone = (*DATES, *(ACTS if any(key in child for key in ACTS) else ())) if turns else ()
    before = {key: value for key, value in parent.items() if key not in gone}
    settings: dict[str, Any] = {key: over(before[key], child[key]) for key in ("set", "ramp") if key in before and key in child}
    return {**before, **child, **settings}


def _uncertain(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """Fields merge while the distribution stays the same; another distribution replaces the entry."""
    merged = over(parent, child)
    for name, entry in child.items():
        before = parent.get(name, {})
        if entry.get("distribution", before.get("distribution")) == before.get("distribution"):
            merged[name] = {**before, **entry}
    return merged


def _deep(parent: Mapping[str, Any], child: Mapping[str, Any], removed: Collection[str], depth: int) -> dict[str, Any]:
    """Mappings of mappings, `depth` levels above the parts (options of branches, policies) that hold levers and events."""
    if not depth:
        return _part(parent, child, removed)
    both = {key: _deep(entry, child.get(key, {}), removed, depth - 1) for key, entry in parent.items()}
    return {**both, **{key: entry for key, entry in child.items() if key not in parent}}


def _part(parent: Mapping[str, Any], child: Mapping[str, Any], removed: Collection[str]) -> dict[str, Any]:
    """An option of a branch, or a policy."""
    merged = {**parent, **child}
    if "levers" in parent and "levers" in child:
        merged["levers"] = over(parent["levers"], child["levers"])
    if "events" in parent:
        merged["events"] = events(parent["events"], child.get("events", ()), removed)
    return merged
