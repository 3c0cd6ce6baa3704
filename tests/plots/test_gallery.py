"""The gallery shows every figure and can be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim.plots
from sim.plots import FIGURES, gallery

PAGE = Path(__file__).parents[2] / "docs" / "gallery.md"


def test_every_public_function_that_draws_is_in_the_gallery() -> None:
    drawn = {call.split("(")[0] for call in gallery.CALLS}
    assert drawn == {f.__name__ for f in FIGURES} == set(sim.plots.__all__) - {"FIGURES", "caption_of", "save", "title_of"}


def test_the_page_lists_every_figure_and_its_picture_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for function in FIGURES:
        assert f"## `{function.__name__}`" in page
        assert f"(figures/{function.__name__}.svg)" in page
        assert (PAGE.parent / "figures" / f"{function.__name__}.svg").is_file()


@pytest.mark.slow
def test_the_gallery_can_be_drawn(tmp_path) -> None:
    page = gallery.write(tmp_path, worlds=30).read_text(encoding="utf-8")
    for call in gallery.CALLS:
        assert call in page
    assert len(list((tmp_path / "figures").glob("*.svg"))) == len(FIGURES)
