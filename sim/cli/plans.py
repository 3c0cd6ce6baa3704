"""What a plan sets, in words: levers that differ from their defaults, draws, branches, events and the other tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.catalogue import catalogue
from sim.cli.names import written
from sim.cli.output import counted
from sim.data.posterior import PRIOR, load_sample
from sim.quarters import written as quarter
from sim.scenario.plan import Distribution, Forced, LeverPlan, Plan


@dataclass(frozen=True)
class Setting:
    """One name, what it is set to, and what it would be otherwise."""

    name: str
    value: str
    default: str


def settings(plan: Plan) -> list[Setting]:
    """Everything that this plan sets away from the defaults."""
    found = [Setting(name, described(lever, plan.start), _default(name)) for name, lever in plan.levers.items()]
    for name, lever in plan.parameters.items():
        found.append(Setting(f"parameters.{name}", described(lever, plan.start), written(catalogue().parameters[name].value)))
    found += [Setting(f"initial.{n}", written(v), "by data") for n, v in plan.initial.items()]
    found += [Setting(f"initial.{n}", drawn(d), "by data") for n, d in plan.initial_draws.items()]
    found += [Setting(f"clamp.{n}", written(v), "free") for n, v in plan.clamps.items()]
    found += [Setting(f"mechanisms.{n}", "on" if on else "off", "on") for n, on in plan.mechanisms.items()]
    return found + [_forced(f) for f in plan.forced]


def drawn_names(plan: Plan) -> list[str]:
    """What is drawn per world: branches, levers, parameters, starting values."""
    names = [f"branch.{b}" for b in plan.branches]
    names += [n for n, lever in plan.levers.items() if lever.draw]
    names += [f"parameters.{n}" for n, p in plan.parameters.items() if p.draw]
    return names + [f"initial.{n}" for n in plan.initial_draws]


@dataclass(frozen=True)
class DrawnParameters:
    """How many uncertain parameters each world draws, and from what."""

    count: int
    belief: str  # `prior`, or the name of a sample
    from_sample: int
    from_priors: int
    from_scenario: int  # what the scenario itself says under `uncertain:`

    def __str__(self) -> str:
        parts = {f"the {self.belief} sample": self.from_sample, "their priors": self.from_priors, "the scenario": self.from_scenario}
        told = [f"{count} from {what}" for what, count in parts.items() if count]
        return f"{counted(self.count, 'uncertain parameter')} ({', '.join(told)})"


def drawn_parameters(plan: Plan) -> DrawnParameters:
    """What `sim.parameter_values` draws per world for this plan."""
    own = sum(1 for lever in plan.parameters.values() if lever.draw)
    prior = [p.name for p in catalogue().parameters.values() if p.prior is not None and p.name not in plan.parameters]
    sampled = set() if plan.belief == PRIOR else set(load_sample(plan.belief).position)
    informed = len(sampled.intersection(prior))
    return DrawnParameters(len(prior) + own, plan.belief, informed, len(prior) - informed, own)


def _default(name: str) -> str:
    lever, state = catalogue().lever_named(name)
    return written(lever.default_of(state))


def _forced(forced: Forced) -> Setting:
    name = ".".join(p for p in ("force", forced.event, forced.target, forced.actor) if p)
    when = quarter(forced.start) if forced.start == forced.until else f"{quarter(forced.start)} to {quarter(forced.until)}"
    return Setting(name, when + (f" where {forced.branch[0]} is {forced.branch[1]}" if forced.branch else ""), "by chance")


def described(lever: LeverPlan, start: int) -> str:
    """A lever over the run, in one line."""
    parts = [_steps(lever.steps, start)] if lever.steps else []
    if lever.draw:
        parts = [drawn(lever.draw)]
    parts += [f"{_steps(steps, start)} where {branch} is {option}" for branch, option, steps in lever.branches]
    for branch, option, change in lever.changes:
        verb = f"{written(change.value)} from {quarter(change.start)}"
        if change.kind == "ramp":
            verb = f"to {written(change.value)} from {quarter(change.start)} to {quarter(change.stop)}"
        parts.append(verb + (f" where {branch} is {option}" if branch else ""))
    return "; ".join(parts)


def _steps(steps: tuple[tuple[int, Any], ...], start: int) -> str:
    if len(steps) == 1 and steps[0][0] <= start:
        return written(steps[0][1])
    return ", ".join(f"{written(value)} from {quarter(at)}" for at, value in steps)


def drawn(draw: Distribution) -> str:
    """A distribution in words."""
    return f"drawn: {draw.name} " + ", ".join(f"{k} {written(v)}" for k, v in draw.arguments.items())
