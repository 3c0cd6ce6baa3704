"""Figures: nothing without unit or source, one value per key, never a look into the future."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.data.figures import Figure, Figures, load_figures
from sim.errors import DataError

HEADER = "figure,entity,year,value,unit,source,licence,url,note\n"
GOOD = "democracy,SRB,2020,0.25,index,V-Dem,CC BY-SA 4.0,,\n"
FIGURES = load_figures()
KEYS = [(name, entity) for name in FIGURES.names() for entity in FIGURES.entities(name)]


def written(folder: Path, *rows: str) -> Path:
    path = folder / "some.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("democracy,SRB,2021,0.25,,V-Dem,CC BY-SA 4.0,,\n", "unit is empty"),
        ("democracy,SRB,2021,0.25,index,,CC BY-SA 4.0,,\n", "source is empty"),
        ("democracy,SRB,2021,0.25,index,V-Dem,,,\n", "licence is empty"),
        ("democracy,SRB,2021,,index,V-Dem,CC0,,\n", "value is empty"),
        ("democracy,SRB,2021,nan,index,V-Dem,CC0,,\n", "value nan is outside"),
        ("democracy,SRB,2021,much,index,V-Dem,CC0,,\n", "'much' is not a number"),
        ("democracy,SRB,2021.5,1,index,V-Dem,CC0,,\n", "not a whole year"),
        ("democracy,SRB,2021,1,index,V-Dem\n", "9 cells expected"),
    ],
)
def test_a_row_that_lacks_something_is_refused_with_file_and_line(tmp_path: Path, row: str, complaint: str) -> None:
    with pytest.raises(DataError, match=rf"^some\.csv:3: .*{complaint}"):
        load_figures(written(tmp_path, GOOD, row))


def test_a_key_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="two values of democracy for SRB in 2020"):
        load_figures(written(tmp_path, GOOD, GOOD))


def test_other_columns_and_missing_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("figure,value\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"other\.csv:1: columns are"):
        load_figures(path)
    with pytest.raises(DataError, match=r"none\.csv is missing"):
        load_figures(tmp_path / "none.csv")


@given(key=st.sampled_from(KEYS), year=st.integers(1990, 2040))
def test_at_gives_the_latest_known_and_never_a_later_year(key: tuple[str, str], year: int) -> None:
    known = [f for f in FIGURES.series(*key) if f.year <= year]
    if not known:
        with pytest.raises(DataError, match="nothing is known"):
            FIGURES.at(*key, year)
    else:
        found = FIGURES.at(*key, year)
        assert found.year <= year
        assert found.year == max(f.year for f in known)


def test_series_run_from_old_to_new() -> None:
    for key in KEYS:
        years = [f.year for f in FIGURES.series(*key)]
        assert years == sorted(set(years))


def test_the_nearest_name_is_offered() -> None:
    with pytest.raises(DataError, match="nearest: vdem_libdem"):
        FIGURES.at("vdem_libdm", "SRB", 2023)
    with pytest.raises(DataError, match="nearest: SRB"):
        FIGURES.at("vdem_libdem", "SBR", 2023)


def test_nothing_after_2023_is_shipped() -> None:
    assert max(f.year for f in FIGURES) == 2023


def test_the_states_have_what_the_start_needs() -> None:
    for state in ("ALB", "BIH", "XKX", "MNE", "MKD", "SRB"):
        for name in (
            "vdem_libdem",
            "wgi_political_stability",
            "gdp_per_capita_ppp",
            "population",
            "accession_stage",
        ):
            assert FIGURES.at(name, state, 2013).year == 2013
        assert 0 < FIGURES.at("support_eu_pct", state, 2023).value < 100


def test_allies_at_two_percent_are_those_of_the_spending_figures() -> None:
    allies = [
        "ALB",
        "BGR",
        "CZE",
        "EST",
        "GRC",
        "HRV",
        "HUN",
        "LTU",
        "LVA",
        "MKD",
        "MNE",
        "POL",
        "ROU",
        "SVK",
        "SVN",
        "TUR",
        "USA",
    ]
    for year in range(2014, 2024):
        spending = [FIGURES.at("defence_spending", ally, year).value for ally in allies]
        assert FIGURES.at("allies_at_2_percent", "NATO", year).value == sum(s >= 2 for s in spending)
        assert FIGURES.at("european_spending", "NATO_EUROPE", year).value == pytest.approx(sum(spending[:-1]) / 16, rel=1e-5)


def test_sipri_is_used_for_non_allies_only() -> None:
    assert {f.entity for f in FIGURES if f.licence.startswith("SIPRI")} == {"BIH", "SRB", "XKX"}


def test_sources_cover_every_figure() -> None:
    sources = FIGURES.sources()
    assert {name for source in sources for name in source.figures} == set(FIGURES.names())
    assert len({(source.source, source.licence) for source in sources}) == len(sources)


def test_an_empty_set_has_no_names() -> None:
    assert Figures([]).names() == []
    one = Figure("a", "b", 2000, 1.0, "unit", "source", "licence")
    assert list(Figures([one])) == [one]
