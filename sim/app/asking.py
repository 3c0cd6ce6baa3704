"""What the page may ask: every field checked, every bound in one place."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.app.library import Library
from sim.catalogue import STATES, catalogue
from sim.errors import InputError, unknown
from sim.results import outcome_reference

FEWEST_WORLDS, MOST_WORLDS = 64, 2000
MOST_QUARTERS = 120
MOST_SETTINGS = 250
LARGEST_SEED = 2**31 - 1
LARGEST_BODY = 64 * 1024

_CLIENT = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Setup:
    """One run: a scenario, one policy of it, settings that hold throughout (as JSON text, sorted), a seed."""

    scenario: str
    policy: str
    settings: str
    seed: int

    @property
    def levers(self) -> dict[str, Any]:
        """The settings, by name."""
        return dict(json.loads(self.settings))


@dataclass(frozen=True)
class Chart:
    """An outcome to draw: a state's (`place` an ISO code), the mean of the six, all six side by side, or the region's (place '')."""

    outcome: str
    place: str

    @property
    def references(self) -> tuple[str, ...]:
        """Outcome references drawn."""
        if not self.place:
            return (self.outcome,)
        return tuple(f"{s}.{self.outcome}" for s in STATES) if self.place == "six" else (f"{self.place}.{self.outcome}",)

    @property
    def judged(self) -> str:
        """The one reference that a verdict is about; the mean of the six where all are drawn."""
        return f"mean.{self.outcome}" if self.place == "six" else self.references[0]


@dataclass(frozen=True)
class Question:
    """Everything that one state of the page asks for."""

    client: str
    now: Setup
    before: Setup
    worlds: int
    charts: tuple[Chart, ...]
    map: str
    world: int | None = None

    @property
    def chart(self) -> Chart:
        """The chart that the verdict, dots, causes and twins are about."""
        return self.charts[0]


def read(body: bytes, library: Library) -> Question:
    """The question in a request. Raises InputError with a sentence for whatever is wrong."""
    given = _object(body)
    client = given.get("client")
    if not isinstance(client, str) or not _CLIENT.fullmatch(client):
        raise InputError("client: give a name of 1 to 64 letters, digits, '-' or '_' for this page")
    scenario = library.named(_word(given, "scenario"))
    now = _setup(given, library)
    written = given.get("against", "reference")
    if written not in ("reference", "written"):
        raise InputError(unknown("comparison", str(written), ("reference", "written")))
    before = Setup(library.references[scenario.name] if written == "reference" else scenario.name, "none", "{}", now.seed)
    worlds = _whole(given, "worlds", FEWEST_WORLDS, MOST_WORLDS, 500)
    world = _whole(given, "world", 0, MOST_WORLDS - 1, 0) if "world" in given else None
    if world is not None and world >= worlds:
        raise InputError(f"world={world}: allowed: 0 to {worlds - 1}")
    return Question(client, now, before, worlds, _charts(given), _map(given), world)


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise InputError("the request is not JSON; allowed: one JSON object in UTF-8, without NaN or Infinity") from None
    if not isinstance(given, dict):
        raise InputError("the request is not a JSON object")
    allowed = ("client", "scenario", "policy", "against", "settings", "seed", "worlds", "world", "charts", "map")
    for name in given:
        if name not in allowed:
            raise InputError(unknown("field", str(name)[:64], allowed))
    return given


def _refuse(word: str) -> float:
    raise ValueError(word)


def _word(given: Mapping[str, Any], field: str, default: str | None = None) -> str:
    value = given.get(field, default)
    if not isinstance(value, str) or len(value) > 200:
        raise InputError(f"{field}: give a name")
    return value


def _whole(given: Mapping[str, Any], field: str, low: int, high: int, default: int) -> int:
    value = given.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f"{field}={str(value)[:40]}: allowed: a whole number from {low} to {high}")
    return value


def _setup(given: Mapping[str, Any], library: Library) -> Setup:
    scenario = library.named(_word(given, "scenario"))
    policy = _word(given, "policy", "none")
    settings = given.get("settings", {})
    if not isinstance(settings, dict) or len(settings) > MOST_SETTINGS:
        raise InputError(f"settings: give an object of at most {MOST_SETTINGS} levers and their values")
    for name, value in settings.items():
        _setting(name, value)
    plan = scenario.plan(policy, settings)
    if plan.end - plan.start + 1 > MOST_QUARTERS:
        raise InputError(f"{scenario.name} runs over {plan.end - plan.start + 1} quarters; the page shows at most {MOST_QUARTERS}")
    return Setup(scenario.name, policy, json.dumps(settings, sort_keys=True), _whole(given, "seed", 0, LARGEST_SEED, 1))


def _setting(name: str, value: Any) -> None:
    """The page sets levers and parameters to plain values; the other tools of a scenario file are not for it."""
    if len(name) > 200 or not _known(name):
        raise InputError(unknown("lever", name[:64], [*catalogue().levers, *(f"parameters.{p}" for p in catalogue().parameters)]))
    plain = isinstance(value, bool | str) or (isinstance(value, int | float) and math.isfinite(value))
    if isinstance(value, list):
        plain = len(value) <= 40 and all(isinstance(v, str) for v in value)
    if not plain or (isinstance(value, str) and len(value) > 200):
        raise InputError(f"{name}: give a number, a word, true or false, or a list of names")


def _known(name: str) -> bool:
    kinds = catalogue()
    head, _, rest = name.partition(".")
    if head == "parameters":
        return rest in kinds.parameters
    parts = name.split(".")
    if len(parts) == 3 and head == "states" and parts[1] in STATES:
        return f"states.{parts[2]}" in kinds.levers
    return name in kinds.levers


def _charts(given: Mapping[str, Any]) -> tuple[Chart, ...]:
    wanted = given.get("charts")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= 2:
        raise InputError("charts: give a list of one or two charts, each {outcome, place}")
    return tuple(_chart(w) for w in wanted)


def _chart(given: Any) -> Chart:
    if not isinstance(given, dict):
        raise InputError("charts: each is an object {outcome, place}")
    chart = Chart(_word(given, "outcome"), _word(given, "place", ""))
    if chart.place and chart.place not in (*STATES, "mean", "six"):
        raise InputError(unknown("place", chart.place, (*STATES, "mean", "six")))
    for reference in chart.references:
        outcome_reference(reference)
    return chart


def _map(given: Mapping[str, Any]) -> str:
    name = _word(given, "map", "eu_alignment")
    if name not in catalogue().state_outcomes:
        raise InputError(unknown("outcome of states", name, catalogue().state_outcomes))
    return name
