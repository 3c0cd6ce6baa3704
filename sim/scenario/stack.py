"""The levels that a plan is built from, and the notices of what one level takes from another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from sim.scenario.levels import expand

Branch = tuple[str, str] | None  # (branch, option), or None for all worlds


class Held(NamedTuple):
    """A value that holds throughout, and who set it."""

    by: str
    value: Any


@dataclass
class Stack:
    """The document's levels, the held ones above them, and the policy's own dated events between the policy and `--set`."""

    document: Mapping[str, Any]
    start: int
    end: int
    policy: str
    policy_events: list[Any]
    top: frozenset[str]  # full names that `--set` holds
    held: dict[str, list[Held]] = field(default_factory=dict)  # by full name, the highest last
    notices: list[str] = field(default_factory=list)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The scenario's own levers and tools, by full name."""
        return expand(self.document.get("levers", {}))

    @cached_property
    def draws(self) -> dict[str, Any]:
        """The entries of `uncertain`, by full name."""
        return expand(self.document.get("uncertain", {}))

    def hold(self, by: str, settings: Mapping[str, Any]) -> None:
        """Put a level on top that holds throughout."""
        for name, value in expand(settings).items():
            self.held.setdefault(name, []).append(Held(by, value))

    def notice(self, text: str) -> None:
        """Say something once."""
        if text not in self.notices:
            self.notices.append(text)

    def ignore(self, name: str, what: list[str]) -> None:
        """Say that what lies below a held name is ignored."""
        if what:
            self.notice(f"{name} is held by {self.held[name][-1].by}; ignored: {', '.join(dict.fromkeys(what))}")

    def options(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """(branch, option, entry) of every option."""
        for branch, options in self.document.get("branches", {}).items():
            for option, entry in options.items():
                yield branch, option, entry

    def dated(self) -> Iterator[tuple[Branch, Any]]:
        """(branch and option or None, event) of the dated events below the policy."""
        for event in self.document.get("events", []):
            yield None, event
        for branch, option, entry in self.options():
            for event in entry.get("events", []):
                yield (branch, option), event
