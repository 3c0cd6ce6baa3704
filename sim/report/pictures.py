"""Figures as part of a page: SVG written into the HTML, its names its own, its ink and paper those of the page."""

from __future__ import annotations

import io
import re
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.plots import caption_of, title_of
from sim.plots.sheet import BLUE, INK, PAPER, RULE, SETTINGS, SOFT, VERMILLION

_INKS = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    RULE: "var(--rule)",
    PAPER: "var(--paper)",
    BLUE: "var(--blue)",
    VERMILLION: "var(--red)",
    "#eeeeee": "var(--land)",
    "#cccccc": "var(--rule)",
}
"""Colours of the figures that become the page's, where they are others in the dark."""
_PREAMBLE = re.compile(r"^.*?(?=<svg )", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_NAMES = (re.compile(r'(\bid=")([^"]+)"'), re.compile(r'((?:xlink:)?href="#)([^"]+)"'))
_ADDRESSES = re.compile(r"url\(#([^)]+)\)")


def picture(figure: Figure, name: str) -> str:
    """An HTML figure with the drawing inside; `name` keeps its parts apart from those of others on the page."""
    with mpl.rc_context(SETTINGS):
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = _METADATA.sub("", _PREAMBLE.sub("", written.getvalue()))
    for pattern in _NAMES:
        svg = pattern.sub(rf'\g<1>{name}-\g<2>"', svg)
    svg = _ADDRESSES.sub(rf"url(#{name}-\g<1>)", svg)
    for colour, variable in _INKS.items():
        svg = svg.replace(colour, variable)
    svg = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', "", svg, count=1).replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    svg = svg.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1).replace("xlink:href", "href")
    label = escape(f"{title_of(figure)}. {caption_of(figure)}", quote=True)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    return f'<figure id="{name}">{svg.strip()}</figure>'
