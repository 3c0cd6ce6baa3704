"""Calibration finds what can be found, leaves what cannot, and ships small."""

import json

import numpy as np
import pytest

from sim.catalogue import catalogue
from sim.data.posterior import FOLDER, PRIOR, beliefs, load_sample, read_sample, sample_names, write_sample
from sim.errors import DataError, InputError
from sim.hindcast.calibrate import SAMPLES, Summaries, cumulative, fit, normal_scores
from sim.hindcast.ensemble import plan_of
from sim.identity import data_version
from sim.parameter_values import parameter_values


def test_a_linear_world_gives_the_textbook_posterior():
    draw = np.random.default_rng(1).standard_normal
    scores = draw((3, 40_000))
    seen = scores[0] + 0.5 * draw(40_000)  # parameter 0 seen with an error of 0.5; 1 and 2 not at all
    scale = np.sqrt(1.25)
    found = fit(
        ("a", "b", "c"), scores, Summaries(("s", "noise"), np.array([seen / scale, draw(40_000)]), np.array([1.2 / scale, 0.3]), {})
    )
    assert found.names == ("a",)
    assert found.scores.mean() == pytest.approx(1.2 * 0.8, abs=0.06)
    assert found.scores.std() == pytest.approx(np.sqrt(0.2), abs=0.05)
    assert found.explained["a"] == pytest.approx(0.8, abs=0.02)


def test_normal_scores_are_those_of_the_engines_own_draws():
    names, scores = normal_scores(128, 7)
    _, drawn = parameter_values(catalogue(), plan_of(), 7, range(2))
    name = "foreign_policy.agenda_russia_slope"  # declared normal, mean 0.4, standard deviation 0.06
    prior = catalogue().parameters[name].prior
    assert drawn[f"parameters.{name}"] == pytest.approx(prior["mean"] + prior["sd"] * scores[names.index(name)], abs=1e-6)
    assert cumulative(np.array([0.0, 1.96]))[1] == pytest.approx(0.975, abs=1e-4)


def test_both_samples_ship_small_with_their_inputs_named():
    assert set(sample_names()) == set(SAMPLES)
    for name, year in SAMPLES.items():
        sample = load_sample(name)
        assert sample.about["record_until"] == year
        assert 256 <= sample.rows <= 512
        assert (FOLDER / f"{name}.npz").stat().st_size < 500_000
        assert ((sample.quantiles > 0) & (sample.quantiles < 1)).all()
        assert set(sample.about["inputs"]) == {"model", "data", "scenario", "method"}
        assert sample.about["inputs"]["data"] == data_version(), "figures changed: run python -m sim.hindcast.calibrate"
        assert not set(sample.position) & set(sample.about["at_prior"])


def test_what_is_written_is_read_back(tmp_path):
    quantiles = np.random.default_rng(0).random((2, 8))
    write_sample(tmp_path, "mine", ["a.b", "c.d"], quantiles, {"informed": {"a.b": {}, "c.d": {}}})
    assert read_sample(tmp_path, "mine").quantiles == pytest.approx(quantiles, abs=1e-4)
    (tmp_path / "mine.json").write_text(json.dumps({"informed": {"a.b": {}}}))
    with pytest.raises(DataError, match="make both anew"):
        read_sample(tmp_path, "mine")


def test_the_same_seed_makes_the_same_files(tmp_path):
    from sim.hindcast.calibrate import regenerate

    said = [regenerate(tmp_path / name, worlds=1024, seed=3) for name in ("one", "two")]
    assert said[0] == said[1]
    for name in SAMPLES:
        assert (tmp_path / "one" / f"{name}.npz").read_bytes() == (tmp_path / "two" / f"{name}.npz").read_bytes()
        assert set(said[0][name]["informed"]) <= {p.name for p in catalogue().parameters.values() if p.prior}


def test_an_unknown_sample_names_the_nearest():
    with pytest.raises(InputError, match="posterior_2019"):
        load_sample("posterior_2018")


def test_a_belief_moves_only_what_the_sample_informs():
    _, prior = parameter_values(catalogue(), plan_of(), 1, range(4))
    for belief in beliefs():
        _, drawn = parameter_values(catalogue(), plan_of(belief=belief), 1, range(4))
        moved = {n.removeprefix("parameters.") for n in prior if not np.array_equal(prior[n], drawn[n])}
        informed = set() if belief == PRIOR else set(load_sample(belief).position)
        assert moved == informed & {n.removeprefix("parameters.") for n in prior}


def test_rows_are_joint_and_the_same_world_is_the_same_alone():
    sample = load_sample("posterior")
    _, several = parameter_values(catalogue(), plan_of(belief="posterior"), 1, range(4))
    _, alone = parameter_values(catalogue(), plan_of(belief="posterior"), 1, [2])
    for name in sample.position:
        if f"parameters.{name}" in several:
            assert np.array_equal(several[f"parameters.{name}"][128:192], alone[f"parameters.{name}"])


def test_a_scenarios_own_choice_beats_the_record():
    name = next(
        n for n in load_sample("posterior").position if catalogue().parameters[n].range[0] <= 0.1 <= catalogue().parameters[n].range[1]
    )
    plan = plan_of(belief="posterior", levers={f"parameters.{name}": 0.1})
    rooms, drawn = parameter_values(catalogue(), plan, 1, [0])
    room, key = name.split(".")
    assert getattr(rooms[room], key) == 0.1
    assert f"parameters.{name}" not in drawn
