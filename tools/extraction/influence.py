"""Figures on outside powers, alignment, missions and opinion: trade, gas, Chinese finance, CFSP, polls."""

from __future__ import annotations

import pandas as pd

from extraction.panels import Row, row
from extraction.raw import CITED_FACTS, STATES, Owner, RawFolder, judgement, lines, owner_of

EU27 = [
    "AUT",
    "BEL",
    "BGR",
    "HRV",
    "CYP",
    "CZE",
    "DNK",
    "EST",
    "FIN",
    "FRA",
    "DEU",
    "GRC",
    "HUN",
    "IRL",
    "ITA",
    "LVA",
    "LTU",
    "LUX",
    "MLT",
    "NLD",
    "POL",
    "PRT",
    "ROU",
    "SVK",
    "SVN",
    "ESP",
    "SWE",
]
PARTNERS = {"EU27": "eu", "RUS": "rus", "CHN": "chn", "TUR": "tur"}


def trade(raw: RawFolder) -> list[Row]:
    """Partner shares of all trade in 2013 and 2016, the last year of the bilateral table (no Kosovo)."""
    table = raw.table("trade_share_itpde_2008_2016")
    kept = table[table.country_iso3.isin(STATES) & table.year.isin([2013, 2016]) & (table.flow == "total")]
    return [
        row(
            f"trade_share_{PARTNERS[r.partner]}",
            r.country_iso3,
            r.year,
            r.value,
            "share of exports and imports",
            owner_of("trade_share_itpde_2008_2016"),
        )
        for r in lines(kept[kept.partner.isin(list(PARTNERS))])
    ]


def trade_of_top_partners(raw: RawFolder) -> list[Row]:
    """Shares from the Factbook's short lists: the first year listed from 2012 on, and the last."""
    table = raw.table("trade_top_partners_factbook")
    table = table[table.country_iso3.isin(STATES)].copy()
    table["partner"] = table.partner_iso3.where(~table.partner_iso3.isin(EU27), "EU27")
    sums = table.groupby(["country_iso3", "flow", "partner", "year"]).value.sum().reset_index()
    ends = table.groupby("country_iso3").year.agg(["min", "max"])
    rows = []
    for r in lines(sums[sums.partner.isin(list(PARTNERS))]):
        if r.year in ends.loc[r.country_iso3].tolist():
            note = "listed top partners only: a floor" if r.partner == "EU27" else "absence elsewhere is not zero"
            figure = f"top_partner_{r.flow}_share_{PARTNERS[r.partner]}"
            owner = owner_of("trade_top_partners_factbook")
            rows.append(row(figure, r.country_iso3, r.year, r.value / 100, f"share of {r.flow}s", owner, note))
    return rows


def gas(raw: RawFolder) -> list[Row]:
    """Russia's share in gas imports; ALB, MNE and XKX are not in the table."""
    table = raw.table("gas_import_share_russia")
    kept = table[table.country_iso3.isin(STATES) & (table.year >= 2013)]
    return [
        row(
            "russian_gas_share",
            r.country_iso3,
            r.year,
            r.value,
            "share of gas imports",
            owner_of("gas_import_share_russia"),
            "derived; origin as reported jumps" if r.country_iso3 == "SRB" else "derived",
        )
        for r in lines(kept)
    ]


def chinese_finance(raw: RawFolder) -> list[Row]:
    """Chinese development finance since 2008: sums to 2013 and 2021, over GDP of 2021, and yearly means."""
    table = raw.table("china_dev_finance_aiddata")
    gdp = raw.table("gdp_current_usd").query("year == 2021").set_index("country_iso3").value
    owner = owner_of("china_dev_finance_aiddata")
    rows = []
    for state in [s for s in STATES if s in set(table.country_iso3)]:
        yearly = table[table.country_iso3 == state].set_index("year").value
        for first, last in [(2008, 2013), (2014, 2021)]:
            total, flow = yearly.loc[:last].sum(), yearly.loc[first:last].sum() / (last - first + 1)
            floor = "located projects only: a floor"
            share, mean = 100 * total / gdp[state], 100 * flow / gdp[state]
            note = f"derived; GDP of 2021 throughout; {floor}"
            rows += [
                row(
                    "chinese_dev_finance_usd",
                    state,
                    last,
                    total,
                    "constant 2021 US$ since 2008",
                    owner,
                    floor,
                ),
                row("chinese_dev_finance_pct_gdp", state, last, share, "% of GDP, sum since 2008", owner, note),
                row(
                    "chinese_dev_finance_flow_pct_gdp",
                    state,
                    last,
                    mean,
                    "% of GDP a year",
                    owner,
                    f"mean of {first}-{last}; {note}",
                ),
            ]
    return rows


