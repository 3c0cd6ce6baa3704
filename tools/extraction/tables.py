"""The other tables: council, disputes, vetoes, patrons, kin ties, formats, events, milestones.

Each pairs the project's own reading in `judgements/` with the raw row it rests on; the evidence becomes
the source.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from extraction.raw import CITED_FACTS, STATES, RawFolder, judgement, lines, owner_of

BRIEFS = ("closing-the-capabilities-gap", "transatlantic-burden-sharing")


def source_of(raw: RawFolder, evidence: str) -> str:
    """The address behind a piece of evidence; lines of the two briefs stand for themselves."""
    if not evidence or evidence.startswith(BRIEFS):
        return evidence
    return raw.evidence(evidence)


def with_source(raw: RawFolder, name: str) -> pd.DataFrame:
    """A table of judgements with its evidence column replaced by the source."""
    table = judgement(name)
    table["source"] = [source_of(raw, e) for e in table.pop("evidence")]
    return table


def rescaled_shares(raw: RawFolder, year: int, members: pd.Series) -> pd.Series:
    """Population shares of the 27 printed for a year, rescaled to sum to 1, in the order of `members`."""
    voting = raw.table("council_voting")
    printed = voting[voting.record == f"population_share_pct_{year}"].set_index("member_state").value.astype(float)
    shares = printed.reindex(members)
    return (shares / shares.sum()).round(9)


def council(raw: RawFolder) -> pd.DataFrame:
    """The 27 members of the Council and how wary of enlargement each is."""
    table = with_source(raw, "council").sort_values("iso").reset_index(drop=True)
    voting = raw.table("council_voting")
    holdouts = set(voting[voting.value == "non-recogniser"].member_state)
    table["population_share"] = rescaled_shares(raw, 2025, table.iso).to_numpy()
    table["population_share_2016"] = rescaled_shares(raw, 2016, table.iso).to_numpy()
    table["recognises_kosovo"] = ["no" if iso in holdouts else "yes" for iso in table.iso]
    table["nato_member"] = ["yes" if since else "no" for since in table.nato_since]
    first = ["iso", "name", "population_share", "population_share_2016", "recognises_kosovo", "nato_member"]
    return table[[*first, "nato_since", "b9_member", "scepticism", "status", "source", "because"]]


def disputes(raw: RawFolder) -> pd.DataFrame:
    """Quarrels and reservations of members about candidates."""
    table = with_source(raw, "disputes").sort_values(["candidate", "member", "since"])
    first = ["member", "candidate", "topic", "kind", "intensity", "since", "until", "status"]
    return table[[*first, "source", "because"]]


def vetoes(raw: RawFolder) -> pd.DataFrame:
    """Documented spells of blocked steps, for scoring."""
    return with_source(raw, "vetoes").sort_values(["from", "candidate"])


def patrons(raw: RawFolder) -> pd.DataFrame:
    """Who shields whom."""
    return with_source(raw, "patrons")[["patron", "target", "what", "status", "source", "because"]]


def kin(raw: RawFolder) -> pd.DataFrame:
    """Shares of residents tied to an outside power by kin or creed, 0..1."""
    composition = raw.table("composition_factbook")
    owner = owner_of("composition_factbook")
    rows = []
    for r in lines(judgement("kin")):
        share, year, source = r.share, "", ""
        if r.status == "measured":
            groups = composition[
                (composition.country_iso3 == r.state) & (composition.kind == r.kind) & composition.group.isin(r.groups.split(";"))
            ]
            if len(groups) != len(r.groups.split(";")):
                raise SystemExit(f"kin of {r.power} in {r.state}: not every group of '{r.groups}' is in the raw table")
            share, year, source = f"{groups.value.sum() / 100:.4g}", str(groups.year.iloc[0]), owner.source
        licence = owner.licence if source else "own estimate"
        rows.append([r.state, r.power, share, r.kind, r.groups, year, r.status, source, licence, r.because])
    columns = ["state", "power", "share", "kind", "groups", "year", "status", "source", "licence", "because"]
    return pd.DataFrame(rows, columns=columns)


def formats(raw: RawFolder) -> pd.DataFrame:
    """Formats of regional cooperation."""
    return with_source(raw, "formats")


def events(raw: RawFolder) -> pd.DataFrame:
    """Dated shocks in our own words; the address comes from the raw row that `find` names."""
    table = judgement("events")
    table["source"] = [raw.evidence(f"events | {row.date} | {row.find}") for row in lines(table.drop(columns="actors"))]
    return table.drop(columns="find")


MILESTONES = {
    "applied": "applied for EU membership",
    "commission_opinion": "Commission opinion",
    "candidate": "EU candidate",
    "commission_recommends_opening": "Commission recommends opening talks",
    "council_agrees_open_negotiations": "Council agrees to open talks",
    "negotiations_opened": "talks opened",
    "SAA_in_force": "association agreement in force",
    "independence_declared": "independence declared",
    "nato_map": "NATO membership action plan",
    "nato_invited": "invited to NATO",
    "nato_protocol_signed": "NATO protocol signed",
    "nato_member": "NATO member",
}


def milestones(raw: RawFolder) -> pd.DataFrame:
    """Steps towards the EU and NATO with their dates; of two dates for one step the more exact is kept."""
    table = raw.table("accession_status")
    table = table.assign(event=table.event.replace(["nato_map_listed", "nato_map_participant"], "nato_map"))
    table = table[table.country_iso3.isin(STATES) & table.event.isin(list(MILESTONES))]
    table = table.rename(columns={"country_iso3": "state", "source_url": "source"})[["state", "event", "date", "source"]]
    opened = ["ALB", "negotiations_opened", "2022-07-19", raw.evidence("events | 2022-07-19")]
    table = pd.concat([table, pd.DataFrame([opened], columns=table.columns)])
    table["exactness"] = table.date.str.len()
    table = table.sort_values(["state", "event", "exactness"]).drop_duplicates(["state", "event"], keep="last")
    table["means"] = table.event.map(MILESTONES)
    table["licence"] = CITED_FACTS
    return table.sort_values(["state", "date"])[["state", "event", "means", "date", "source", "licence"]]


TABLES: dict[str, Callable[[RawFolder], pd.DataFrame]] = {
    "council.csv": council,
    "disputes.csv": disputes,
    "vetoes.csv": vetoes,
    "patrons.csv": patrons,
    "kin.csv": kin,
    "formats.csv": formats,
    "events.csv": events,
    "milestones.csv": milestones,
}
