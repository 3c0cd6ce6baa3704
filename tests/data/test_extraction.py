"""The extract: a judgement must find its raw row, and the raw figures are read as they stand."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def raw(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(TOOLS))
    return importlib.import_module("extraction.raw")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = "member,subject,source_url\nFRA,ALB (2019),http://one\nFRA,MKD (2019),http://two\nNLD,ALB (2019),http://one\n"
    (tmp_path / "votes.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_evidence_is_the_address_of_the_row_that_holds_all_words(raw: ModuleType, folder: Path) -> None:
    assert raw.RawFolder(folder).evidence("votes | FRA | MKD") == "http://two"
    assert raw.RawFolder(folder).evidence("votes | ALB") == "http://one"


@pytest.mark.parametrize(("reference", "matches"), [("votes | DNK", 0), ("votes | FRA", 2)])
def test_evidence_that_is_missing_or_ambiguous_stops_the_run(raw: ModuleType, folder: Path, reference: str, matches: int) -> None:
    with pytest.raises(SystemExit, match=f"matches {matches} addresses"):
        raw.RawFolder(folder).evidence(reference)


def test_a_missing_file_or_folder_stops_the_run(raw: ModuleType, folder: Path) -> None:
    with pytest.raises(SystemExit, match=r"raw file missing: polls\.csv"):
        raw.RawFolder(folder).table("polls")
    with pytest.raises(SystemExit, match="not a folder"):
        raw.RawFolder(folder / "elsewhere")


def test_only_files_that_were_read_are_recorded(raw: ModuleType, folder: Path) -> None:
    (folder / "unread.csv").write_text("a\n1\n", encoding="utf-8")
    source = raw.RawFolder(folder)
    source.table("votes")
    assert list(source.hashes) == ["votes.csv"]
    assert source.hashes["votes.csv"] == raw.digest(folder / "votes.csv")


def test_every_judgement_is_documented_or_assumed_with_a_reason(raw: ModuleType) -> None:
    for name in ("council", "disputes", "patrons"):
        for line in raw.lines(raw.judgement(name)):
            assert line.because if line.status == "assumed" else line.evidence
