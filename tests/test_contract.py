"""The agreed interface, sentence by sentence, as somebody outside would use it: one compact test per sentence, over the public names."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Results, compare, explain, load_results, load_scenario, run
from sim.cli import main
from sim.errors import InputError

STATES = ["ALB", "BIH", "XKX", "MNE", "MKD", "SRB"]
TABLES = ("states", "region", "worlds", "events")
KEYS = ["scenario", "policy", "world", "quarter"]
SHORT = "end: 2026Q4\n"
UNCERTAIN = "uncertain: {eu.mediation: {distribution: uniform, low: 0.2, high: 0.6}}"


@cache
def baseline() -> Results:
    return run(load_scenario("baseline"), 64)


@cache
def stricter() -> Results:
    return run(load_scenario("baseline"), 64, 1, levers={"eu.tolerance_of_autocracy": 0.0})


@cache
def election() -> Results:
    return run("us_election_2024", 160, 3)


@cache
def short() -> Results:
    """The baseline up to the end of 2026, for what shows early."""
    return brief({})


def brief(levers: dict[str, Any], worlds: Any = 64, **more: Any) -> Results:
    """The baseline with these levers, up to the end of 2026."""
    with TemporaryDirectory() as folder:
        return run(write(Path(folder), SHORT), worlds, levers=levers, **more)


def write(folder: Path, text: str, name: str = "own") -> Path:
    """A scenario file that extends the shipped baseline unless it says otherwise."""
    file = folder / f"{name}.yaml"
    file.write_text(f"name: {name}\n{'' if 'extends:' in text else 'extends: baseline' + chr(10)}{text}", encoding="utf-8")
    return file


def play(folder: Path, text: str, **more: Any) -> Results:
    return run(write(folder, text), 64, **more)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as error:
        load_scenario(write(folder, text))
    return str(error.value)


def outcomes(table: pd.DataFrame) -> list[str]:
    return [c for c in table.columns if c not in {*KEYS, "state"}]


def first_difference(a: Results, b: Results) -> str | None:
    """The first quarter in which any outcome of any world differs."""
    found = []
    for x, y in ((a.states, b.states), (a.region, b.region)):
        size = min(len(x), len(y))
        assert len(x) == len(y) == size
        differs = np.zeros(size, bool)
        for column in outcomes(x):
            differs |= x[column].to_numpy() != y[column].to_numpy()
        found += list(x["quarter"][differs].unique())
    return min(found, default=None)


def same(a: Results, b: Results) -> bool:
    return first_difference(a, b) is None


@pytest.fixture
def balkansim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[str, str]]:
    """(stdout, stderr) of the command, given in `tmp_path`; its exit code is checked."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, code: int = 0) -> tuple[str, str]:
        found = main(list(arguments))
        out, err = capsys.readouterr()
        assert found == code, err
        return out, err

    return command


def test_one_row_per_quarter_world_and_state_with_plain_keys() -> None:
    states, region = baseline().states, baseline().region
    assert list(states.columns[:5]) == [*KEYS, "state"]
    assert list(region.columns[:4]) == KEYS
    assert len(states) == 64 * 44 * 6
    assert len(region) == 64 * 44
    assert states["world"].dtype == region["world"].dtype == np.int64
    assert set(states["state"]) == set(STATES)
    assert sorted(states["quarter"].unique())[:: 44 - 1] == ["2024Q1", "2034Q4"]
    assert set(states["scenario"]) == {"baseline"}
    assert set(states["policy"]) == {"none"}


def test_types_are_bool_string_or_float_and_nothing_is_missing() -> None:
    for table in (baseline().states, baseline().region):
        for column in outcomes(table):
            if column.split(".")[-1] in {"crisis", "vetoed", "government_changed", "seceded"}:
                assert table[column].dtype == bool, column
            elif column != "accession_stage":
                assert pd.api.types.is_float_dtype(table[column]), column
                assert np.isfinite(table[column]).all(), column


def test_accession_is_one_if_and_only_if_member() -> None:
    members = run("baseline", 64, levers={"eu.accession_pace": 3, "eu.veto_propensity": 0, "eu.conditionality_clarity": 1}).states
    assert ((members["accession"] == 1) == (members["accession_stage"] == "member")).all()
    assert (members["accession_stage"] == "member").any()


