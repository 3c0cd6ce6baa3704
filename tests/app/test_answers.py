"""The page's numbers are those of the public API, in the page's few words."""

import json
import shlex

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from sim import Scenario, compare, load_scenario, run
from sim.app.answers import fan, sentence
from sim.app.describing import assumption
from sim.app.library import open_library
from sim.catalogue import STATES, catalogue
from sim.cli import build
from sim.results import outcome_reference

SET = {"eu.mediation": 0.9, "eu.council_rule": "qualified_majority", "eu.defence_access": ["ALB", "MKD"], "states.SRB.defence_budget": 2.0}


@pytest.fixture(scope="module")
def played(waves):
    """(before, now) as a notebook would play what the page shows."""
    return run(Scenario.from_text("extends: baseline\nend: 2026Q4", "baseline"), 64), run(waves, 64, levers=SET)


@pytest.fixture
def shown(answer):
    return answer(
        scenario="waves",
        settings=SET,
        charts=[{"outcome": "eu_alignment", "place": "six"}, {"outcome": "eu.cohesion", "place": ""}],
    )


def test_fans_are_quantiles_of_the_runs(shown, played):
    before, now = played
    assert shown["worlds"] == 64
    for series in [*shown["charts"][0]["series"], *shown["charts"][1]["series"]]:
        for side, results in (("before", before), ("now", now)):
            expected = np.quantile(results.values(series["reference"]), [0.05, 0.25, 0.5, 0.75, 0.95], axis=0).T
            np.testing.assert_allclose(series[side], expected, atol=6e-5)


def test_the_verdict_is_that_of_compare(shown, played):
    row = compare(*played, "mean.eu_alignment").iloc[0]
    verdict = shown["verdict"]
    assert verdict["of"] == 64
    assert (verdict["higher"] / 64, verdict["lower"] / 64) == pytest.approx((row["higher"], row["lower"]))
    assert verdict["mean"] == pytest.approx(row["difference"], abs=1e-5)
    rows = compare(*played, "eu_alignment").set_index("state")
    for state in shown["states"]:
        assert state["mean"] == pytest.approx(rows.loc[state["state"], "difference"], abs=1e-5)
    assert [s["state"] for s in shown["states"]] == list(STATES)


def test_dots_are_worlds_in_order(shown, played):
    changes = played[1].values("mean.eu_alignment")[:, -1] - played[0].values("mean.eu_alignment")[:, -1]
    for world, difference in shown["dots"]:
        assert difference == pytest.approx(changes[world], abs=1e-4)
    assert [d for _, d in shown["dots"]] == sorted(d for _, d in shown["dots"])
    assert shown["map"]["now"]["SRB"] == pytest.approx(played[1].values("SRB.eu_alignment")[:, -1].mean(), abs=1e-4)


def test_the_first_years_come_first_and_stay(client, ask):
    reply = client.post("/api/answer", json=ask(worlds=192, settings={"eu.mediation": 0.9}))
    *some, whole = [json.loads(line) for line in reply.text.splitlines()]
    assert whole["whole"]
    assert whole["worlds"] == 192
    assert some
    for line in some:
        (series,) = line["charts"][0]["series"]
        (end,) = whole["charts"][0]["series"]
        assert not line["whole"]
        assert 1 <= len(series["now"]) < 44
        assert series["now"] == end["now"][: len(series["now"])]
        assert series["before"] == end["before"]


def test_what_is_asked_ahead_is_the_answer(client, ask):
    ahead = client.post("/api/ahead", json=ask(settings={"eu.mediation": 0.61}))
    asked = client.post("/api/answer", json=ask(settings={"eu.mediation": 0.61}))
    assert len(asked.text.splitlines()) == 1, "known, so it is whole at once"
    assert ahead.json() == json.loads(asked.text)


def test_an_unmoved_scenario_differs_from_its_reference_but_not_from_itself(answer):
    assert answer(scenario="waves")["verdict"]["lower"] > 0
    assert answer(scenario="waves", against="written")["verdict"]["same"] == 64
    moved = answer(scenario="waves", against="written", policy="qualified_majority")["verdict"]
    assert moved["same"] < 64
    assert "the scenario as written" in moved["sentence"] or "nothing changes" in moved["sentence"]


def test_a_policy_is_played_alone(answer, waves):
    both = run(waves, 64, policy="clear_rules")
    shown = answer(scenario="waves", policy="clear_rules")
    middle = shown["charts"][0]["series"][0]["now"][-1][2]
    assert middle == pytest.approx(np.median(both.values("mean.eu_alignment", "clear_rules")[:, -1]), abs=6e-5)


