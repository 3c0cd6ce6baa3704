"""`python -m sim.tensions`: play every tension, say who wins how often, and write the page and its figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.errors import InputError
from sim.plots.sheet import save
from sim.tensions import TENSIONS, Arms
from sim.tensions.figures import draw
from sim.tensions.page import file_name, written


def main(
    page: Annotated[Path | None, typer.Option(help="Markdown file to write; needs --figures.")] = None,
    figures: Annotated[Path | None, typer.Option(help="Folder for one SVG per tension.")] = None,
    worlds: Annotated[int, typer.Option(help="Worlds per arm.")] = 256,
    seed: Annotated[int, typer.Option(help="Seed of all draws.")] = 1,
) -> None:
    """Play the tensions of the source documents both ways."""
    if page is not None and figures is None:
        typer.echo("--page: the page shows figures; say with --figures into which folder they go", err=True)
        raise typer.Exit(2)
    try:
        arms = Arms(worlds, seed)
    except InputError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    played = []
    for tension in TENSIONS:
        finding = tension.measure(arms)
        played.append((tension, finding))
        typer.echo(f"{tension.id:4s}{tension.score(finding)}")
        if figures is not None:
            figures.mkdir(parents=True, exist_ok=True)
            save(draw(tension, finding, worlds), figures / file_name(tension))
    if page is not None and figures is not None:
        page.write_text(written(played, arms, page, figures), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