def test_events_carry_target_actor_because_and_until() -> None:
    events = baseline().events
    assert {*KEYS, "event", "target", "actor", "because", "until"} <= set(events.columns)
    assert (events["actor"].fillna("") != "").all()
    spells = events[events["event"].str.match(r"veto\.")]
    assert spells["until"].notna().any()


def test_worlds_name_branches_and_draws(tmp_path: Path) -> None:
    text = SHORT + UNCERTAIN + "\nbranches: {b: {x: {weight: 1}, y: {weight: 3}}}\n"
    worlds = play(tmp_path, text).worlds
    assert set(worlds["branch.b"]) == {"x", "y"}
    assert worlds["eu.mediation"].between(0.2, 0.6).all()


def test_the_ledger_closes() -> None:
    results = brief({"clamp.SRB.democracy": 0.3}, [0, 1], ledger=True)
    ledger = results.ledger
    assert {*KEYS, "room", "stock", "actor", "change"} <= set(ledger.columns)
    for stock in ("democracy", "stability", "eu_alignment", "accession"):
        booked = ledger[ledger["stock"] == stock].groupby(["world", "actor", "quarter"])["change"].sum()
        levels = results.states.set_index(["world", "state", "quarter"])[stock].astype(float).unstack("quarter")
        values = levels.diff(axis=1).iloc[:, 1:].stack()
        values.index.names = ["world", "actor", "quarter"]
        assert np.allclose(values, booked.reindex(values.index, fill_value=0.0), atol=2e-7), stock


@pytest.mark.parametrize("wanted", [range(100, 140), [3, 77]])
def test_a_world_is_the_same_in_any_company(wanted: Any) -> None:
    whole, part = election(), run("us_election_2024", wanted, 3)
    for name in TABLES:
        kept = getattr(whole, name)
        kept = kept[kept["world"].isin(list(wanted))].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept, getattr(part, name).reset_index(drop=True), check_exact=True)


def test_two_workers_and_a_store_change_nothing(tmp_path: Path) -> None:
    stored = run("baseline", 64, workers=2, out=tmp_path / "out")
    assert same(baseline(), stored)
    assert same(baseline(), load_results(tmp_path / "out"))


@pytest.mark.parametrize(
    ("text", "quarter"),
    [
        ("levers: {eu.veto_propensity: {2026Q1: 2}}", "2026Q1"),
        ("levers: {powers.active: {2025Q3: [RUS]}}", "2025Q3"),
        ("events: [{id: a, at: 2026Q2, set: {russia.effort: 2}}]", "2026Q2"),
        ("events: [{id: a, from: 2025Q2, to: 2026Q1, ramp: {russia.effort: 3}}]", "2025Q2"),
        ("events: [{id: a, at: 2026Q3, force: secession}]", "2026Q3"),
        ("branches: {b: {x: {weight: 1, levers: {us.administration: transactional}}}}", "2025Q1"),
        ("branches: {b: {x: {weight: 1, events: [{id: a, at: 2026Q1, set: {russia.effort: 3}}]}}}", "2026Q1"),
        ("levers: {us.administration: transactional}", "2025Q1"),
        ("events: [{id: a, at: 2026Q2, set: {us.administration: transactional}}]", "2026Q2"),
    ],
)
def test_until_its_date_nothing_differs_and_from_then_on_something(tmp_path: Path, text: str, quarter: str) -> None:
    assert first_difference(short(), play(tmp_path, SHORT + text)) == quarter


def test_later_elections_move_nothing_before_2029() -> None:
    assert first_difference(baseline(), run("baseline", 64, levers={"us.later_elections": "transactional"})) == "2029Q1"


def test_one_state_beats_all_six_in_any_order(tmp_path: Path) -> None:
    a = play(tmp_path, SHORT + "levers: {states.SRB.fragility: 0.9, states.fragility: 0.1}")
    b = play(tmp_path, SHORT + "levers: {states.fragility: 0.1, states.SRB.fragility: 0.9}")
    assert same(a, b)
    assert not same(a, short())


def test_a_list_replaces_the_inherited_list(tmp_path: Path) -> None:
    write(tmp_path, SHORT + "levers: {eu.defence_access: [SRB, ALB]}", "parent")
    child = play(tmp_path, "extends: parent\nlevers: {eu.defence_access: [MNE]}")
    alone = run(write(tmp_path, SHORT + "levers: {eu.defence_access: [MNE]}", "alone"), 64)
    assert same(child, alone)
    assert not same(child, run(tmp_path / "parent.yaml", 64))


