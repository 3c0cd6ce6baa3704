"""Typed tables beside the figures: who votes, who quarrels with whom, who shields whom, what happened when.

Every loader takes another path of the same columns and raises DataError ("disputes.csv:7: ...") for a row
that lacks its unit of meaning: a known code, a share within 0..1, a quarter, a source or a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sim import quarters
from sim.catalogue import MEMBERS, POWERS, STATES
from sim.data.reading import FOLDER, Line, lines

PATRONS = (*MEMBERS, *POWERS, "USA", *STATES)
PATRONISED = (*STATES, "republika_srpska", "north_kosovo", "montenegrin_serbs")
KIN = ("RUS", "TUR", "SRB", "ALB", "BIH", "HRV", "HUN")
"""Outside powers, and neighbours with kin across the border."""
UNNAMED = "unnamed"


@dataclass(frozen=True)
class Member:
    """A member of the Council. Shares of population, of 2025 and of 2016, sum to 1 over the 27; `scepticism` 0 (none) to 1."""

    iso: str
    name: str
    population_share: float
    population_share_2016: float
    recognises_kosovo: bool
    nato_member: bool
    nato_since: int | None
    b9_member: bool
    scepticism: float
    status: str
    source: str
    because: str


@dataclass(frozen=True)
class Dispute:
    """A member's quarrel with or reservation about a candidate; `until` None while it stands."""

    member: str
    candidate: str
    topic: str
    kind: str
    intensity: float
    since: str
    until: str | None
    status: str
    source: str
    because: str

    def standing(self, quarter: str) -> bool:
        """Whether the dispute stands in a quarter, both ends included."""
        return _within(quarter, self.since, self.until)


@dataclass(frozen=True)
class VetoSpell:
    """A documented spell in which members blocked a step of a candidate; `blockers` may be ("unnamed",)."""

    blockers: tuple[str, ...]
    candidate: str
    since: str
    until: str | None
    step: str
    reason: str
    note: str
    source: str

    def standing(self, quarter: str) -> bool:
        """Whether the step was blocked in a quarter, both ends included."""
        return _within(quarter, self.since, self.until)

    def quarters_until(self, end: str) -> int:
        """Length in quarters, cut at `end` for a spell that stands or ends later."""
        last = min(quarters.index(self.until or end), quarters.index(end))
        return max(0, last - quarters.index(self.since) + 1)


@dataclass(frozen=True)
class Patron:
    """Who shields a state or a group inside one, and how."""

    patron: str
    target: str
    what: str
    status: str
    source: str
    because: str


@dataclass(frozen=True)
class KinTie:
    """Share (0..1) of a state's residents tied to an outside power by kin or creed."""

    state: str
    power: str
    share: float
    kind: str
    groups: tuple[str, ...]
    year: int | None
    status: str
    source: str
    licence: str
    because: str


@dataclass(frozen=True)
class Format:
    """A format of regional cooperation; `since` None when never formally founded, `members` ISO codes."""

    name: str
    area: str
    since: int | None
    members: tuple[str, ...]
    purpose: str
    overlaps: tuple[str, ...]
    note: str
    source: str


@dataclass(frozen=True)
class Event:
    """A dated shock. `date` is as exact as the source; `quarter` is ours where the source has only a year."""

    quarter: str
    date: str
    event: str
    actors: tuple[str, ...]
    type: str
    source: str


@dataclass(frozen=True)
class Milestone:
    """A step of a state towards the EU or NATO, dated as exactly as the source."""

    state: str
    event: str
    means: str
    date: str
    source: str
    licence: str


def _within(quarter: str, since: str, until: str | None) -> bool:
    at = quarters.index(quarter)
    return quarters.index(since) <= at and (until is None or at <= quarters.index(until))


class Loader[Row](Protocol):
    """Reads a table: the shipped one, or another of the same columns."""

    def __call__(self, path: Path | None = None) -> list[Row]:
        """All rows, in the order of the file. DataError names the file and line that is wrong."""


def rows_of[Row](name: str, columns: str) -> Callable[[Callable[[Line], Row]], Loader[Row]]:
    """Make what turns a line into a row the loader of the table `name` with these columns."""

    def loader(row: Callable[[Line], Row]) -> Loader[Row]:
        def load(path: Path | None = None) -> list[Row]:
            return [row(line) for line in lines(path or FOLDER / name, columns.split())]

        load.__name__, load.__doc__ = row.__name__, row.__doc__
        return load

    return loader


