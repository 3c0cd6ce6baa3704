"""Sweep files are checked like scenarios; every point is played in the same worlds; what was stopped goes on."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.design import Factor, Layout, laid_out
from sim.analysis.design_file import design_of, read_design
from sim.analysis.sweep import Cell, cells, done, load_sweep, run_sweep
from sim.cli import main
from sim.errors import InputError, StoreError

SHORT = """
extends: baseline
end: 2024Q4
policies:
  clear: {levers: {eu.conditionality_clarity: 0.9}}
"""
SWEEP = """
name: small
scenarios: [short]
policies: all
worlds: 64
levers:
  eu.mediation: {low: 0.1, high: 0.9, cost: 2}
  eu.council_rule: [unanimity, staged]
uncertainties:
  us.engagement: {low: 0.5, high: 1.0}
design:
  levers: {kind: full_factorial, levels: 2}
  uncertainties: {kind: latin_hypercube, points: 2}
outcomes: [kosovo_serbia.normalisation, mean.democracy]
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SHORT)
    (tmp_path / "small.yaml").write_text(SWEEP)
    return tmp_path


def test_levers_and_uncertainties_are_crossed_and_kept_apart(here):
    design = read_design("small.yaml")
    assert len(design.points("levers")) == 1 + 2 * 2
    assert len(design.points("uncertainties")) == 1 + 2
    assert design.points("levers")[0] == {}
    assert design.points("levers")[1] == {"eu.mediation": 0.1, "eu.council_rule": "unanimity"}
    assert len(cells(design)) == 2 * 5 * 3
    assert design.levers[0].cost == 2


def test_the_point_as_written_makes_no_difference_and_others_share_its_worlds(here):
    text = SWEEP.replace("{low: 0.1, high: 0.9, cost: 2}", f"[{_default('eu.mediation')}]").replace("[unanimity, staged]", "[unanimity]")
    sweep = run_sweep(replace(design_of(text), uncertainties=()))
    frame = sweep.summary()
    none = frame[frame["policy"] == "none"]
    assert (none["change"] == 0).all()
    assert (none["same"] == 1).all()
    assert (frame[frame["policy"] == "clear"]["change"] != 0).any()


def _default(lever):
    from sim.catalogue import catalogue

    return catalogue().levers[lever].default


def test_a_cell_is_what_a_run_of_its_settings_gives(here):
    from sim import run

    design = read_design("small.yaml")
    sweep = run_sweep(replace(design, levers=design.levers[:1], layouts=dict.fromkeys(design.layouts, Layout(levels=2))))
    cell = Cell("short", "clear", 2, 1)
    settings = {**sweep.settings["levers"][2], **sweep.settings["uncertainties"][1]}
    results = run("short", 64, policy="clear", levers=settings)
    expected = results.values("kosovo_serbia.normalisation", "clear")[:, -1].astype(float)
    assert np.array_equal(sweep.of(cell, "kosovo_serbia.normalisation"), expected)
    row = sweep.summary().query("policy == 'clear' and levers == 2 and uncertainties == 1").iloc[0]
    assert row["mean"] == pytest.approx(expected.mean())
    reference = sweep.of(Cell("short", "none", 0, 1), "kosovo_serbia.normalisation")
    assert row["change"] == pytest.approx(expected.mean() - reference.mean())
    assert row["lever.eu.mediation"] == settings["eu.mediation"]


def test_a_stopped_sweep_goes_on_and_a_damaged_cell_is_played_again(here):
    design = replace(read_design("small.yaml"), levers=())
    whole = run_sweep(design)

    def stop(count, _):
        if count >= 3 * 64:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_sweep(design, here / "out", progress=stop)
    kept = len(done(here / "out", design))
    assert 0 < kept < len(whole.values)
    with pytest.raises(StoreError, match="not complete"):
        load_sweep(here / "out")
    files = sorted((here / "out" / "values").glob("*.parquet"))
    files[0].write_bytes(b"nonsense")
    played = []
    run_sweep(design, here / "out", progress=lambda count, _: played.append(count))
    assert played[0] == (kept - 1) * 64
    again = load_sweep(here / "out")
    assert again.values.keys() == whole.values.keys()
    assert all(np.array_equal(again.values[c], whole.values[c]) for c in whole.values)
    pd.testing.assert_frame_equal(again.summary(), whole.summary())
    assert not list((here / "out").rglob("*.part"))


def test_another_sweep_is_not_mixed_in(here):
    design = replace(read_design("small.yaml"), levers=(), policies=("none",))
    run_sweep(design, here / "out")
    with pytest.raises(StoreError, match="holds another sweep"):
        run_sweep(replace(design, seed=2), here / "out")
    (here / "full").mkdir()
    (here / "full" / "mine.txt").write_text("x")
    with pytest.raises(StoreError, match="not empty"):
        run_sweep(design, here / "full")


def test_layouts():
    factors = (Factor("a", 0.0, 1.0), Factor("b", values=("x", "y", "z")))
    assert len(laid_out(factors, Layout("full_factorial", levels=4), 1)) == 12
    for kind in ("latin_hypercube", "sobol"):
        points = laid_out(factors, Layout(kind, points=16), 1)
        assert points == laid_out(factors, Layout(kind, points=16), 1)
        assert sorted(int(16 * p["a"]) for p in points) == list(range(16))
        assert {p["b"] for p in points} == {"x", "y", "z"}


