"""Tables: known codes, shares that sum to 1, a source or a reason for every line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim import catalogue
from sim.data import tables
from sim.data.columns import column
from sim.data.reading import FOLDER
from sim.errors import DataError

COUNCIL = {m.iso: m for m in tables.load_council()}
DISPUTES = tables.load_disputes()
VETOES = tables.load_vetoes()


def spoiled(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of a shipped table with the first `old` replaced."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert old in text
    path = folder / name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_votes_are_weighed_by_the_populations_of_the_nearer_year() -> None:
    early, late = (column("council", "population_share", year) for year in (2013, 2023))
    germany = catalogue.MEMBERS.index("DEU")
    assert (early[germany], late[germany]) == (COUNCIL["DEU"].population_share_2016, COUNCIL["DEU"].population_share)
    assert early.sum() == pytest.approx(late.sum())


def test_the_council_is_the_27_and_its_shares_sum_to_1() -> None:
    assert set(COUNCIL) == set(catalogue.MEMBERS)
    assert len(COUNCIL) == 27
    assert sum(m.population_share for m in COUNCIL.values()) == pytest.approx(1, abs=1e-6)
    assert sum(m.population_share_2016 for m in COUNCIL.values()) == pytest.approx(1, abs=1e-6)


def test_groups_within_the_council() -> None:
    def those(which: Callable[[tables.Member], bool]) -> set[str]:
        return {iso for iso, m in COUNCIL.items() if which(m)}

    assert those(lambda m: not m.recognises_kosovo) == {"CYP", "ESP", "GRC", "ROU", "SVK"}
    assert those(lambda m: m.b9_member) == {"BGR", "CZE", "EST", "HUN", "LVA", "LTU", "POL", "ROU", "SVK"}
    assert those(lambda m: not m.nato_member) == {"AUT", "CYP", "IRL", "MLT", "SWE"}
    assert those(lambda m: m.nato_since is None) == those(lambda m: not m.nato_member)


def test_every_dispute_has_a_source_or_a_reason_and_documented_ones_a_source() -> None:
    for dispute in DISPUTES:
        assert dispute.source or dispute.because
        assert dispute.source if dispute.status == "documented" else dispute.because


def test_non_recognisers_are_the_recognition_disputes() -> None:
    assert {d.member for d in DISPUTES if d.kind == "recognition"} == {iso for iso, m in COUNCIL.items() if not m.recognises_kosovo}


def test_disputes_stand_between_their_quarters() -> None:
    name = next(d for d in DISPUTES if (d.member, d.candidate) == ("GRC", "MKD"))
    assert name.standing("2013Q4")
    assert name.standing("2019Q1")
    assert not name.standing("2019Q2")
    history = next(d for d in DISPUTES if (d.member, d.candidate) == ("BGR", "MKD"))
    assert not history.standing("2020Q3")
    assert history.standing("2030Q1")


def test_documented_vetoes_of_named_members_rest_on_a_dispute() -> None:
    for spell in VETOES:
        last = spell.until or "2023Q4"
        for blocker in spell.blockers:
            if last >= "2016Q1" and blocker != tables.UNNAMED:
                assert any(
                    d.member == blocker and d.candidate == spell.candidate and d.since <= spell.since and d.standing(last) for d in DISPUTES
                ), f"{blocker} blocked {spell.candidate} from {spell.since} without a dispute"


def test_length_of_spells() -> None:
    france = next(s for s in VETOES if s.blockers == ("FRA",))
    assert france.quarters_until("2023Q4") == 2
    standing = next(s for s in VETOES if s.candidate == "MKD" and s.until is None)
    assert standing.quarters_until("2023Q4") == 6
    assert standing.quarters_until("2013Q4") == 0


def test_kin_ties_cover_the_six_for_russia_and_turkiye() -> None:
    ties = {(t.state, t.power): t for t in tables.load_kin()}
    assert len(ties) == len(tables.load_kin())
    for state in catalogue.STATES:
        assert {(state, "RUS"), (state, "TUR")} <= set(ties)
    assert 0.05 <= ties["XKX", "SRB"].share <= 0.06
    assert ("SRB", "SRB") not in ties


def test_formats_name_those_of_the_brief() -> None:
    formats = {f.name: f for f in tables.load_formats()}
    assert {"SEDM", "SEEBRIG", "A5", "CHOD", "SEDEFCO", "B9", "B9+"} <= set(formats)
    assert set(formats["CHOD"].members) == {"ALB", "BIH", "BGR", "GRC", "MNE", "MKD", "ROU", "SRB", "TUR"}
    assert set(formats["B9"].members) == {iso for iso, m in COUNCIL.items() if m.b9_member}
    for regional_format in formats.values():
        assert set(regional_format.overlaps) <= set(formats)


def test_events_are_in_order_and_their_quarter_fits_the_date() -> None:
    events = tables.load_events()
    assert [e.quarter for e in events] == sorted(e.quarter for e in events)
    for event in events:
        assert event.quarter[:4] == event.date[:4]
        if len(event.date) > 4:
            assert int(event.quarter[5]) == (int(event.date[5:7]) + 2) // 3
        assert event.actors


def test_milestones_are_one_per_state_and_step() -> None:
    keys = [(m.state, m.event) for m in tables.load_milestones()]
    assert len(keys) == len(set(keys))
    assert ("SRB", "negotiations_opened") in keys


def test_patrons_name_belgrade_first() -> None:
    shields = {(p.patron, p.target) for p in tables.load_patrons()}
    assert {("SRB", "republika_srpska"), ("RUS", "republika_srpska"), ("HUN", "republika_srpska")} <= shields


@pytest.mark.parametrize(
    ("name", "load", "old", "new", "complaint"),
    [
        (
            "council.csv",
            tables.load_council,
            "AUT,Austria",
            "AUTT,Austria",
            "unknown iso 'AUTT'.*nearest: AUT",
        ),
        (
            "council.csv",
            tables.load_council,
            "yes,no,,no,0.60",
            "perhaps,no,,no,0.60",
            "unknown recognises_kosovo",
        ),
        ("disputes.csv", tables.load_disputes, ",0.5,2020Q4", ",1.5,2020Q4", "intensity 1.5 is outside 0..1"),
        ("disputes.csv", tables.load_disputes, ",0.5,2020Q4", ",0.5,2020-4", "not a quarter"),
        (
            "disputes.csv",
            tables.load_disputes,
            "2018Q2,2020Q1",
            "2018Q2,2017Q1",
            "until 2017Q1 lies before 2018Q2",
        ),
        ("vetoes.csv", tables.load_vetoes, "GRC,MKD", ",MKD", "blockers is empty"),
        ("kin.csv", tables.load_kin, "ALB,TUR", "ALB,TRU", "unknown power 'TRU'"),
        ("events.csv", tables.load_events, "2013Q1", "2013Q5", "not a quarter"),
    ],
)
def test_wrong_lines_are_refused(tmp_path: Path, name: str, load: Callable[[Path], object], old: str, new: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint) as refused:
        load(spoiled(tmp_path, name, old, new))
    assert str(refused.value).startswith(f"{name}:")


def test_a_line_without_source_and_reason_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "patrons.csv"
    path.write_text("patron,target,what,status,source,because\nHUN,SRB,advocate,assumed,,\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"patrons\.csv:2: neither source nor because"):
        tables.load_patrons(path)
    path.write_text("patron,target,what,status,source,because\nHUN,SRB,advocate,documented,,why\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"patrons\.csv:2: status documented needs source"):
        tables.load_patrons(path)


@pytest.mark.parametrize(
    ("table", "name", "complaint"),
    [
        ("councils", "scepticism", "unknown table 'councils'.*nearest: council"),
        ("council", "sceptcism", "council.csv has no column of numbers called 'sceptcism'"),
        ("council", "name", "council.csv has no column of numbers called 'name'"),
        ("disputes", "strength", "disputes.csv has no column of numbers called 'strength'"),
        ("kin", "RSU", "unknown column of kin 'RSU'.*nearest: RUS"),
    ],
)
def test_unknown_columns_are_refused(table: str, name: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        column(table, name, 2023)
