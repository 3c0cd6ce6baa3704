"""The page as it is shipped, and the command that writes it."""

import re
from pathlib import Path

import typer
from typer.testing import CliRunner

from sim.tensions import TENSIONS
from sim.tensions.__main__ import main

SHIPPED = Path(__file__).parents[2] / "docs" / "tensions.md"


def test_the_shipped_page_holds_every_tension_and_its_figures_exist():
    text = SHIPPED.read_text(encoding="utf-8")
    for tension in TENSIONS:
        assert f"## {tension.id}. {tension.title}" in text
    links = re.findall(r"\]\(([^)]+\.svg)\)", text)
    assert len(links) == len(TENSIONS)
    assert all((SHIPPED.parent / link).is_file() for link in links)


def test_a_page_without_a_place_for_figures_is_refused(tmp_path):
    app = typer.Typer()
    app.command()(main)
    result = CliRunner().invoke(app, ["--page", str(tmp_path / "page.md")])
    assert result.exit_code == 2
    assert "--figures" in result.output
    assert CliRunner().invoke(app, ["--worlds", "0"]).exit_code == 2
