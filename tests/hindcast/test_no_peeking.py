"""The score on 2020 to 2023 uses nothing from after 2019: with every later figure replaced by nonsense, nothing that is scored moves."""

from dataclasses import replace

import numpy as np
import pytest

import sim.starting
from sim.data.figures import Figures, load_figures
from sim.hindcast.calibrate import calibrate, targets_wanted
from sim.hindcast.ensemble import plan_of, simulate
from sim.hindcast.evaluate import SCORED
from sim.hindcast.references import NAMES, forecast, yearly_step
from sim.hindcast.scoring import predict
from sim.hindcast.targets import TEST, TRAIN, before, read_record

WORLDS, SEED = 512, 5


def corrupted(after: int) -> Figures:
    """The figures with every value of a later year made nonsense, within the range of its scale."""
    return Figures(replace(f, value=f.value * 0.5 + 0.01) if f.year > after else f for f in load_figures())


@pytest.fixture(scope="module")
def played():
    return simulate(plan_of(), WORLDS, SEED, targets_wanted(read_record()))


def test_calibration_on_the_training_years_does_not_move(played):
    clean, dirty = (
        calibrate(before(read_record(figures), TRAIN[1]), seed=SEED, ensemble=played, rows=64) for figures in (None, corrupted(TRAIN[1]))
    )
    assert clean.names == dirty.names
    assert clean.names
    assert np.array_equal(clean.scores, dirty.scores)


def test_nor_do_the_forecast_and_the_references(played):
    for honest, other in zip(read_record(), read_record(corrupted(TRAIN[1])), strict=True):
        target = honest.within(*TEST)
        known, known_other = before([honest], TRAIN[1])[0], before([other], TRAIN[1])[0]
        if target.years.size == 0:
            continue
        a, b = (predict(played, k, target, SEED) for k in (known, known_other))
        assert np.array_equal(a.sample, b.sample)
        assert np.array_equal(a.weights, b.weights)
        if known.years.size:
            step = yearly_step(known)
            assert np.array_equal(step, yearly_step(known_other), equal_nan=True)
            for name in NAMES:
                made, again = (forecast(name, k, target.years, 0.1) for k in (known, known_other))
                assert np.array_equal(made.mean, again.mean)
                assert np.array_equal(made.sd, again.sd)


def test_the_run_itself_starts_from_figures_of_2013_and_reads_none_later(played, monkeypatch):
    dirty = corrupted(2013)
    monkeypatch.setattr(sim.starting, "_figures", lambda: dirty)
    again = simulate(plan_of(), WORLDS, SEED, targets_wanted(read_record()))
    assert all(np.array_equal(again.values[key], value) for key, value in played.values.items())


def test_the_check_can_fail(played):
    """The same nonsense in the years that may be known does move the calibration and the forecast."""
    clean, dirty = (calibrate(before(read_record(f), TRAIN[1]), seed=SEED, ensemble=played, rows=64) for f in (None, corrupted(2015)))
    assert clean.names != dirty.names or not np.array_equal(clean.scores, dirty.scores)


def test_the_scored_forecast_draws_from_the_sample_of_the_training_years():
    from sim.data.posterior import load_sample

    assert load_sample(SCORED.belief).about["record_until"] == TRAIN[1]
    assert SCORED.years == TEST
