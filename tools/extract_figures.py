"""Write the project's own extract of the raw figures: `python tools/extract_figures.py RAW_FOLDER`.

Only rows that the project uses are kept, each with unit, year, source, licence and, where needed, a note.
Our own readings (which indicator, how intense a dispute, what an event was) stand in
`tools/extraction/judgements/`; each names the raw row it rests on, and the run stops when it is not there.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd
from extraction import influence, panels, tables
from extraction.raw import RawFolder, digest

TARGET = Path(__file__).resolve().parent.parent / "sim" / "data"
COLUMNS = ["figure", "entity", "year", "value", "unit", "source", "licence", "url", "note"]


def all_figures(raw: RawFolder) -> pd.DataFrame:
    """One row per figure, entity and year, sorted; two rows with one key stop the run."""
    rows = panels.panels(raw) + panels.un_votes(raw) + panels.defence(raw) + influence.everything(raw)
    frame = pd.DataFrame(rows, columns=COLUMNS).sort_values(["figure", "entity", "year"])
    twice = frame[frame.duplicated(["figure", "entity", "year"], keep=False)]
    if len(twice):
        raise SystemExit(f"more than one value for:\n{twice[['figure', 'entity', 'year', 'value']].to_string()}")
    return frame


def write(frame: pd.DataFrame, name: str, target: Path) -> str:
    """Write one table as CSV with Unix line ends; return its SHA-256."""
    path = target / name
    frame.to_csv(path, index=False, lineterminator="\n")
    print(f"{name}: {len(frame)} rows, {path.stat().st_size / 1000:.0f} kB")
    return digest(path)


def main() -> None:
    """Read the raw folder, write the tables and the record of what was read and written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("raw_folder", type=Path, help="folder with the raw CSV files")
    parser.add_argument("--target", type=Path, default=TARGET, help="where to write (default: sim/data)")
    arguments = parser.parse_args()
    raw = RawFolder(arguments.raw_folder)
    written = {"figures.csv": write(all_figures(raw), "figures.csv", arguments.target)}
    for name, build in tables.TABLES.items():
        written[name] = write(build(raw), name, arguments.target)
    record = {"raw": dict(sorted(raw.hashes.items())), "written": dict(sorted(written.items()))}
    (arguments.target / "inputs.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
