"""`balkansim discover`: in which worlds does it happen?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.compare import SomeSeed, SomeWorlds
from sim.cli.failures import guarded
from sim.cli.output import bold, emit, show, table

if TYPE_CHECKING:
    from sim.analysis.discover import Box, Discovery

_LEAVES = 4


@guarded
def command(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A directory of results, or a scenario.")],
    condition: Annotated[str, typer.Argument(metavar="CONDITION", help="For instance 'SRB.eu_alignment < 0.45 at 2034Q4'.")],
    policy: options.Policy = "none",
    only: Annotated[list[str] | None, typer.Option("--only", metavar="NAME", help="Only this input, or this room's (repeatable).")] = None,
    boxes: Annotated[int, typer.Option("--boxes", min=1, max=9, help="How many boxes to look for.")] = 2,
    density: Annotated[float, typer.Option("--density", min=0.0, max=1.0, help="How dense a box should be, if one is.")] = 0.8,
    worlds: SomeWorlds = None,
    seed: SomeSeed = None,
    figure: options.Figure = None,
    as_json: options.Json = False,
) -> None:
    """Find boxes of assumptions and branches within which a condition tends to hold (PRIM, CART)."""
    from sim.analysis.discover import discover

    results = options.two_runs(run, run, worlds, seed, (policy, policy))[0]
    found = discover(results, condition, policy=policy, only=only, boxes=boxes, density=density)
    options.draw(figure, lambda _: _figure(results, found, policy))
    if as_json:
        emit({"run": run, "policy": policy, **_data(found), "answer": answer(found)})
        return
    show(f"'{condition}' holds in {100 * found.share:.0f} of 100 worlds ({found.worlds:,}).", "")
    show(_table("PRIM: boxes of worlds, each among those that the boxes before leave", found.prim, chance=True))
    show(
        _table(
            "CART: leaves of a tree in which it holds more often than usual (not tested against chance)", found.cart[:_LEAVES], chance=False
        )
    )
    show(_READING, "", bold(answer(found)), "")


_READING = (
    "Coverage: of the worlds in which the condition holds, how many are in the box. Density: of those in the box, in how many it holds."
    " Quasi-p: how often chance alone would make the restriction look as good."
)


def _figure(results: Any, found: Discovery, policy: str) -> Any:
    from sim.plots.boxes import boxes

    return boxes(results, found, policy=policy)


def _data(found: Discovery) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(found)


def _table(title: str, boxes: list[Box], chance: bool) -> Any:
    rows = []
    for number, box in enumerate(boxes, 1):
        for i, limit in enumerate(box.limits):
            numbers = [f"{100 * v:.0f} %" for v in (box.coverage, box.density, box.mass)] if not i else ["", "", ""]
            quasi = [f"{limit.quasi_p:.1g}"] if chance else []
            rows.append([str(number) if not i else "", str(limit), limit.status, *quasi, *numbers])
    heads = ["", "where", "status", *(["quasi-p"] if chance else []), "coverage", "density", "of all worlds"]
    return table(heads, rows or [["", "none found", *[""] * (len(heads) - 2)]], title=title, right=range(3, len(heads)))


def answer(found: Discovery) -> str:
    """The first box in one sentence."""
    if not found.prim:
        return f"No box of assumptions holds '{found.condition}' more often than chance would make one."
    box = found.prim[0]
    where = " and ".join(map(str, box.limits))
    return (
        f"Where {where}, '{found.condition}' holds in {100 * box.density:.0f} of 100 worlds instead of {100 * found.share:.0f};"
        f" these are {100 * box.mass:.0f} % of all worlds and hold {100 * box.coverage:.0f} % of the cases."
    )
