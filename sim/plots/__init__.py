"""Figures: one function each, all on one kind of sheet, each with a caption that says what a line or a dot is.

    from sim import load_scenario, run
    from sim.plots import fan, save

    results = run(load_scenario("enlargement_veto"), worlds=200)
    save(fan(results, "SRB.eu_alignment"), "serbia.svg")

They read results and frames only, and return a `matplotlib.figure.Figure`. `docs/gallery.md` shows them all.
"""

from sim.plots.causes import waterfall
from sim.plots.dots import hundred_dots
from sim.plots.fans import fan
from sim.plots.fronts import pareto
from sim.plots.maps import map_of
from sim.plots.multiples import small_multiples
from sim.plots.ridges import ridgeline
from sim.plots.sheet import caption_of, save, title_of
from sim.plots.slopes import slope
from sim.plots.timelines import timeline
from sim.plots.tornadoes import tornado

FIGURES = (fan, small_multiples, slope, ridgeline, hundred_dots, waterfall, tornado, pareto, map_of, timeline)
"""Every figure, in the order of the gallery."""

__all__ = [
    "FIGURES", "caption_of", "fan", "hundred_dots", "map_of", "pareto", "ridgeline", "save", "slope", "small_multiples", "timeline",
    "title_of", "tornado", "waterfall",
]  # fmt: skip
