"""`balkansim hindcast`: how well the model does on 2014 to 2023, against honest references."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.failures import guarded

if TYPE_CHECKING:
    from collections.abc import Mapping

Page = Annotated[Path | None, typer.Option("--page", metavar="FILE", help="Also write the answers as a page of Markdown.")]
Figures = Annotated[Path | None, typer.Option("--figures", metavar="DIR", help="Also draw one figure per series into this folder.")]
Placebo = Annotated[
    int, typer.Option("--placebo-worlds", help="Worlds per way of dealing out the vetoes (120 ways); 0 leaves the placebo out.")
]


Anew = Annotated[bool, typer.Option("--calibrate", help="First make the shipped samples of parameters anew (writes into the package).")]


@guarded
def command(
    worlds: options.Worlds = 4096,
    seed: options.Seed = 1,
    placebo_worlds: Placebo = 128,
    page: Page = None,
    figures: Figures = None,
    calibrate: Anew = False,
    as_json: options.Json = False,
) -> int:
    """Score the model on 2020-2023, told the years before; test what it rests on. About two minutes, most of it the placebo."""
    from sim.cli.output import say_notices
    from sim.cli.progress import watched
    from sim.errors import InputError
    from sim.hindcast.conditioning import few_kept
    from sim.hindcast.whole import hindcast

    if worlds < 256 or placebo_worlds < 0:
        raise InputError(
            f"--worlds {worlds} --placebo-worlds {placebo_worlds}: allowed: at least 256 worlds, and 0 or more for the placebo"
        )
    say_notices(filter(None, [few_kept(worlds)]))
    if calibrate:
        from sim.data.posterior import load_sample
        from sim.hindcast.calibrate import regenerate

        regenerate()
        load_sample.cache_clear()
    with watched("placebo") as progress:
        data, outcomes = hindcast(worlds, seed, placebo_worlds, progress)
    pictures: list[Path] = []
    if figures is not None:
        from sim.hindcast.pictures import draw_all
        from sim.hindcast.targets import read_record

        pictures = draw_all(outcomes, read_record(), figures)
    if page is not None:
        from sim.hindcast.page import written

        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(written(data, pictures, page), encoding="utf-8")
    if as_json:
        from sim.cli.output import emit

        emit(data)
    else:
        _show(data)
    return 0


def _show(data: Mapping[str, Any]) -> None:
    """The tables and paragraphs on stdout."""
    from sim.cli.output import bold, show, table
    from sim.hindcast.page import number, share, verdict

    rows = [
        [r["series"], r["state"], str(r["n"]), number(r["skill_vs_dressed_persistence"]) if r["scored"] else "–",
         number(r["skill_vs_trend"]) if r["scored"] else "–", share(r["coverage_50"]), share(r["coverage_90"])]
        for r in data["series"]
    ]  # fmt: skip
    columns = ("series", "state", "n", "vs dressed", "vs trend", "50 %", "90 %")
    show(table(columns, rows, title="Skill and coverage, 2020 to 2023", right=(2, 3, 4, 5, 6)))
    runs = [[v["name"], number(v["skill_vs_dressed_persistence"], 3), share(v["coverage_90"]), v["means"]] for v in data["variants"]]
    show(table(("run", "skill", "90 %", "what it is"), runs, title="What each piece contributes", right=(1, 2)))
    show(bold("The answer"), verdict(data), "")
    show(bold("The weakest assumption"))
    for test in data["weakest_assumption"]:
        show(test["paragraph"], "")
    show(data["serbian_refusal"]["paragraph"], "", data["kfor_given_crisis"]["paragraph"], "")
    show(data["vetoes_paragraph"], "", data["veto_aware_back_test"]["paragraph"])
    stale = {name: said["stale"] for name, said in data["calibration"].items() if said["stale"]}
    for name, what in stale.items():
        show(f"{name} was made from another state of {', '.join(what)}: run `balkansim hindcast --calibrate`.")
