"""Figures that come as a table of states by years: V-Dem, governance, economy, UN votes, defence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from extraction.raw import STATES, Owner, RawFolder, lines, owner_of

Row = dict[str, object]
YEARS = range(2013, 2024)
ENDS = (2013, 2023)
EU = {"EUU": "EU27"}
# raw file: (figure, unit, years kept, also for the EU)
PANELS: dict[str, tuple[str, str, Iterable[int], bool]] = {
    "vdem_libdem": ("vdem_libdem", "index 0..1", YEARS, False),
    "wgi_political_stability": ("wgi_political_stability", "WGI estimate -2.5..2.5", YEARS, False),
    "wgi_rule_of_law": ("wgi_rule_of_law", "WGI estimate -2.5..2.5", YEARS, False),
    "wgi_government_effectiveness": ("wgi_government_effectiveness", "WGI estimate -2.5..2.5", YEARS, False),
    "wgi_control_of_corruption": ("wgi_control_of_corruption", "WGI estimate -2.5..2.5", YEARS, False),
    "gdp_per_capita_ppp_const2021": ("gdp_per_capita_ppp", "constant 2021 international $", YEARS, True),
    "population": ("population", "persons", ENDS, True),
    "gdp_current_usd": ("gdp_current_usd", "current US$", ENDS, True),
    "fdi_net_inflows_pct_gdp": ("fdi_net_inflows", "% of GDP", YEARS, False),
}


def row(figure: str, entity: str, year: Any, value: float, unit: str, owner: Owner, note: str = "") -> Row:
    """One line of figures.csv."""
    shown = f"{float(value):.6g}" if abs(value) < 1e6 else f"{float(value):.0f}"
    return {
        "figure": figure,
        "entity": entity,
        "year": int(year),
        "value": shown,
        "unit": unit,
        "source": owner.source,
        "licence": owner.licence,
        "url": owner.url,
        "note": note,
    }


def panels(raw: RawFolder) -> list[Row]:
    """The tables that need nothing but a choice of states and years."""
    rows: list[Row] = []
    for file, (figure, unit, years, with_eu) in PANELS.items():
        table = raw.table(file)
        wanted = STATES + (list(EU) if with_eu else [])
        for r in lines(table[table.country_iso3.isin(wanted) & table.year.isin(list(years))]):
            entity = EU.get(r.country_iso3, r.country_iso3)
            rows.append(row(figure, entity, r.year, r.value, unit, owner_of(file), panel_note(figure, entity, r.year)))
    return rows


def panel_note(figure: str, entity: str, year: int) -> str:
    """What a reader must know about one figure of a panel."""
    if entity == "EU27":
        return "the owner's EU aggregate of today's 27"
    if figure == "population" and entity == "XKX" and year == 2023:
        return "lower by a census revision"
    if figure == "wgi_political_stability":
        return "published standard error about 0.2"
    return ""


UN_PARTNERS = {"eu": ["DEU", "FRA"], "usa": ["USA"], "rus": ["RUS"], "chn": ["CHN"]}


def un_votes(raw: RawFolder) -> list[Row]:
    """Distance between ideal points in the UN General Assembly, final-passage votes."""
    table = raw.table("unga_ideal_points")
    points = table[table.series == "idealpointfp"].pivot(index="year", columns="country_iso3", values="value")
    rows = []
    for partner, members in UN_PARTNERS.items():
        partner_point = points[members].mean(axis=1)
        note = "to the mean of DEU and FRA; ITA is not in the raw table" if partner == "eu" else ""
        for state in [s for s in STATES if s in points]:
            distance = (points[state] - partner_point).abs().loc[min(YEARS) : max(YEARS)].dropna()
            rows += [
                row(
                    f"unga_distance_{partner}",
                    state,
                    y,
                    d,
                    "ideal-point units",
                    owner_of("unga_ideal_points"),
                    note,
                )
                for y, d in distance.items()
            ]
    return rows


def defence(raw: RawFolder) -> list[Row]:
    """Defence spending, % of GDP: NATO's definition for allies, SIPRI's for the three non-allies."""
    nato = raw.table("nato_defence_spend").query("series == 'primary'")
    owner = owner_of("nato_defence_spend")._replace(url="https://github.com/namanjain92/NATO-Analytics")
    rows = [row("defence_spending", r.country_iso3, r.year, r.defence_pct_gdp, "% of GDP", owner) for r in lines(nato)]
    sipri = raw.table("milex_pct_gdp_sipri")
    sipri = sipri[sipri.country_iso3.isin(["BIH", "SRB", "XKX"]) & sipri.year.isin(list(YEARS))]
    rows += [row("defence_spending", r.country_iso3, r.year, r.value, "% of GDP", owner_of("milex_pct_gdp_sipri")) for r in lines(sipri)]
    return rows + allied_effort(nato, owner)


def allied_effort(nato: pd.DataFrame, owner: Owner) -> list[Row]:
    """Mean spending of the listed European allies, and how many of all listed allies reach 2 %."""
    table = nato.pivot(index="year", columns="country_iso3", values="defence_pct_gdp")
    mean = table.drop(columns="USA").mean(axis=1)
    reached = (table >= 2.0).sum(axis=1)
    note = f"unweighted mean of the {table.shape[1] - 1} listed allies but the USA (NATO Europe, with TUR)"
    count_note = f"of the {table.shape[1]} listed allies, USA included"
    rows = [row("european_spending", "NATO_EUROPE", y, v, "% of GDP", owner, f"derived: {note}") for y, v in mean.items()]
    rows += [row("allies_at_2_percent", "NATO", y, v, "allies", owner, f"derived: {count_note}") for y, v in reached.items()]
    return rows
