"""The page and its figures."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sim.plots.sheet import caption_of, save, title_of
from sim.tensions import TENSIONS
from sim.tensions.__main__ import main
from sim.tensions.figures import draw
from sim.tensions.page import file_name, written
from sim.tensions.politics import T11

SHIPPED = Path(__file__).parents[2] / "docs" / "tensions.md"


def test_a_figure_has_a_title_in_words_and_names_every_line(arms, finding_of, tmp_path):
    finding = finding_of(T11)
    figure = draw(T11, finding, arms.worlds)
    assert title_of(figure) == T11.title
    assert "64 possible worlds" in caption_of(figure)
    texts = [text.get_text() for axis in figure.axes for text in axis.texts]
    assert texts == [curve.label for panel in finding.panels for curve in panel.curves]
    files = [save(draw(T11, finding, arms.worlds), tmp_path / name) for name in ("a.svg", "b.svg")]
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("tension", TENSIONS, ids=lambda t: t.id)
def test_names_of_lines_stay_on_the_figure(arms, finding_of, tension):
    figure = draw(tension, finding_of(tension), arms.worlds)
    figure.draw_without_rendering()
    for axis in figure.axes:
        frame = axis.get_tightbbox()
        for text in axis.texts:
            box = text.get_window_extent()
            assert axis.bbox.x0 - 6 <= box.x0 < box.x1 <= axis.bbox.x1 + 6, text.get_text()
            assert frame.y0 <= box.y0 < box.y1 <= axis.bbox.y1, text.get_text()


def test_a_page_says_both_sides_with_their_lines_and_links_the_figure(arms, finding_of, tmp_path):
    finding = finding_of(T11)
    text = written([(T11, finding)], arms, tmp_path / "docs" / "page.md", tmp_path / "docs" / "figures" / "t")
    assert f"(figures/t/{file_name(T11)})" in text
    for side in (T11.one, T11.other):
        assert side.says in text
        assert side.source in text
    assert f"{finding.one:.0%}" in text
    assert T11.depends in text
    assert "{" not in text


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
