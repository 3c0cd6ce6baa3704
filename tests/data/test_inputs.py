"""The record of what was read and written matches what is shipped."""

from __future__ import annotations

import hashlib
import json
import re

from sim.data.reading import FOLDER

RECORD = json.loads((FOLDER / "inputs.json").read_text(encoding="utf-8"))


def test_every_shipped_table_is_the_one_written() -> None:
    assert set(RECORD["written"]) == {path.name for path in FOLDER.glob("*.csv")}
    for name, recorded in RECORD["written"].items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == recorded, f"{name} was changed by hand"


def test_the_record_holds_names_and_digests_only() -> None:
    assert RECORD["raw"]
    for table in RECORD.values():
        for name, recorded in table.items():
            assert "/" not in name
            assert name.endswith(".csv")
            assert re.fullmatch(r"[0-9a-f]{64}", recorded)


def test_the_extract_is_lean() -> None:
    assert (FOLDER / "figures.csv").stat().st_size < 300_000
