"""Every figure: its words, its shapes, its edges."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import rgb_to_hsv, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.catalogue import STATE_NAMES, STATES
from sim.errors import InputError
from sim.plots import (
    FIGURES,
    caption_of,
    fan,
    hundred_dots,
    map_of,
    pareto,
    ridgeline,
    save,
    slope,
    small_multiples,
    timeline,
    title_of,
    tornado,
    waterfall,
)  # fmt: skip
from sim.plots.fronts import front
from sim.plots.outcomes import first_clause
from sim.plots.ridges import density
from sim.plots.sheet import RESOLUTION, WIDTH, apart, limits
from sim.plots.standing import searched, standing
from sim.results import Results

CAUSES = pd.DataFrame(
    {"room": ["information", "start", "stability"], "because": ["trust", "start", "crises"], "difference": [-0.2, 0.0, 0.05]}
)
SENSITIVITIES = pd.DataFrame({"name": ["small_one", "large one"], "low": [-0.01, 0.2], "high": [0.01, -0.1]})
POLICIES = pd.DataFrame({"policy": ["a", "b", "c"], "eu_alignment": [1.0, 2.0, 0.5], "democracy": [2.0, 1.0, 0.5]})


def draw(name: str, first: Results, second: Results) -> Figure:
    """One figure of each kind."""
    return {
        "fan": lambda: fan(second, "SRB.democracy", ghost=first),
        "small_multiples": lambda: small_multiples(second, "democracy", ghost=first),
        "slope": lambda: slope(first, second, "democracy"),
        "ridgeline": lambda: ridgeline(second, "democracy", ghost=first),
        "hundred_dots": lambda: hundred_dots(first, second, "democracy"),
        "waterfall": lambda: waterfall(CAUSES),
        "tornado": lambda: tornado(SENSITIVITIES),
        "pareto": lambda: pareto(POLICIES, "eu_alignment", "democracy"),
        "map_of": lambda: map_of(second, "democracy"),
        "timeline": lambda: timeline(first, 0, twin=second),
    }[name]()


@pytest.fixture(scope="module", autouse=True)
def _settings() -> Iterator[None]:
    """No figure changes the settings of matplotlib, on which depends what is drawn afterwards."""
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before


@pytest.fixture(scope="module")
def drawn(baseline: Results, vetoes: Results) -> Callable[[str], Figure]:
    """Figures by name, each drawn once for all tests that look at it."""
    return cache(partial(draw, first=baseline, second=vetoes))


def words(figure: Figure) -> str:
    """Everything written on a figure, drawn."""
    figure.draw_without_rendering()
    found = [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text") and a.get_visible())]
    return " ".join(found).replace("\n", " ")


@pytest.mark.parametrize("name", [f.__name__ for f in FIGURES])
def test_every_figure_has_title_and_caption_and_the_width_of_a_page(name: str, drawn: Callable[[str], Figure]) -> None:
    figure = drawn(name)
    assert title_of(figure)
    assert caption_of(figure).endswith(".")
    assert figure.get_figwidth() == WIDTH
    assert "_" not in words(figure), "a name of the program reached the reader"


@pytest.mark.parametrize("name", [f.__name__ for f in FIGURES])
def test_nothing_is_drawn_beyond_the_sheet(name: str, drawn: Callable[[str], Figure]) -> None:
    figure = drawn(name)
    figure.savefig(io.BytesIO(), format="png", dpi=RESOLUTION)
    box = figure.get_tightbbox()
    assert box.x0 > -0.02
    assert box.x1 < WIDTH + 0.02
    assert box.y0 > -0.02
    assert box.y1 < figure.get_figheight() + 0.02


HUES = {"red": (345, 15), "orange": (15, 45), "yellow": (45, 70), "green": (70, 170), "blue": (170, 260)}
"""Where on the circle of colours a reader would use the word, in degrees."""


def colour_word(colour: Any) -> str:
    """What a reader calls a colour."""
    hue, saturation, _ = rgb_to_hsv(to_rgb(colour))
    degrees = 360 * hue
    return "grey" if saturation < 0.2 else next((w for w, (a, b) in HUES.items() if (degrees - a) % 360 < (b - a) % 360), "purple")


@pytest.mark.parametrize("name", ["waterfall", "tornado", "timeline"])
def test_a_colour_that_the_caption_names_is_seen(name: str, drawn: Callable[[str], Figure]) -> None:
    figure = drawn(name)
    named = set(re.findall(rf"\b({'|'.join(HUES)}|grey)\b", caption_of(figure).lower()))
    colours = [*(p.get_facecolor()[:3] for p in figure.findobj(Patch)), *(l.get_color() for l in figure.findobj(Line2D))]
    seen = {colour_word(colour) for colour in colours}
    assert named
    assert named <= seen


def test_the_ends_of_a_tornado_have_the_colours_of_its_caption() -> None:
    figure = tornado(SENSITIVITIES)
    low, high = (colour_word(bars[0].get_facecolor()[:3]) for bars in figure.axes[0].containers[:2])
    assert f"low end of its range ({low}, plain)" in caption_of(figure)
    assert f"high end ({high}, hatched)" in caption_of(figure)
    assert f"({low}, plain)" in caption_of(tornado(SENSITIVITIES, fifths=True))


@pytest.mark.parametrize("name", ["fan", "small_multiples", "slope", "ridgeline", "hundred_dots", "map_of", "timeline"])
def test_one_world_and_one_quarter(name: str, short: Results) -> None:
    assert "possible world" in caption_of(draw(name, short, short))


@pytest.mark.parametrize("outcome", ["vetoed", "accession_stage", "turkish_influence", "defence_spending"])
def test_outcomes_of_every_type(outcome: str, baseline: Results, vetoes: Results) -> None:
    for figure in (
        fan(vetoes, f"SRB.{outcome}", ghost=baseline), small_multiples(vetoes, outcome), slope(baseline, vetoes, outcome),
        hundred_dots(baseline, vetoes, outcome), map_of(vetoes, outcome),
    ):  # fmt: skip
        assert words(figure)
    assert ("higher" in words(hundred_dots(baseline, vetoes, outcome))) == (outcome in ("turkish_influence", "defence_spending"))


@pytest.mark.parametrize("name", [f.__name__ for f in FIGURES])
def test_a_figure_is_saved_the_same_every_time(
    name: str, drawn: Callable[[str], Figure], baseline: Results, vetoes: Results, tmp_path
) -> None:
    figures = drawn(name), draw(name, baseline, vetoes)
    first, second = (save(figure, tmp_path / f"{i}.svg").read_bytes() for i, figure in enumerate(figures))
    assert first == second
    assert not re.search(rb"<dc:date>|\d{4}-\d\d-\d\dT", first)
    assert b"<image" not in first


def test_png_is_as_wide_as_a_page(vetoes: Results, tmp_path) -> None:
    from PIL import Image

    assert Image.open(save(fan(vetoes, "stability"), tmp_path / "a.png")).width == 700


def test_only_svg_and_png(vetoes: Results, tmp_path) -> None:
    with pytest.raises(InputError, match=r"\.svg or \.png"):
        save(fan(vetoes, "stability"), tmp_path / "a.jpg")


def test_the_fan_shows_the_quantiles(vetoes: Results) -> None:
    axis = fan(vetoes, "SRB.democracy").axes[0]
    values = vetoes.values("SRB.democracy")
    assert np.allclose(axis.lines[0].get_ydata(), np.median(values, axis=0))
    heights = [c.get_paths()[0].vertices[:, 1] for c in axis.collections]
    assert np.isclose(max(heights[0]), np.quantile(values.astype(float), 0.95, axis=0).max(), atol=1e-6)
    assert max(heights[1]) < max(heights[0])


def test_observed_points_must_lie_in_the_run(vetoes: Results) -> None:
    assert "observed" in caption_of(fan(vetoes, "SRB.democracy", observed={"2025Q4": 0.3}))
    with pytest.raises(InputError, match="1999Q1 outside the run"):
        fan(vetoes, "SRB.democracy", observed={"1999Q1": 0.3})


def test_small_multiples_share_one_scale_and_name_the_six(vetoes: Results) -> None:
    figure = small_multiples(vetoes, "democracy")
    assert len({axis.get_ylim() for axis in figure.axes}) == 1
    assert all(name in words(figure) for name in STATE_NAMES.values())


def test_six_states_are_asked_for_by_name(vetoes: Results) -> None:
    with pytest.raises(InputError, match="nearest: democracy"):
        small_multiples(vetoes, "democrac")


def test_the_hundred_dots_are_a_hundred_and_say_so(baseline: Results, vetoes: Results) -> None:
    figure = hundred_dots(baseline, vetoes, "eu_alignment")
    assert len(figure.axes) == len(STATES)
    for axis in figure.axes:
        assert sum(len(c.get_offsets()) for c in axis.collections) == 100
        said = [int(t.get_text().split()[0]) for t in axis.texts]
        assert sum(said) == 100
    assert "one possible world in a hundred" in caption_of(figure)


def test_a_spread_of_yes_and_no_is_refused(vetoes: Results) -> None:
    assert words(ridgeline(vetoes, "accession_stage"))
    with pytest.raises(InputError, match="see small_multiples or hundred_dots"):
        ridgeline(vetoes, "vetoed")


def test_dots_of_a_run_with_itself_are_all_the_same(baseline: Results) -> None:
    assert "100 same" in words(hundred_dots(baseline, baseline, "mean.democracy"))


def test_the_waterfall_adds_up(vetoes: Results) -> None:
    figure = waterfall(CAUSES)
    bars = list(figure.axes[0].patches)
    assert bars[-1].get_width() == pytest.approx(-0.15)
    assert sum(p.get_width() for p in bars[:-1]) == pytest.approx(-0.15)
    assert "start" not in words(figure)
    assert "2 smaller causes" in words(waterfall(pd.concat([CAUSES, CAUSES, CAUSES]), most=4))


def test_the_parts_of_a_waterfall_make_up_its_bars() -> None:
    rows = [
        ("stability", "calm", "signal", "kept_calm", "lever", "tolerance", "kept_calm", 0.15),
        ("stability", "calm", "signal", "kept_calm", "stock", "openness", "kept_calm", 0.05),
        ("stability", "trust", "stock", "trust", "", "", "", -0.1),
        ("start", "start", "", "", "", "", "", 0.0),
    ]
    figure = waterfall(pd.DataFrame(rows, columns=["room", "because", "kind", "input", "source_kind", "source", "way", "difference"]))
    bars = np.array([(p.get_x(), p.get_width(), p.get_height()) for p in figure.axes[0].patches])
    whole, thin = bars[bars[:, 2] > 0.5, :2], bars[bars[:, 2] < 0.5, :2]
    assert np.allclose(whole, [(0.0, 0.2), (0.2, -0.1), (0.0, 0.1)])
    assert np.allclose(thin, [(0.0, 0.15), (0.15, 0.05)])
    assert "tolerance by way of kept calm" in words(figure).replace("\n", " ")
    assert "made of" in caption_of(figure)


def test_inputs_of_a_signal_are_named_in_words() -> None:
    rows = [("stock", "states.eu_influence", 0.4, 0.3, -0.02), ("together", "several inputs together", np.nan, np.nan, 0.001)]
    said = words(waterfall(pd.DataFrame(rows, columns=["room", "because", "from", "to", "difference"])))
    assert "EU influence" in said
    assert "stock" not in said
    assert "several inputs together" in said


@pytest.mark.parametrize(
    ("means", "clause"),
    [
        ("Thousands (Kosovo; NATO: open-ended); more", "Thousands (Kosovo; NATO: open-ended)"),
        ("Share joined (rate): agenda x assent", "Share joined (rate)"),
        ("Ratio 1:2 of two", "Ratio 1:2 of two"),
    ],
)
def test_a_meaning_ends_with_its_first_clause(means: str, clause: str) -> None:
    assert first_clause(means) == clause


def test_a_fan_of_words_has_them_on_its_axis(vetoes: Results) -> None:
    figure = fan(vetoes, "SRB.accession_stage")
    shown = [t.get_text() for t in figure.axes[0].get_yticklabels()]
    assert "negotiating" in shown
    assert not any(t.replace(".", "").isdigit() for t in shown)
    assert "|" not in words(figure)


def test_names_at_a_slope_are_tied_to_their_lines(baseline: Results, vetoes: Results) -> None:
    """Where names had to move apart, a thread in the line's colour leads from each to the end that it names."""
    axis = slope(baseline, vetoes, "eu_alignment").axes[0]
    lines = [line for line in axis.lines if len(line.get_xdata()) == 2]
    ends = [(line.get_color(), line.get_ydata()[0]) for line in lines if line.get_marker() == "o"]
    threads = [(line.get_color(), line.get_ydata()[0]) for line in lines if line.get_marker() != "o" and line.get_xdata()[0] < 0]
    assert sorted(ends) == sorted(threads)