@pytest.mark.parametrize("name", open_library().offered)
def test_every_scenario_and_policy_has_its_page(client, name):
    page = client.get("/api/scenario", params={"name": name}).json()
    assert page["question"]
    for policy in page["policies"]:
        again = client.get("/api/scenario", params={"name": name, "policy": policy["name"]})
        assert again.status_code == 200
        for lever, written in again.json()["written"].items():
            assert catalogue().lever_named(lever)
            assert written["value"] is not None or written["note"]


def test_sources_are_written_out():
    found = assumption("accession.k1")
    (work,) = found["works"]
    assert work["text"].startswith("Frank Schimmelfennig")
    assert work["url"].startswith("https://doi.org/10.")
    owners = assumption("foreign_policy.agenda_russia_slope")["works"]
    assert {o["text"].split(":")[0] for o in owners} == {"cfsp_positions_offered", "cfsp_alignment_pct"}
    assert len({o["text"] for o in owners}) == len(owners)


def test_an_outcome_leads_to_what_its_start_rests_on(client):
    def page(**given):
        return client.get("/api/outcome", params={"scenario": "baseline"} | given)

    serbia = {s["who"]: s for s in page(name="democracy", of="states").json()["starts"]}["Serbia"]
    assert serbia["status"] == "measured"
    assert "V-Dem" in serbia["told"]
    assert serbia["url"].startswith("https://doi.org/")
    credibility = page(name="eu.credibility", of="region").json()
    assert credibility["made_of"] == ["membership credibility"]
    assert len(credibility["starts"]) == 6
    assert page(name="western_leverage", of="region").json()["starts"] == []
    early = page(name="democracy", of="states", scenario="hindcast_2014").json()
    assert early["before"] == "2013Q4"
    assert "2013" in early["starts"][0]["told"]
    assert "nearest: democracy" in page(name="democrcy", of="states").json()["error"]


def test_everything_is_described(client):
    about = client.get("/api/about").json()
    kinds = catalogue()
    assert {lever["name"] for lever in about["levers"]} == set(kinds.levers)
    assert all(lever["means"] and lever["actor"] and lever["label"] for lever in about["levers"])
    assert 8 <= sum(lever["main"] for lever in about["levers"]) <= 10
    assert {o["name"] for o in about["state_outcomes"]} == set(kinds.state_outcomes)
    assert {o["name"] for o in about["region_outcomes"]} == set(kinds.region_outcomes)


def test_causes_add_up_to_the_difference(client, ask, answer, played):
    given = {"scenario": "waves", "settings": SET}
    found = client.post("/api/causes", json=ask(**given)).json()
    assert found["sum"] == pytest.approx(answer(**given)["verdict"]["mean"], abs=1e-4)
    assert sum(c["difference"] for c in found["causes"]) == pytest.approx(found["sum"], abs=1e-6)
    told = {h["words"]: h for h in found["happenings"]}["a Kosovo-Serbia crisis"]
    for side, results in (("before", played[0]), ("now", played[1])):
        events = results.events
        assert told[side] == pytest.approx(events[events["event"] == "crisis.kosovo_serbia"]["world"].nunique() / 64)


def test_one_level_down_adds_up_to_the_causes(client, ask):
    given = ask(scenario="enlargement_veto", settings=SET)
    causes = client.post("/api/causes", json=given).json()
    found = client.post("/api/deeper", json=given).json()
    bars = {b["because"]: b for b in found["bars"]}
    assert found["worlds"] == 64
    for cause in causes["causes"]:
        if abs(cause["difference"]) > 1e-3:
            bar = bars[cause["because"]]
            assert bar["difference"] == pytest.approx(cause["difference"], abs=1e-5)
            assert sum(p["difference"] for p in bar["parts"]) == pytest.approx(cause["difference"], abs=1e-5)
            assert all(p["what"] and "." not in p["what"] for p in bar["parts"])
    positions = bars["positions on Russia and Belarus"]["parts"]
    assert {"its own level before", "membership credibility"} <= {p["what"] for p in positions}


def test_a_signal_is_explained_by_its_inputs_and_a_word_is_refused(client, ask):
    signal = client.post("/api/causes", json=ask(scenario="us_transactional", charts=[{"outcome": "western_leverage"}])).json()
    assert signal["signal"]
    assert {"US predictability", "US engagement"} <= {c["because"] for c in signal["causes"]}
    word = ask(scenario="enlargement_veto", charts=[{"outcome": "accession_stage", "place": "SRB"}])
    for kind in ("causes", "deeper"):
        assert "is a word" in client.post(f"/api/{kind}", json=word).json()["none"]


def test_a_world_and_its_twin(client, ask, played):
    found = client.post("/api/twin", json=ask(scenario="waves", settings=SET, world=7)).json()
    np.testing.assert_allclose(found["now"], played[1].values("mean.eu_alignment")[7], atol=1e-4)
    np.testing.assert_allclose(found["before"], played[0].values("mean.eu_alignment")[7], atol=1e-4)
    own = played[1].events[played[1].events["world"] == 7]
    assert len(own) == sum(e["where"] != "before" for e in found["events"])
    assert found["parts"] in found["quarters"]
    assert found["bookings"]
    alone = client.post("/api/twin", json=ask(scenario="waves", against="written", world=3)).json()
    assert alone["parts"] is None
    assert {e["where"] for e in alone["events"]} == {"both"}