def test_later_levels_win(tmp_path: Path) -> None:
    write(tmp_path, "end: 2024Q4\nlevers: {russia.effort: 0.2}", "p")
    write(tmp_path, "extends: p\nlevers: {russia.effort: 0.4}", "f")
    write(tmp_path, "extends: f\nuncertain: {russia.effort: {distribution: constant, value: 0.6}}", "u")
    write(tmp_path, "extends: u\nbranches: {b: {x: {weight: 1, levers: {russia.effort: 0.8}}}}", "b")
    last = write(
        tmp_path, "extends: b\nevents: [{id: a, at: 2024Q1, set: {russia.effort: 1.2}}]\npolicies: {q: {levers: {russia.effort: 1.4}}}", "e"
    )
    plain = write(tmp_path, "end: 2024Q4\n", "plain")

    def held(results: Results, value: float, policy: str = "none") -> bool:
        wanted = run(plain, 64, levers={"russia.effort": value}).states["russian_influence"].to_numpy()
        return np.array_equal(results.states.query("policy == @policy")["russian_influence"].to_numpy(), wanted)

    for name, value in (("p", 0.2), ("f", 0.4), ("u", 0.6), ("b", 0.8), ("e", 1.2)):
        assert held(run(tmp_path / f"{name}.yaml", 64), value), name
    assert held(run(last, 64, policy="q"), 1.4, "q")
    assert held(run(last, 64, levers={"russia.effort": 1.6}, policy="q"), 1.6, "q")


def test_holding_a_lever_gives_notice_of_what_is_ignored(tmp_path: Path) -> None:
    file = write(tmp_path, SHORT + "events: [{id: surge, at: 2025Q1, set: {russia.effort: 2}}]")
    assert any("surge" in notice for notice in load_scenario(file).plan(None, {"russia.effort": 0.5}).notices)


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("levers: {eu.mediation: 0.1, eu.mediation: 0.2}", "3:29", "twice"),
        ("levers: {eu.mediation: &a 0.1}", "3:24", "anchor"),
        ("levers: {eu.mediation: *a}", "3:24", "alias"),
        ("levers: {eu.mediation: !!float 0.1}", "3:24", "tag"),
        ("title: a\n---\nname: b", "4:1", "second document"),
        ("levers: {eu.mediation: .nan}", "3:24", "finite"),
        ("levers: {eu.mediation: true}", "3:24", "not a number"),
        ("levers: {eu.mediation: '0.5'}", "3:24", "not a number"),
        ("levers: {nato.resilience_counts: yes}", "3:34", "true, false"),
        ("levers: {eu: {mediation: 0.4}}", "3:10", "eu.mediation"),
        ("levers: {eu.defence_access: [NO]}", "3:30", "'NO'"),
        ("levers: {clamp.alignment: 0.5}", "3:10", "clamp.eu_alignment"),
        ("levers: {force.veto.MKD: {from: 2025Q1}}", "3:26", "until"),
    ],
)
def test_what_a_file_may_not_hold_is_named_with_its_place(tmp_path: Path, text: str, place: str, word: str) -> None:
    message = refused(tmp_path, text)
    assert f"own.yaml:{place}: " in message
    assert word in message


def test_yaml_1_2_scalars(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, "title: NO\nlevers: {eu.mediation: 1e-3, mechanisms.council: false}"))
    assert scenario.title == "NO"
    plan = scenario.plan()
    assert plan.levers["eu.mediation"].steps[0][1] == 0.001
    assert plan.mechanisms == {"council": False}


def test_every_mistake_at_once_also_in_a_parent(tmp_path: Path) -> None:
    write(tmp_path, "levers: {eu.mediatoin: 0.3}", "parent")
    message = refused(tmp_path, "extends: parent\nlevers: {russia.effort: 9, eu.council_rule: unanimous}\nstrt: 2024Q1")
    lines = message.splitlines()
    assert len(lines) == 4
    assert any("parent.yaml:3:10: levers.eu.mediatoin: " in line and line.endswith("nearest: eu.mediation") for line in lines)
    assert any("own.yaml:3:25: levers.russia.effort: " in line and "allowed: a number from 0 to 3" in line for line in lines)
    assert any("own.yaml:4:1: strt: " in line and "nearest: start" in line for line in lines)


