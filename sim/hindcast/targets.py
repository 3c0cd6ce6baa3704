"""What the hindcast is held against: observed series, on the model's scales, with the error of their observation.

A row is one series of one state (or of none: KFOR, allies at 2 %). `TRAIN` years may be used to calibrate and to condition; `TEST` years
only to score. `before(record, year)` cuts a record, and everything that leads to a score on the test years starts from such a cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.catalogue import STATES
from sim.data.figures import Figures, load_figures
from sim.data.scales import SCALES, WGI_HIGH, WGI_LOW, WGI_STANDARD_ERROR

FIRST, LAST = 2014, 2023
TRAIN, TEST = (2014, 2019), (2020, 2023)
LAUNCH = FIRST - 1


@dataclass(frozen=True)
class Series:
    """One kind of observation.

    `outcome` is the model's quantity (see `sim.hindcast.ensemble`), `reduce` how its quarters make a year, `error` the standard error of
    an observation on the model's scale, `since` the year before which observations are set aside.
    """

    name: str
    title: str
    figure: str
    outcome: str
    unit: str
    range: tuple[float, float]
    entities: tuple[str, ...]
    reduce: str = "end"  # end | mean: value of the fourth quarter, or mean of the year
    error: float = 0.0
    scored: bool = True  # False: coverage only
    since: int = LAUNCH  # observations before this year are set aside
    note: str = ""
    error_because: str = ""


def _chapters(name: str, entities: tuple[str, ...], scored: bool, note: str) -> Series:
    return Series(name, "Chapters opened", "chapters_opened", "chapters", "chapters", (0, 35), entities, scored=scored, note=note)


SERIES: tuple[Series, ...] = (
    Series(
        "cfsp", "Foreign-policy positions joined", "cfsp_alignment_pct", "eu_alignment", "share", (0, 1), ("SRB",), "mean",
        note="Calendar years. The report of 2012 (99 %) is no launching value: there was little to refuse yet.", since=FIRST,
    ),
    Series(
        "cfsp_aligned", "Foreign-policy positions joined", "cfsp_alignment_pct", "eu_alignment", "share", (0, 1), ("ALB", "MNE", "MKD"),
        "mean", scored=False, since=FIRST, note="At the ceiling; one observation each.",
    ),
    Series(
        "cfsp_reports", "Foreign-policy positions joined", "cfsp_alignment_report_pct", "eu_alignment", "share", (0, 1), ("MKD",), "mean",
        scored=False, since=FIRST, note="By the Commission's report, mid-year to mid-year.",
    ),
    Series(
        "democracy", "Liberal democracy", "vdem_libdem", "democracy", "index", (0, 1), STATES,
        error_because="none: the quantity is defined by this index, and its experts are largely the same from year to year",
    ),
    Series(
        "support_eu", "Support for membership", "support_eu_pct", "public_support_eu", "share", (0, 1), ("SRB",), "mean", error=0.015,
        error_because="sampling error of a poll of a thousand",
    ),
    Series(
        "defence_spending", "Defence spending of allies", "defence_spending", "defence_spending", "% of GDP", (0, 8), ("ALB", "MNE", "MKD"),
        note="Croatia is no actor of the model with a budget, so it is not scored.",
    ),
    Series(
        "defence_spending_sipri", "Defence spending of others", "defence_spending", "defence_spending", "% of GDP", (0, 8),
        ("BIH", "XKX", "SRB"), scored=False, note="By another definition (SIPRI).",
    ),
    Series(
        "allies_at_2", "Allies at 2 % of GDP", "allies_at_2_percent", "allies_at_2", "allies of 17", (0, 17), ("NATO",), error=0.8,
        error_because="allies near the line cross it back and forth: the changes of 2014 to 2019, 1.2 a year, are two such errors apart",
    ),
    Series("kfor", "KFOR", "kfor_troops", "kfor.strength", "thousands", (0, 20), ("XKX",)),
    Series(
        "eufor", "EUFOR", "eufor_troops", "eufor.strength", "thousands", (0, 20), ("BIH",),
        note="One observation in the training years: its reference borrows KFOR's relative spread.",
    ),
    _chapters("chapters", ("SRB", "MNE"), True, "Progress on the documented map of stages, read as chapters."),
    _chapters("chapters_unopened", ("ALB", "MKD"), True, "None opened: persistence is exact, the model can only lose."),
    Series(
        "stability", "Political stability", "wgi_political_stability", "stability", "index", (0, 1), STATES, scored=False, since=2015,
        error=WGI_STANDARD_ERROR / (WGI_HIGH - WGI_LOW), error_because="published standard error",
        note="The jump of 2013 to 2014 is mostly measurement and reverses in 2015.",
    ),
)  # fmt: skip

NOT_MODELLED = {
    "UN voting distance": "no vote of the General Assembly is modelled",
    "Croatia's defence spending": "Croatia votes in the Council but has no budget in the model",
    "chapters closed": "the map of stages counts opened chapters only",
    "Türkiye's alignment": "Türkiye is a power here, not a candidate",
    "Bosnia's alignment": "a story, not a score: its rate followed the chair of the Presidency",
}
"""Targets of the record that this model cannot be held against, and why."""

_SCALES = {s.outcome: s.to_state for s in SCALES}


@dataclass(frozen=True)
class Row:
    """One series of one entity: `years` ascending and `values` on the model's scale, (n,) each."""

    series: Series
    entity: str
    years: np.ndarray
    values: np.ndarray

    @property
    def key(self) -> str:
        """Series and entity: what the row is known by."""
        return f"{self.series.name}.{self.entity}"

    @property
    def state(self) -> str | None:
        """ISO code where the entity is one of the six and the outcome is a state's."""
        return self.entity if self.entity in STATES and "." not in self.series.outcome else None

    def within(self, first: int, last: int) -> Row:
        """The observations of years `first` to `last`."""
        keep = (self.years >= first) & (self.years <= last)
        return replace(self, years=self.years[keep], values=self.values[keep])


def read_record(figures: Figures | None = None) -> list[Row]:
    """All targets as observed, every year of the extract."""
    found = figures or load_figures()
    return [_row(series, entity, found) for series in SERIES for entity in series.entities]


def _row(series: Series, entity: str, figures: Figures) -> Row:
    observed = [f for f in figures.series(series.figure, entity) if max(series.since, LAUNCH) <= f.year <= LAST]
    scale = _SCALES.get(series.outcome, lambda v: v)
    values = np.array([float(scale(f.value)) for f in observed])
    return Row(series, entity, np.array([f.year for f in observed], dtype=int), values)


def before(record: Sequence[Row], year: int) -> list[Row]:
    """The record as it stood at the end of `year`: nothing later is in it."""
    return [row.within(0, year) for row in record]