def _until(line: Line, since: str) -> str | None:
    if not line.optional("until"):
        return None
    until = line.quarter("until")
    if quarters.index(until) < quarters.index(since):
        raise line.refuse(f"until {until} lies before {since}")
    return until


@rows_of(
    "council.csv",
    "iso name population_share population_share_2016 recognises_kosovo nato_member nato_since b9_member scepticism status source because",
)
def load_council(line: Line) -> Member:
    """The 27 members by ISO code."""
    source, because = line.source_or_reason()
    return Member(
        iso=line.one_of("iso", MEMBERS),
        name=line.text("name"),
        population_share=line.number("population_share", 0, 1),
        population_share_2016=line.number("population_share_2016", 0, 1),
        recognises_kosovo=line.yes("recognises_kosovo"),
        nato_member=line.yes("nato_member"),
        nato_since=line.year("nato_since") if line.optional("nato_since") else None,
        b9_member=line.yes("b9_member"),
        scepticism=line.number("scepticism", 0, 1),
        status=line.status(),
        source=source,
        because=because,
    )


@rows_of("disputes.csv", "member candidate topic kind intensity since until status source because")
def load_disputes(line: Line) -> Dispute:
    """Disputes of members with candidates, by candidate."""
    source, because = line.source_or_reason()
    since = line.quarter("since")
    return Dispute(
        member=line.one_of("member", MEMBERS),
        candidate=line.one_of("candidate", STATES),
        topic=line.text("topic"),
        kind=line.one_of("kind", ("bilateral", "rule_of_law", "recognition", "package")),
        intensity=line.number("intensity", 0, 1),
        since=since,
        until=_until(line, since),
        status=line.status(),
        source=source,
        because=because,
    )


@rows_of("vetoes.csv", "blockers candidate from until step reason note source")
def load_vetoes(line: Line) -> VetoSpell:
    """Documented veto spells, oldest first."""
    since = line.quarter("from")
    blockers = line.many_of("blockers", (*MEMBERS, UNNAMED))
    if not blockers:
        raise line.refuse("blockers is empty")
    return VetoSpell(
        blockers=blockers,
        candidate=line.one_of("candidate", STATES),
        since=since,
        until=_until(line, since),
        step=line.text("step"),
        reason=line.text("reason"),
        note=line.optional("note"),
        source=line.text("source"),
    )


@rows_of("patrons.csv", "patron target what status source because")
def load_patrons(line: Line) -> Patron:
    """Who shields whom."""
    source, because = line.source_or_reason()
    return Patron(
        patron=line.one_of("patron", PATRONS),
        target=line.one_of("target", PATRONISED),
        what=line.text("what"),
        status=line.status(),
        source=source,
        because=because,
    )


@rows_of("kin.csv", "state power share kind groups year status source licence because")
def load_kin(line: Line) -> KinTie:
    """Kin and cultural ties."""
    source, because = line.source_or_reason()
    return KinTie(
        state=line.one_of("state", STATES),
        power=line.one_of("power", KIN),
        share=line.number("share", 0, 1),
        kind=line.one_of("kind", ("ethnic", "religion", "language")),
        groups=line.many_of("groups"),
        year=line.year("year") if line.optional("year") else None,
        status=line.status(documented="measured"),
        source=source,
        licence=line.text("licence"),
        because=because,
    )


@rows_of("formats.csv", "name area since members purpose overlaps note source")
def load_formats(line: Line) -> Format:
    """Formats of regional cooperation."""
    return Format(
        name=line.text("name"),
        area=line.one_of("area", ("defence", "eu_defence", "economic", "political")),
        since=line.year("since") if line.optional("since") else None,
        members=line.many_of("members"),
        purpose=line.text("purpose"),
        overlaps=line.many_of("overlaps"),
        note=line.optional("note"),
        source=line.text("source"),
    )


@rows_of("events.csv", "quarter date event actors type source")
def load_events(line: Line) -> Event:
    """Dated shocks, oldest first."""
    return Event(
        quarter=line.quarter("quarter"),
        date=line.text("date"),
        event=line.text("event"),
        actors=line.many_of("actors"),
        type=line.text("type"),
        source=line.text("source"),
    )


@rows_of("milestones.csv", "state event means date source licence")
def load_milestones(line: Line) -> Milestone:
    """Steps towards the EU and NATO."""
    return Milestone(
        state=line.one_of("state", STATES),
        event=line.text("event"),
        means=line.text("means"),
        date=line.text("date"),
        source=line.text("source"),
        licence=line.text("licence"),
    )