def test_a_prior_is_laid_out_by_its_quantiles():
    text = "uncertainties: {parameters.transatlantic.eu_alone: prior}\noutcomes: [western_leverage]\n"
    points = design_of(text + "design: {kind: full_factorial, levels: 5}\n").points("uncertainties")
    values = [p["parameters.transatlantic.eu_alone"] for p in points[1:]]
    assert values == sorted(values)
    assert len(set(values)) == 5


BAD = """scenarios: [baselin]
levers:
  eu.mediatoin: {low: 0, high: 1}
  eu.mediation: {low: 0.9, high: 0.1}
  eu.council_rule: {low: 0, high: 1}
  parameters.council.h: prior
  us.engagement: [1, 9]
uncertainties:
  eu.funding: {low: 0}
  clamp.SRB.democracy: [0.1]
design: {kind: sobel, points: 3.5}
outcomes: [SRB.eu_aligment, SRB.accession_stage]
window: [2030Q1, 2029Q1]
worlds: 0
budget: true
extra: 1
"""
SAID = [
    "1:13: scenarios[0]:", "3:3: levers.eu.mediatoin: unknown lever", "nearest: eu.mediation",
    "4:17: levers.eu.mediation: the range is empty",
    "5:20: levers.eu.council_rule: 'eu.council_rule' is a choice", "6:3: levers.parameters.council.h: 'parameters.' cannot be varied here",
    "7:22: levers.us.engagement[1]: 9 is out of range", "9:15: uncertainties.eu.funding: lacks high",
    "10:3: uncertainties.clamp.SRB.democracy:", "11:16: design.kind: unknown design 'sobel'", "11:31: design.points: 3.5 is not whole",
    "12:12: outcomes[0]:", "nearest: eu_alignment", "outcomes[1]: 'SRB.accession_stage' is a word", "13:9: window: runs backwards",
    "14:9: worlds: 0 is out of range", "15:9: budget: true is true/false", "16:1: sweep: unknown key 'extra'",
]  # fmt: skip


def test_every_mistake_at_once_with_its_place():
    with pytest.raises(InputError) as error:
        design_of(BAD, "bad.yaml")
    for said in SAID:
        assert said in str(error.value), said
    lines = [int(f.split(":")[1]) for f in error.value.findings]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("outcomes: [western_leverage]", "varies nothing"),
        ("levers: {eu.mediation: [0.1]}", "outcomes: none is named"),
        ("levers: {eu.mediation: [0.1]}\noutcomes: [western_leverage]\nwindow: 2050Q1", "lies outside baseline"),
        ("levers: {eu.mediation: [0.1]}\nuncertainties: {eu.mediation: [0.2]}\noutcomes: [western_leverage]", "varied as a lever already"),
        ("policies: [lethargic]\noutcomes: [western_leverage]\nscenarios: [staged_accession, baseline]", "is no policy of baseline"),
        ("levers: {eu.mediation: {low: 0, high: 1}}\noutcomes: [western_leverage]\ndesign: {kind: sobol, points: 6}", "2, 4, 8, 16"),
        (
            "uncertainties: {parameters.council.h: prior}\noutcomes: [western_leverage]\ndesign: {kind: sobol, points: 131072}",
            "out of range",
        ),
    ],
)
def test_mistakes_that_show_only_together(text, said):
    with pytest.raises(InputError, match=said):
        design_of(text)


def test_the_command(here, capsys):
    assert main(["sweep", "small.yaml", "--dry-run", "--json", "-n", "64"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["cells"] == 30
    assert captured.err == ""
    assert not (here / "results").exists()
    words = ["sweep", "--scenario", "short", "--vary", "eu.mediation=0.1:0.9", "--levels", "2", "--outcome", "mean.democracy", "-n", "64"]
    assert main([*words, "--out", "out", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [r["lever.eu.mediation"] for r in rows] == [None, 0.1, 0.9]
    assert pd.read_parquet(here / "out" / "summary.parquet")["levers"].tolist() == [0, 1, 2]
    assert main([*words, "--out", "out"]) == 0
    assert "eu.mediation 0.9" in capsys.readouterr().out
    assert main(["sweep", "small.yaml", "--outcome", "mean.democracy"]) == 2
    assert main(["sweep"]) == 2
    assert main(["sweep", "nowhere.yaml", "--json"]) == 2
    assert "give the name of a sweep file" in capsys.readouterr().out


def test_what_no_point_can_change_is_told_once(here, capsys):
    """A dated event on a swept lever, and a starting value that nobody reads, whatever the number of points."""
    event = "events: [{id: talks, at: 2024Q3, set: {eu.mediation: 0.2}}]\n"
    (here / "short.yaml").write_text(SHORT + event)
    factors = ["--vary", "eu.mediation=0.1:0.9", "--uncertain", "initial.SRB.reform_effort=0.3:0.5", "--outcome", "mean.democracy"]
    words = ["sweep", "--scenario", "short", *factors, "-n", "8", "--out", "out"]
    told = [
        "eu.mediation is held by the sweep; ignored: event talks",
        "initial.SRB.reform_effort: no effect, reform_effort is computed afresh in every quarter; clamp.SRB.reform_effort holds it",
    ]
    for more in (["--dry-run"], []):
        assert main([*words, *more]) == 0
        assert capsys.readouterr().err.splitlines() == [f"note: {notice}" for notice in told]
        assert main([*words, *more, "--json"]) == 0
        captured = capsys.readouterr()
        assert json.loads(captured.out)["notices"] == told
        assert captured.err == ""
