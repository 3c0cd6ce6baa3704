"""The scores of a small run have the promised shape and add up."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from sim.catalogue import MEMBERS, STATES
from sim.hindcast.assumption import assignments, reassigned
from sim.hindcast.calibrate import targets_wanted
from sim.hindcast.ensemble import plan_of, simulate
from sim.hindcast.evaluate import SCORED, VARIANTS, as_data, judge_rows, play_variant
from sim.hindcast.hindsight import blinded, reason_in_test_years, saw_test_years, undated_starts
from sim.hindcast.page import honest, verdict
from sim.hindcast.scoring import figures_of, overall, skill
from sim.hindcast.spells import measures, standing_of_record
from sim.hindcast.targets import read_record

FIGURES = ("skill_vs_dressed_persistence", "skill_vs_trend", "skill_vs_persistence", "coverage_50", "coverage_90")


@pytest.fixture(scope="module")
def scored():
    return play_variant(SCORED, read_record(), worlds=512, seed=1)


def test_the_shape_is_the_promised_one(scored):
    from sim.cli.output import plain

    data = json.loads(json.dumps(plain(as_data({"scored": scored}, 512, 1)), allow_nan=False))
    assert (data["train"], data["test"]) == ([2014, 2019], [2020, 2023])
    assert all(isinstance(data["overall"][f], float) for f in FIGURES)
    for row in data["series"]:
        assert {"series", "state", "n", *FIGURES} <= set(row)
        assert row["n"] == len(row["points"]) > 0
        assert all(p["fan"] == sorted(p["fan"]) for p in row["points"])
    assert {r["state"] for r in data["series"] if r["series"] == "democracy"} == set(STATES)
    assert verdict(data)


def test_coverage_over_all_is_that_of_its_points(scored):
    hits = [h for j in scored.judged if j.row.series.scored for h in j.inside[0.9]]
    assert scored.figures["coverage_90"] == pytest.approx(np.mean(hits))
    assert scored.figures["n"] == len(hits)


def test_a_forecast_of_the_record_itself_wins_and_a_wild_one_loses():
    rows = [r for r in read_record() if r.series.name == "democracy"]
    ensemble = simulate(plan_of(), 512, 1, targets_wanted(rows))
    years = np.arange(2014, 2024)
    truth = np.stack([r.values[np.searchsorted(r.years, years)] for r in rows], axis=1)[..., None]
    noise = np.random.default_rng(1).normal(0, 1, (10, 6, 512))
    found = {}
    for name, spread in (("true", 0.002), ("wild", 0.5)):
        values = {("democracy", "end"): truth + spread * noise}
        made = judge_rows(SCORED, rows, type(ensemble)(2014, 512, values), 1)
        found[name] = skill(made, "dressed_persistence")
        assert figures_of(made)["coverage_90"] is not None
    assert found["true"] > 0.8
    assert found["wild"] < 0.5 < found["true"]


def test_what_is_not_scored_moves_no_skill(scored):
    without = overall([j for j in scored.judged if j.row.series.scored], 1)
    assert without["skill_vs_dressed_persistence"] == scored.figures["skill_vs_dressed_persistence"]


def test_a_decade_from_one_known_value_has_references_with_the_spread_of_the_training_years():
    rows = [r for r in read_record() if r.series.name in ("democracy", "cfsp")]
    decade = next(v for v in VARIANTS if v.name == "decade")
    made = play_variant(decade, rows, worlds=128, seed=1)
    democracy = [j for j in made.judged if j.row.series.name == "democracy"]
    assert all(sum(j.references["dressed_persistence"]) < sum(j.references["persistence"]) for j in democracy)
    assert all(j.step > 0 for j in democracy)
    assert made.figures["n"] == made.figures["n_skill"] + 8  # Serbia's rate has no value of 2013 to persist from
    assert made.figures["n_skill"] == 60


def test_every_variant_differs_from_the_scored_run_in_what_it_plays_or_scores():
    seen = [(repr(v.plan()), v.conditioned, v.years) for v in VARIANTS]
    assert len(set(seen)) == len(seen)


def test_spells_are_counted_joined_and_cut():
    standing = np.zeros((8, len(MEMBERS), len(STATES)), dtype=bool)
    standing[0:2, 3, 1] = standing[5:8, 3, 1] = standing[1:4, 4, 1] = True
    found = measures(standing)
    assert [found[k][1] for k in ("blockers", "length", "blocked")] == [2, pytest.approx(8 / 3), 7]
    record = measures(standing_of_record(plan_of()))
    mkd, srb = STATES.index("MKD"), STATES.index("SRB")
    assert record["blockers"][mkd] == 5
    assert record["length"][mkd] == pytest.approx((21 + 8 + 6 + 6 + 13) / 5)
    assert record["blockers"][srb] == 8
    assert record["blocked"][STATES.index("BIH")] == 0


def test_the_scenario_of_vetoes_tells_the_record():
    plan, told = plan_of("hindcast_2014_vetoes"), np.zeros((40, len(MEMBERS), len(STATES)), dtype=bool)
    for f in plan.forced:
        if f.actor:
            told[max(f.start - plan.start, 0) : f.until - plan.start + 1, MEMBERS.index(f.actor), STATES.index(f.target)] = True
    assert np.array_equal(told, standing_of_record(plan))


def test_vetoes_are_dealt_in_every_way_and_truly_first():
    dealt = assignments()
    assert len(dealt) == len(set(dealt)) == 6 * 5 * 4
    assert reassigned(dealt[0]) == plan_of("hindcast_2014_vetoes")
    swapped = reassigned(("MKD", "ALB", "SRB"))
    assert {f.actor for f in swapped.forced if f.target == "ALB"} == {"GRC", "FRA", "NLD", "DNK", "BGR"}


def test_parameters_set_with_test_years_in_view_are_found():
    found = saw_test_years()
    assert "foreign_policy.agenda_russia_slope" in found  # its source names 2022
    assert {"accession.g", "alliance.american_share"} <= set(blinded(plan_of().start)) <= set(found)
    reasons = reason_in_test_years()
    assert not set(reasons) & set(found)
    assert "transatlantic.usual_crises" in reasons  # 2021 to 2023
    assert "information.fading" not in reasons  # names a work of 2021, no year of the record


def test_starts_without_a_year_are_found():
    found = undated_starts()
    assert "states.russian_influence" in found
    assert not {"states.democracy", "states.chinese_debt", "members.dispute"} & set(found)


@pytest.mark.parametrize(
    ("covered", "said"),
    [(0.7, "are too narrow**"), (0.8, "are somewhat too narrow"), (0.89, "somewhat too"), (0.9, "as they should"), (0.98, "are too wide")],
)
def test_the_page_says_of_the_intervals_what_their_coverage_says(covered, said):
    assert said in honest(covered)


def test_the_page_of_limits_says_what_the_page_of_skill_says():
    docs = Path(__file__).parents[2] / "docs"
    held = re.search(r"90 % intervals hold \d+ %", (docs / "skill.md").read_text(encoding="utf-8"))
    assert held
    assert held[0] in (docs / "model" / "limits.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_whole_command_prints_everything(tmp_path, capsys):
    from sim.cli import main

    arguments = [
        "hindcast",
        "--worlds",
        "256",
        "--placebo-worlds",
        "0",
        "--page",
        str(tmp_path / "skill.md"),
        "--figures",
        str(tmp_path / "f"),
    ]
    assert main([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    data = json.loads(captured.out)
    assert captured.err.count("note: conditioning on the record keeps the nearest 64 of 256 worlds") == 1
    assert len(data["weakest_assumption"]) == 2
    assert {"serbian_refusal", "kfor_given_crisis", "vetoes", "veto_aware_back_test", "calibration"} <= set(data)
    page = (tmp_path / "skill.md").read_text()
    assert all(f"(f/{name}.png)" in page for name in ("democracy", "cfsp", "kfor", "stability"))
    assert len(list((tmp_path / "f").glob("*.png"))) == 13