def test_assumptions_have_sources_and_can_be_held(client, ask):
    found = client.post("/api/assumptions", json=ask()).json()
    assert len(found["drawn"]) > 50
    strengths = [abs(d["strength"]) for d in found["drawn"]]
    assert strengths == sorted(strengths, reverse=True)
    for d in found["drawn"]:
        assert d["means"]
        assert d["source"] or d["because"]
        assert d["low"] <= d["median"] <= d["high"]
    free = next(d for d in found["drawn"] if not d["several"])
    held = client.post("/api/assumptions", json=ask(settings={free["name"]: free["median"]})).json()
    assert [d["name"] for d in held["held"]] == [free["name"]]
    assert free["name"] not in {d["name"] for d in held["drawn"]}


def test_commands_give_the_pages_numbers(client, ask, answer, tmp_path, monkeypatch):
    given = {"scenario": "enlargement_veto", "policy": "clear_rules", "settings": SET}
    verdict = answer(**given)["verdict"]
    lines = client.post("/api/copy", json=ask(**given)).json()["command"].splitlines()
    monkeypatch.chdir(tmp_path)
    outputs = [CliRunner().invoke(build(), [*shlex.split(line)[1:], "--json"]) for line in lines]
    assert [o.exit_code for o in outputs] == [0, 0, 0], [o.output for o in outputs]
    row = json.loads(outputs[-1].stdout)["rows"][0]
    assert row["difference"] == pytest.approx(verdict["mean"], abs=1e-5)
    assert round(row["higher"] * 64) == verdict["higher"]


def test_the_file_and_the_cell_give_the_pages_numbers(client, ask, answer, tmp_path):
    given = {"scenario": "us_election_2024", "policy": "coordination", "settings": {"us.administration": "transactional", **SET}}
    shown = answer(**given)["charts"][0]["series"][0]["now"][-1][2]
    texts = client.post("/api/copy", json=ask(**given)).json()
    file = tmp_path / "my_scenario.yaml"
    file.write_text(texts["yaml"], encoding="utf-8")
    played = run(load_scenario(file), 64, policy="as_set")
    assert np.median(played.values("mean.eu_alignment", "as_set")[:, -1]) == pytest.approx(shown, abs=6e-5)
    assert Scenario.from_text(texts["yaml"]).policies == (*load_scenario("us_election_2024").policies, "as_set")
    assert yaml.safe_load(texts["yaml"])["policies"]["as_set"]["levers"]["us.administration"] == "transactional"
    space: dict = {}
    exec(compile(texts["notebook"].rsplit("\n", 2)[0], "cell", "exec"), space)
    assert np.median(space["now"].values("mean.eu_alignment", "coordination")[:, -1]) == pytest.approx(shown, abs=6e-5)


def test_sentences_follow_the_direction():
    counts = {"higher": 61, "lower": 12, "same": 27, "of": 100, "mean": 0.0312, "against": "baseline", "label": "it"}
    variable = {name: outcome_reference(name)[1] for name in ("mean.eu_alignment", "eu.fatigue", "kfor.strength", "SRB.crisis")}
    better = sentence(counts, variable["mean.eu_alignment"])
    assert better == "It: better in 61 of 100 worlds, worse in 12, the same in 27. On average 0.031 higher at the end than in baseline."
    assert sentence(counts, variable["eu.fatigue"]).startswith("It: better in 12 of 100 worlds, worse in 61")
    assert sentence(counts, variable["kfor.strength"]).startswith("It: higher in 61 of 100 worlds, lower in 12")
    assert " thousand higher at the end" in sentence(counts | {"mean": 1.0}, variable["kfor.strength"])
    assert sentence(counts, variable["SRB.crisis"]).endswith("It holds in 3 of 100 worlds more than in baseline.")
    assert sentence(counts | {"mean": 0.0}, variable["eu.fatigue"]).endswith("On average nothing changes.")


def test_yes_or_no_is_a_share_of_worlds():
    values = np.zeros((10, 3), np.float32)
    values[:4, 1] = 1
    assert fan(values, outcome_reference("SRB.crisis")[1])[1] == [0.4] * 5


def test_own_scenarios_are_offered(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\ntitle: Mine\nquestion: Whose?\nextends: baseline\nend: 2030Q4\n", encoding="utf-8")
    library = open_library([str(file)])
    assert "mine" in library.offered
    reference = library.scenarios[library.references["mine"]]
    assert (reference.name, reference.end) == ("baseline", "2030Q4")