@pytest.mark.parametrize("parent", ["../x", "/etc/passwd", "a/b", "own"])
def test_a_parent_is_a_name_never_a_path_or_itself(tmp_path: Path, parent: str) -> None:
    assert "own.yaml:2:10: extends: " in refused(tmp_path, f"extends: {parent}")


def test_clamps_hold_at_a_number_or_at_the_runs_own_path() -> None:
    held = brief({"clamp.eu.credibility": 0.7, "clamp.SRB.democracy": 0.3, "clamp.western_leverage": 0.2})
    assert np.allclose(held.states["membership_credibility"], 0.7)
    assert np.allclose(held.region["eu.credibility"], 0.7)
    assert np.allclose(held.states.query("state == 'SRB'")["democracy"], 0.3)
    assert np.allclose(held.region["western_leverage"], 0.2)
    lever = {"eu.veto_propensity": 3}
    free, own = brief(lever), brief({**lever, "clamp.eu_alignment": "baseline"})
    assert np.array_equal(free.states["eu_alignment"], own.states["eu_alignment"])


def test_initial_sets_one_state_or_all_six() -> None:
    start = brief({"initial.trust_in_eu": 0.5, "initial.SRB.trust_in_eu": 0.1}).states.query("quarter == '2024Q1'")
    means = start.groupby("state")["trust_in_eu"].mean()
    assert means["SRB"] == pytest.approx(0.1, abs=0.02)
    assert means.drop("SRB").to_numpy() == pytest.approx(0.5, abs=0.02)


def test_mechanisms_off_and_on(tmp_path: Path) -> None:
    off = play(tmp_path, SHORT + "levers: {mechanisms.council: off}")
    assert not off.states["vetoed"].any()
    assert same(short(), play(tmp_path, SHORT + "levers: {mechanisms.council: on}"))


FORCED = {
    "force.veto.MKD.BGR": {"from": "2025Q1", "until": "2026Q3"},
    "force.veto.SRB": ["2025Q1", "2026Q3"],
    "force.crisis.kosovo_serbia": ["2025Q1", "2026Q3"],
    "force.crisis.BIH": "2025Q2",
    "force.secession": "2025Q3",
    "force.turnover.SRB": "2025Q2",
    "force.agreement.kosovo_serbia": "2025Q2",
    "force.us_withdrawal": "2025Q2",
    "force.discouraging_statement": "2025Q2",
}


@cache
def forced() -> Results:
    return brief(FORCED)


@pytest.mark.parametrize(
    ("table", "column", "quarters"),
    [
        ("MKD", "vetoed", ["2025Q1", "2025Q4", "2026Q3"]),
        ("SRB", "vetoed", ["2025Q1", "2026Q3"]),
        ("region", "kosovo_serbia.crisis", ["2025Q1", "2026Q3"]),
        ("BIH", "crisis", ["2025Q2"]),
        ("region", "republika_srpska.seceded", ["2025Q3", "2025Q4", "2026Q4"]),
        ("SRB", "government_changed", ["2025Q2"]),
    ],
)
def test_forced_things_happen_in_every_world_in_their_quarters(table: str, column: str, quarters: list[str]) -> None:
    rows = forced().region if table == "region" else forced().states.query("state == @table")
    assert rows[rows["quarter"].isin(quarters)][column].all()


def test_events_are_named_as_after_force() -> None:
    events = forced().events
    for name in ("agreement.kosovo_serbia", "us_withdrawal", "discouraging_statement", "turnover.SRB"):
        assert events[(events["event"] == name) & (events["quarter"] == "2025Q2")]["world"].nunique() == 64, name
    spells = events[(events["event"] == "veto.MKD.BGR") & (events["quarter"] == "2025Q1")]
    assert len(spells) == 64
    assert set(spells["until"]) == {"2026Q3"}


