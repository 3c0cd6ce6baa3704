"""The record is read as it is written, cut where it is cut, on the model's scales."""

import numpy as np
import pytest

from sim.catalogue import STATES, catalogue
from sim.data.figures import load_figures
from sim.hindcast.ensemble import chapters
from sim.hindcast.targets import SERIES, TRAIN, before, read_record

RECORD = {row.key: row for row in read_record()}


def test_serbias_rate_is_the_published_one():
    row = RECORD["cfsp.SRB"]
    assert dict(zip(row.years.tolist(), row.values.round(4).tolist(), strict=True)) == {
        2015: 0.65, 2016: 0.59, 2018: 0.52, 2019: 0.57, 2020: 0.56, 2021: 0.62, 2022: 0.48, 2023: 0.54,
    }  # fmt: skip


def test_a_cut_record_ends_at_its_year_and_loses_nothing_before():
    for row, cut in zip(read_record(), before(read_record(), TRAIN[1]), strict=True):
        assert cut.years.max(initial=0) <= TRAIN[1]
        assert np.array_equal(cut.values, row.values[row.years <= TRAIN[1]])


def test_the_jump_of_stability_is_set_aside():
    assert all(RECORD[f"stability.{s}"].years.min() == 2015 for s in STATES)


@pytest.mark.parametrize("series", SERIES, ids=lambda s: s.name)
def test_every_series_has_a_figure_an_outcome_and_a_reason_for_its_error(series):
    assert set(series.entities) <= set(load_figures().entities(series.figure))
    outcomes = {**catalogue().state_outcomes, **catalogue().region_outcomes}
    assert series.outcome in outcomes or series.outcome in ("chapters", "allies_at_2")
    assert series.error == 0 or series.error_because
    for entity in series.entities:
        row = RECORD[f"{series.name}.{entity}"]
        assert row.years.size
        assert (np.diff(row.years) > 0).all()
        assert series.range[0] <= row.values.min() <= row.values.max() <= series.range[1]


def test_progress_reads_as_chapters_on_the_map_of_stages():
    assert chapters(np.array([0.1, 0.22, 0.4, 0.5, 0.9])) == pytest.approx([0, 0, 21.2, 33, 35], abs=0.05)
