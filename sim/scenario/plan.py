"""A plan: one scenario with one policy, resolved, as the engine plays it.

Precedence has been settled before a plan exists (`sim.scenario.resolve`): what is written here simply holds. All quarters
are whole numbers (`sim.quarters.index`). Values of levers are numbers (float), choices (str), flags (bool) or lists of
names (tuple of str).
"""

from __future__ import annotations

from dataclasses import dataclass, field

Value = float | str | bool | tuple[str, ...]
Steps = tuple[tuple[int, Value], ...]
"""A path: (quarter, value) in ascending order; each value holds from its quarter on. The first entry may lie before the start."""


@dataclass(frozen=True)
class Distribution:
    """What an uncertain lever or parameter is drawn from, once per world."""

    name: str  # uniform | normal | lognormal | triangular | beta | choice | constant
    arguments: dict[str, float | tuple[Value, ...] | tuple[float, ...]]
    low: float | None = None  # draws are clipped to [low, high] where given
    high: float | None = None


@dataclass(frozen=True)
class Change:
    """A dated change of a lever: `set` at quarter `start`, or a linear `ramp` that reaches `value` at quarter `stop`."""

    event: str
    kind: str  # set | ramp
    start: int
    stop: int
    value: Value


@dataclass(frozen=True)
class LeverPlan:
    """One lever over the whole run. Later layers win: steps, draw, branches, changes."""

    steps: Steps
    draw: Distribution | None = None
    branches: tuple[tuple[str, str, Steps], ...] = ()  # (branch id, option, steps in the worlds of that option)
    changes: tuple[tuple[str | None, str | None, Change], ...] = ()  # (branch id, option or None, change)


@dataclass(frozen=True)
class Forced:
    """An event made to happen: name as after `force.` without target and actor; quarters [start, until]."""

    event: str
    target: str | None
    actor: str | None
    start: int
    until: int
    branch: tuple[str, str] | None = None  # only in the worlds of this (branch id, option)


@dataclass(frozen=True)
class Plan:
    """Everything that decides a run, but the seed and the worlds."""

    scenario: str
    policy: str
    start: int
    end: int
    title: str = ""
    question: str = ""
    reference: str = ""  # the root of `extends`
    levers: dict[str, LeverPlan] = field(
        default_factory=dict
    )  # full names; per-state ones as states.SRB.x; only what differs from the default
    parameters: dict[str, LeverPlan] = field(default_factory=dict)  # <room>.<parameter>: steps of one value, or a draw
    branches: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)  # id -> (option, weight), weights sum to 1
    forced: tuple[Forced, ...] = ()
    initial: dict[str, float] = field(default_factory=dict)  # SRB.democracy or eu.fatigue -> value
    initial_draws: dict[str, Distribution] = field(default_factory=dict)
    clamps: dict[str, float | str] = field(default_factory=dict)  # SRB.democracy or eu.fatigue -> value | "baseline"
    mechanisms: dict[str, bool] = field(default_factory=dict)  # room -> on
    notices: tuple[str, ...] = ()  # e.g. an event ignored because a policy holds its lever
    belief: str = "posterior"  # what uncertain parameters are drawn from: prior, or the name of a sample in sim/data/posterior
