"""The outlines that maps are drawn from."""

from __future__ import annotations

import json

import numpy as np

from sim.catalogue import STATES
from sim.data.reading import FOLDER
from sim.plots.maps import _LABEL_AT, outlines

FILE = FOLDER / "map.geojson"


def test_the_file_is_small_and_says_where_it_comes_from() -> None:
    assert FILE.stat().st_size < 150_000
    provenance = json.loads(FILE.read_text(encoding="utf-8"))["provenance"]
    assert provenance["licence"] == "public domain"
    assert "Natural Earth" in provenance["source"]
    assert provenance["written_by"] == "tools/make_map.py"


def test_the_six_are_there_each_by_itself() -> None:
    assert set(STATES) < set(outlines())
    for state in STATES:
        rings = outlines()[state]
        assert all(len(ring) > 3 and np.array_equal(ring[0], ring[-1]) for ring in rings)
        assert inside(max(rings, key=len), _LABEL_AT[state]), f"the label of {state} stands outside it"


def test_serbia_does_not_hold_kosovo() -> None:
    assert not any(inside(ring, _LABEL_AT["XKX"]) for ring in outlines()["SRB"])


def test_neighbours_share_their_border() -> None:
    corners = {code: {tuple(corner) for ring in rings for corner in ring} for code, rings in outlines().items()}
    for one, other in (("SRB", "XKX"), ("XKX", "ALB"), ("XKX", "MKD"), ("BIH", "HRV"), ("MNE", "XKX"), ("SRB", "HUN")):
        assert len(corners[one] & corners[other]) > 3


def inside(ring: np.ndarray, point: tuple[float, float]) -> bool:
    """Whether a point lies in a ring: a ray to the east crosses it an odd number of times."""
    (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
    crosses = (y0 > point[1]) != (y1 > point[1])
    at = x0[crosses] + (point[1] - y0[crosses]) / (y1[crosses] - y0[crosses]) * (x1[crosses] - x0[crosses])
    return bool((at > point[0]).sum() % 2)