def test_forced_events_say_that_the_scenario_forced_them_and_others_do_not() -> None:
    events = forced().events
    by_force = events[events["because"] == "forced by the scenario"]
    named = set(by_force["event"]) - {"election.SRB"}
    assert {n for n in named if not n.startswith("veto.SRB.")} == {n.removeprefix("force.") for n in FORCED if n != "force.veto.SRB"}
    assert any(n.startswith("veto.SRB.") for n in named)
    assert set(by_force["quarter"]) <= {"2025Q1", "2025Q2", "2025Q3", "2026Q3"}
    asked = events[(events["event"] == "turnover.SRB") & (events["quarter"] == "2025Q2")]
    assert set(asked["because"]) == {"forced by the scenario"}
    turnovers = events[events["event"].str.startswith("turnover.")]
    assert set(turnovers["because"]) > {"forced by the scenario"}


@pytest.mark.parametrize(
    ("outcome", "rows"), [("democracy", 6), ("stability", 6), ("SRB.democracy", 1), ("mean.democracy", 1), ("alignment", 1)]
)
def test_compare_pairs_worlds_one_row_per_state(outcome: str, rows: int) -> None:
    table = compare(baseline(), stricter(), outcome)
    assert len(table) == rows
    assert {"difference", "low", "high", "better", "worse", "same"} <= set(table.columns)
    assert np.allclose(table[["better", "worse", "same"]].sum(axis=1), 1)
    if outcome == "SRB.democracy":
        at_the_end = [r.states.query("state == 'SRB' and quarter == '2034Q4'")["democracy"] for r in (baseline(), stricter())]
        a, b = (values.to_numpy(float) for values in at_the_end)
        assert table["difference"].iloc[0] == pytest.approx((b - a).mean(), abs=1e-6)


@pytest.mark.parametrize("ask", [compare, explain])
@pytest.mark.parametrize(("second", "outcome", "words"), [("x", "democracy", "alternative='x': give the results"), (None, 3, "outcome=3")])
def test_what_is_no_results_or_no_outcome_is_told(ask: Any, second: Any, outcome: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        ask(short(), second or short(), outcome)


def test_explain_books_the_whole_difference_without_a_recorded_ledger() -> None:
    booked = explain(baseline(), stricter(), "SRB.democracy")
    assert {"room", "difference"} <= set(booked.columns)
    assert booked["difference"].sum() == pytest.approx(compare(baseline(), stricter(), "SRB.democracy")["difference"].iloc[0], abs=1e-6)


def test_run_leaves_a_manifest_and_the_reference_beside_it(balkansim: Callable[..., tuple[str, str]], tmp_path: Path) -> None:
    out, err = balkansim("run", "no_veto", "-n", "64", "--out", "here", "--json")
    assert json.loads(out)["scenario"] == "no_veto"
    assert err == ""
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text(encoding="utf-8"))
    assert {"scenario", "policies", "seed", "balkansim", "data"} <= set(manifest)
    sibling = [p for p in tmp_path.iterdir() if p.name != "here"]
    assert len(sibling) == 1
    assert "baseline" in sibling[0].name
    assert same(load_results(sibling[0]), baseline())


def test_findings_of_check_stand_on_stdout_with_exit_2(tmp_path: Path) -> None:
    write(tmp_path, "levers: {russia.effort: 9}")
    command = [sys.executable, "-m", "sim", "scenario", "check", "own.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stdout.startswith("own.yaml:3:25: levers.russia.effort: 9 ")
    assert done.stderr == ""


def test_claims_json_and_exit_1_where_one_fails(balkansim: Callable[..., tuple[str, str]], tmp_path: Path) -> None:
    claim = (
        "- {id: %s, claim: c, source: s, contrast: {a: {}, b: {eu.veto_propensity: 3}}, outcome: eu.credibility, "
        "window: [2026Q1, 2026Q4], expect: %s%s}\n"
    )
    text = claim % ("A", "decrease", ", mediator: {clamp.eu.credibility: baseline}") + claim % ("B", "increase", "")
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    out, _ = balkansim("claims", "c.yaml", "--worlds", "64", "--workers", "1", "--json", code=1)
    answer = json.loads(out)
    assert {"worlds", "seed", "claims"} <= set(answer)
    assert [c["verdict"] for c in answer["claims"]] == ["holds", "fails"]
    assert {"id", "verdict", "effect", "interval", "share", "mediated_effect", "reason"} <= set(answer["claims"][0])
    assert answer["claims"][0]["mediated_effect"] == pytest.approx(0)
    assert answer["claims"][1]["mediated_effect"] is None
