"""`balkansim explain`: the difference between two runs, booked to what caused it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import causes, options
from sim.cli.compare import SomeSeed
from sim.cli.failures import guarded
from sim.cli.output import emit, show
from sim.errors import InputError

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.results import Results

_RUN = 1000  # worlds of scenarios that are run in memory

Rest = Annotated[
    list[str],
    typer.Argument(
        metavar="[ALTERNATIVE] OUTCOME...",
        help="A second run to compare with; without one, the change over time. Then outcomes: SRB.eu_alignment, western_leverage, ...",
    ),
]
Since = Annotated[str | None, typer.Option("--since", help="Of one run: quarter at whose end the change begins; default: the start.")]
Until = Annotated[str | None, typer.Option("--until", help="Quarter up to which causes are summed; default: the last.")]
Through = Annotated[bool, typer.Option("--through", help="One level down: what each booking, or input of a signal, is itself made of.")]
Again = Annotated[
    int | None,
    typer.Option("--worlds", "-n", help="How many worlds are played again; default: up to 1024, with --through 256."),
]


@guarded
def command(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="A directory of results, or a scenario.")],
    rest: Rest,
    policy: options.Policy = "none",
    reference_policy: options.ReferencePolicy = "none",
    since: Since = None,
    until: Until = None,
    through: Through = False,
    worlds: Again = None,
    seed: SomeSeed = None,
    figure: options.Figure = None,
    as_json: options.Json = False,
) -> None:
    """Print which mechanisms made the difference, or a change over time; worlds are played again with the ledger of each stock."""
    from sim.analysis.compare import references

    alternative, outcomes = (None, rest) if _is_outcome(rest[0]) else (rest[0], rest[1:])
    if not outcomes:
        raise InputError(f"no outcome is named after '{rest[0]}'; allowed: an outcome such as SRB.eu_alignment (see: balkansim names)")
    for name in outcomes:
        references(name)  # a wrong name is told before anything is run
    if worlds is not None and worlds < 1:
        raise InputError(f"--worlds {worlds}: allowed: a whole number from 1")
    if alternative is not None and since is not None:
        raise InputError("--since belongs to the change over time in one run; two runs are compared at one quarter (--until)")
    ask, told = _asked(reference, alternative, (reference_policy, policy), since, until, worlds, seed, through)
    frames = {name: ask(name) for name in outcomes}
    options.draw(figure, lambda plots: plots.waterfall(frames[outcomes[0]], title=f"{outcomes[0]}: {causes.told(told)}"))
    if as_json:
        emit(told | {"through": through, "outcomes": [causes.data(name, frame, alternative is None) for name, frame in frames.items()]})
        return
    for name, frame in frames.items():
        show(*causes.parts(name, frame, told))


def _is_outcome(text: str) -> bool:
    from sim.catalogue import catalogue
    from sim.results import outcome_reference

    if text in catalogue().state_outcomes:
        return True
    try:
        outcome_reference(text)
    except InputError:
        return False
    return True


def _asked(
    reference: str,
    alternative: str | None,
    policies: tuple[str, str],
    since: str | None,
    until: str | None,
    worlds: int | None,
    seed: int | None,
    through: bool,
) -> tuple[Callable[[str], DataFrame], dict[str, Any]]:
    """What explains an outcome of these runs, and what is compared, as data."""
    from sim.analysis.explain import explain, explain_change

    a, b = _runs(reference, alternative or reference, policies if alternative else (policies[1],) * 2, worlds, seed, through)
    told = {"reference": reference, "alternative": alternative, "policy": policies[1]}
    if alternative is None:
        told |= {"reference_policy": policies[1], "since": since or "start", "until": until or a.quarters[-1]}
        return partial(explain_change, a, policy=policies[1], since=since, until=until, worlds=worlds, through=through), told
    told |= {"reference_policy": policies[0], "since": None, "until": until or min(a.quarters[-1], b.quarters[-1])}
    asked = partial(explain, a, b, policy=policies[1], reference_policy=policies[0], until=until, worlds=worlds, through=through)
    return asked, told


def _runs(
    first: str, second: str, policies: tuple[str, str], worlds: int | None, seed: int | None, through: bool
) -> tuple[Results, Results]:
    """The two runs; scenarios are played in no more worlds than are explained, directories have theirs."""
    from sim.analysis.explain import MOST, MOST_THROUGH

    bound = worlds or (MOST_THROUGH if through else MOST)
    stored = [options.holds_results(text) for text in (first, second)]
    played = None if any(stored) else worlds or min(bound, _RUN)
    return options.two_runs(first, second, played, seed, policies, most=bound)
