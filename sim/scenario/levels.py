"""Levels: the settings of one level of precedence, by canonical name, and how one level lies over another.

`states.defence_budget` is the all-states (wide) form of six full names; `states.SRB.defence_budget` is narrow. Documents keep names
in their canonical form and expand them last, so that at each level the wide form is expanded first and the narrow one beats it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from sim.catalogue import catalogue
from sim.errors import DataError, listed, nearest
from sim.scenario.findings import shown
from sim.scenario.names import EXAMPLES, TOOLS, Name, Problem, lever_named
from sim.scenario.text import Node
from sim.scenario.tools import force_named, mechanism_named, outcome_named, parameter_named

_LONGEST_NAME = 200
_MOST_LEAVES = 50


def resolve(text: str) -> Name | Problem:
    """What the dotted name `text` means."""
    return _resolve(text) if len(text) <= _LONGEST_NAME else Problem.of("lever", text, tuple(catalogue().levers))


@lru_cache(maxsize=4096)
def _resolve(text: str) -> Name | Problem:
    first, _, rest = text.partition(".")
    if first in ("initial", "clamp") and rest:
        return outcome_named(first, rest)
    by_tool = {"force": force_named, "mechanisms": mechanism_named, "parameters": parameter_named}
    if first in by_tool and rest:
        return by_tool[first](rest)
    if first in TOOLS:
        return Problem(f"'{first}' needs a name behind it; allowed: {EXAMPLES[first]} and the like")
    return lever_named(text)


def dotted_form(group: str, node: Node) -> str:
    """The sentence that names the dotted form, where `node` is a mapping nested under a part of a lever's name; else ''."""
    if not isinstance(node.value, dict) or not node.value:
        return ""
    leaves = list(islice(_leaves(group, node), _MOST_LEAVES))
    known = [n for n in leaves if isinstance(resolve(n), Name)]
    if not known and "." in group:
        return ""
    near = "" if known else nearest(leaves[0][:_LONGEST_NAME], catalogue().levers)
    hint = f"; nearest: {near}" if near else ""
    return f"a nested mapping; allowed: the dotted form: {listed([shown(n) for n in known or leaves])}{hint}"


def _leaves(prefix: str, node: Node) -> Iterator[str]:
    for key, item in node.value.items():
        name = f"{prefix}.{key}"
        if isinstance(item.value, dict) and item.value and not isinstance(resolve(name), Name):
            yield from _leaves(name, item)
        else:
            yield name


def expand(settings: Mapping[str, Any]) -> dict[str, Any]:
    """One level's settings by full name: wide forms first, then narrow ones, in whatever order they were written."""
    resolved = [(known(name), value) for name, value in settings.items()]
    resolved.sort(key=lambda pair: not pair[0].wide)
    return {full: value for name, value in resolved for full in name.full}


def over(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """The child's settings over the parent's, by canonical name: a child's wide form also beats the parent's narrow ones."""
    hidden = {full for name in child for full in known(name).full if known(name).wide}
    kept = {name: value for name, value in parent.items() if name not in hidden and name not in child}
    return {**kept, **child}


def known(name: str) -> Name:
    """What a name of a canonical document means; those are resolved already."""
    found = resolve(name)
    if isinstance(found, Problem):
        raise DataError(f"'{name}' was never checked")
    return found