CFSP_PERIODS = {
    "annual": "cfsp_alignment_pct",
    "report_period": "cfsp_alignment_report_pct",
    "annual_lower_bound": "cfsp_alignment_lower_bound_pct",
    "H1": "cfsp_alignment_first_half_pct",
    "russia_sanctions_2014_20": "cfsp_russia_sanctions_pct",
}
CFSP_NOTES = {
    "annual": "calendar year",
    "report_period": "Commission report, mid-year to mid-year; not comparable with calendar years",
    "annual_lower_bound": "the source says slightly above",
    "H1": "January to June",
    "russia_sanctions_2014_20": "share of Russia declarations joined 2014-20; qualitative",
}


def alignment(raw: RawFolder) -> list[Row]:
    """Share of EU foreign-policy positions joined, with the counts behind it where printed."""
    table = raw.table("cfsp_alignment")
    rows: list[Row] = []
    kept = table[table.period.isin(list(CFSP_PERIODS)) & table.country_iso3.isin([*STATES, "TUR"])]
    for r in lines(kept):
        owner = Owner(r.source_type, CITED_FACTS, r.source_url)
        note = CFSP_NOTES[r.period]
        if (r.country_iso3, r.year, r.period) == ("SRB", 2012, "annual"):
            note = "calendar year; other sources say 90 or 97 about then"
        rows.append(row(CFSP_PERIODS[r.period], r.country_iso3, r.year, r.alignment_pct, "%", owner, note))
        if r.period == "annual" and pd.notna(r.aligned_n) and pd.notna(r.total_n):
            rows.append(row("cfsp_positions_joined", r.country_iso3, r.year, r.aligned_n, "positions", owner))
            rows.append(row("cfsp_positions_offered", r.country_iso3, r.year, r.total_n, "positions", owner))
    return rows


BASIS = {
    "stated": "",
    "derived": "derived from stated values",
    "inferred": "year or label inferred from context",
}


def indicators(raw: RawFolder) -> list[Row]:
    """The indicators of the influence table that the project uses, named in judgements/indicators.csv."""
    table = raw.table("external_influence")
    rows: list[Row] = []
    for choice in lines(judgement("indicators")):
        kept = table[(table.indicator == choice.indicator) & (table.year >= 2008)]
        if choice.actor:
            kept = kept[kept.external_actor == choice.actor]
        kept = kept[kept.country_iso3.isin(choice.entities.split())] if choice.entities else kept
        kept = kept.sort_values("value")
        second = kept.duplicated(["country_iso3", "year"], keep="first")
        kept = kept[second if choice.keep == "second" else ~second]
        for r in lines(kept):
            owner = Owner(choice.source, CITED_FACTS, r.source_url)
            note = "; ".join(part for part in (choice.note, BASIS[r.basis]) if part)
            value = float(r.value) * float(choice.scale or 1)
            rows.append(row(choice.figure, r.country_iso3, r.year, value, choice.unit, owner, note))
    return rows


def government_poll(raw: RawFolder) -> list[Row]:
    """Serbia's support for membership by the government's poll: the mean of the waves of a year."""
    table = raw.table("external_influence")
    waves = table[table.indicator.isin(["opinion_vote_eu_for_gov_H1", "opinion_vote_eu_for_gov_H2"])]
    rows = []
    for year in sorted(set(waves.year)):
        group = waves[waves.year == year]
        owner = Owner("Serbian Ministry of European Integration, poll", CITED_FACTS, group.source_url.iloc[-1])
        note = "mean of two waves" if len(group) == 2 else "second wave only"
        rows.append(
            row(
                "support_eu_pct",
                "SRB",
                year,
                group.value.mean(),
                "% would vote for membership",
                owner,
                note,
            )
        )
    return rows


def stated(raw: RawFolder) -> list[Row]:
    """Counts and stages read off the dated milestones, and the few public facts the raw folder lacks."""
    rows: list[Row] = []
    for r in lines(judgement("stated_figures")):
        url = raw.evidence(r.evidence) if r.evidence else ""
        owner = Owner(r.source, CITED_FACTS, url)
        rows.append(row(r.figure, r.entity, int(r.year), float(r.value), r.unit, owner, r.note))
    return rows


def everything(raw: RawFolder) -> list[Row]:
    """All figures on outside powers, alignment, missions and opinion."""
    parts = [
        trade,
        trade_of_top_partners,
        gas,
        chinese_finance,
        alignment,
        indicators,
        government_poll,
        stated,
    ]
    return [figure for part in parts for figure in part(raw)]