def test_a_waterfall_without_any_difference() -> None:
    assert "all together" in words(waterfall(CAUSES.assign(difference=0.0)))


def test_the_tornado_puts_the_widest_bar_first() -> None:
    labels = [t.get_text() for t in tornado(SENSITIVITIES).axes[0].get_yticklabels()]
    assert labels == ["large one", "small one"]
    with pytest.raises(InputError, match="lacks a column"):
        tornado(SENSITIVITIES.drop(columns="high"))


def test_a_tornado_of_given_data_does_not_say_all_else_equal() -> None:
    assert "all else equal" in caption_of(tornado(SENSITIVITIES))
    caption = caption_of(tornado(SENSITIVITIES, fifths=True))
    assert "all else equal" not in caption
    assert "differ in their other assumptions" in caption


def test_policies_stand_by_one_outcome() -> None:
    table = pd.DataFrame({"policy": ["a", "b_c"], "expected": [0.2, 0.4], "worst_decile": [0.1, 0.3], "best": [0.25, 0.75]})
    figure = standing(table, "mean.democracy", "higher")
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["b c", "a"]
    assert "7.5 of 10" in words(figure)
    assert [t.get_text() for t in standing(table, "mean.vetoed", "lower").axes[0].get_yticklabels()] == ["a", "b c"]


