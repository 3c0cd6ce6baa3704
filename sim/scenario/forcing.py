"""Events made to happen: the scenario's own, those of branches and dated events, and what holds them.

Forced events add up over the scenario's levers, branches and dated events; a `force.` name that a level above holds takes
the place of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.quarters import index, written
from sim.scenario.levels import known
from sim.scenario.plan import Forced
from sim.scenario.stack import Branch, Stack

Asked = tuple[str, list[Any], Branch, str]  # full name, moments, worlds, who asks


def forced_events(stack: Stack) -> tuple[Forced, ...]:
    """Every forced event of the plan, by date."""
    found: dict[Forced, None] = {}
    for name, moments, where, who in _below(stack):
        if name in stack.held:
            stack.ignore(name, [who] if who else [])
        else:
            found |= dict.fromkeys(_forced(stack, name, moments, where))
    for name, held in stack.held.items():
        if known(name).kind == "force":
            found |= dict.fromkeys(_forced(stack, name, held[-1].value, None))
    for name, moments, where, who in _policy(stack):
        if name in stack.top:
            stack.ignore(name, [who])
        else:
            found |= dict.fromkeys(_forced(stack, name, moments, where))
    return tuple(sorted(found, key=_order))


def _below(stack: Stack) -> Iterator[Asked]:
    for name, moments in stack.settings.items():
        if known(name).kind == "force":
            yield name, moments, None, ""
    for branch, option, entry in stack.options():
        for name, moments in entry.get("levers", {}).items():
            if known(name).kind == "force":
                yield name, moments, (branch, option), f"branch {branch}.{option}"
    for where, event in stack.dated():
        if "force" in event:
            yield f"force.{event['force']}", [_moment(event)], where, f"event {event['id']}"


def _policy(stack: Stack) -> Iterator[Asked]:
    for event in stack.policy_events:
        if "force" in event:
            yield f"force.{event['force']}", [_moment(event)], None, f"event {event['id']} of policy {stack.policy}"


def _moment(event: Mapping[str, Any]) -> Any:
    return event["at"] if "at" in event else {"from": event["from"], "until": event["to"]}


def _forced(stack: Stack, name: str, moments: list[Any], where: Branch) -> Iterator[Forced]:
    event = known(name).subject
    for moment in moments:
        begin, until = (moment["from"], moment["until"]) if isinstance(moment, dict) else (moment, moment)
        if index(begin) > stack.end or index(until) < stack.start:
            stack.notice(f"{name} in {begin} lies outside the run ({written(stack.start)} to {written(stack.end)})")
        else:
            yield Forced(event.kind.name, event.target, event.actor, index(begin), index(until), where)


def _order(forced: Forced) -> tuple[Any, ...]:
    return forced.start, forced.event, forced.target or "", forced.actor or "", forced.until, forced.branch or ("", "")