def test_the_way_of_a_search_ends_where_it_ended() -> None:
    figure = searched([(1, 0.2), (4, 0.3)], 0.1, 10, "mean.democracy")
    line = figure.axes[0].lines[0]
    assert list(line.get_xdata()) == [1, 4, 10]
    assert list(line.get_ydata()) == [0.2, 0.3, 0.3]
    assert "as written" in words(searched([], 0.1, 10, "mean.democracy"))


def test_the_front_holds_what_nothing_beats() -> None:
    points = np.array([[1, 2], [2, 1], [0.5, 0.5], [1, 2]])
    assert front(points).tolist() == [True, True, False, True]
    assert front(np.array([[0.0, 0.0]])).tolist() == [True]
    assert "lower is better" in words(pareto(POLICIES, "eu_alignment", "democracy", better={"democracy": "lower"}))


def test_the_map_shows_kosovo_by_itself_and_says_how_that_is_meant(vetoes: Results) -> None:
    figure = map_of(vetoes, "eu_alignment")
    assert {c.get_gid() for c in figure.axes[0].collections} >= set(STATES)
    assert "without prejudice" in caption_of(figure)
    assert "Kosovo" in words(figure)


def test_the_density_is_one_and_stays_within_the_range() -> None:
    grid = np.linspace(-0.5, 1.5, 2001)
    spread = density(np.array([0.9, 0.95, 1.0]), grid, (0.0, 1.0))
    assert spread[grid > 1.0].max() == 0
    assert spread.sum() * (grid[1] - grid[0]) == pytest.approx(1, abs=0.01)
    assert np.isfinite(density(np.full(5, 0.4), grid, (0.0, 1.0))).all()


def test_labels_are_pushed_apart_and_keep_their_order() -> None:
    placed = apart([0.5, 0.5, 0.51, 0.9], 0.1, 0.0, 1.0)
    assert all(b - a > 0.099 for a, b in pairwise(placed))
    assert apart([], 1.0) == []
    assert max(apart([1.0, 1.0, 1.0], 0.2, 0.0, 1.0)) <= 1.0


def test_limits_of_constant_values_have_some_height() -> None:
    low, high = limits(1.0, 1.0, (0.0, 1.0))
    assert low < 1.0 < high < 1.02
