"""Boxes recover a known box, hold what they say, and leave chance out."""

import json

import numpy as np
import pandas as pd
import pytest

from sim import run
from sim.analysis import discover as module
from sim.analysis.discover import Limit, discover, inside
from sim.cli import main
from sim.errors import InputError
from sim.scenario import Scenario

SHORT = "extends: us_election_2024\nend: 2025Q2\n"


@pytest.fixture(scope="module", autouse=True)
def workbench():
    """Imported when the first test needs it, which takes seconds, not when tests are listed."""
    pytest.importorskip("ema_workbench")


@pytest.fixture(scope="module")
def results():
    return run(Scenario.from_text(SHORT, "short"), 256)


@pytest.fixture
def known(monkeypatch, results):
    """Inputs with a box of their own, 90 % dense."""
    rng = np.random.default_rng(5)
    x = pd.DataFrame({f"x{i}": rng.random(400) for i in range(3)})
    x["branch.who"] = pd.Categorical(rng.choice(["a", "b", "c"], 400))
    truth = ((x["x0"] < 0.5) & (x["branch.who"] != "c")).to_numpy()
    y = truth & (rng.random(400) < 0.9)
    monkeypatch.setattr(module, "inputs", lambda *_: x)
    monkeypatch.setattr(module, "holds", lambda *_: y)
    return x, y, truth


def test_prim_recovers_a_box_over_numbers_and_categories(known, results):
    x, y, truth = known
    box = discover(results, "known", boxes=1).prim[0]
    assert {limit.name for limit in box.limits} == {"x0", "branch.who"}
    held = inside(box.limits, x)
    assert np.mean(held == truth) > 0.95
    assert box.coverage == pytest.approx(y[held].sum() / y.sum())
    assert box.density == pytest.approx(y[held].mean())
    assert box.mass == pytest.approx(held.mean())
    assert all(limit.quasi_p < 0.05 for limit in box.limits)


def test_cart_finds_it_too(known, results):
    x, y, _ = known
    leaves = module._cart(x, y)
    assert leaves
    assert all(b.density > y.mean() for b in leaves)
    assert "x0" in {limit.name for limit in leaves[0].limits}


@pytest.mark.slow
def test_where_there_is_nothing_to_find_no_box_is_invented(monkeypatch, results):
    """Of many inputs that have nothing to do with it, some look as if they had; allowing for their number tells."""
    rng = np.random.default_rng(9)
    invented = 0
    for _ in range(6):
        x = pd.DataFrame({f"x{i}": rng.random(400) for i in range(60)})
        y = rng.random(400) < 0.2
        monkeypatch.setattr(module, "inputs", lambda *_, x=x: x)
        monkeypatch.setattr(module, "holds", lambda *_, y=y: y)
        invented += len(discover(results, "chance").prim)
    assert invented <= 1


def test_a_further_box_counts_the_worlds_that_the_first_leaves(monkeypatch, results):
    rng = np.random.default_rng(3)
    x = pd.DataFrame({f"x{i}": rng.random(1000) for i in range(3)})
    first, second = (x["x0"] < 0.3).to_numpy(), (x["x1"] < 0.3).to_numpy()
    y = first | (second & (rng.random(1000) < 0.8))
    monkeypatch.setattr(module, "inputs", lambda *_: x)
    monkeypatch.setattr(module, "holds", lambda *_: y)
    one, two = discover(results, "either", density=0.95).prim
    assert [[limit.name for limit in box.limits] for box in (one, two)] == [["x0"], ["x1"]]
    left = ~inside(one.limits, x)
    held = inside(two.limits, x) & left
    assert two.mass == pytest.approx(held.mean())
    assert two.density == pytest.approx(y[held].mean())
    assert two.coverage == pytest.approx(y[held].sum() / y.sum())
    assert one.coverage + two.coverage <= 1


def test_limits_read_as_words():
    assert str(Limit("parameters.a.b", np.nan, 0.5, (), 0.01, "assumed")) == "a.b is at most 0.5"
    assert str(Limit("parameters.a.b", 0.25, 0.5, (), 0.01, "assumed")) == "a.b is between 0.25 and 0.5"
    assert str(Limit("branch.who", np.nan, np.nan, ("a", "b"), 0.01, "scenario")) == "branch.who is a or b"


def test_what_cannot_be_discovered(results):
    with pytest.raises(InputError, match="holds in no world"):
        discover(results, "SRB.eu_alignment < 0")
    with pytest.raises(InputError, match="too few"):
        discover(run(Scenario.from_text(SHORT, "short"), 64), "SRB.eu_alignment < 0.5")


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SHORT)
    words = ["discover", "short.yaml", "us.engagement < 0.55", "-n", "128", "--only", "branch", "--only", "transatlantic", "--boxes", "1"]
    assert main([*words, "--json"]) == 0
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert captured.err == ""
    limits = {limit["name"]: limit for limit in answer["prim"][0]["limits"]}
    assert limits["branch.election"]["options"] == ["transactional"]
    assert main([*words, "--figure", "box.svg"]) == 0
    assert "election is transactional" in capsys.readouterr().out
    assert (tmp_path / "box.svg").exists()
    assert main(["discover", "short.yaml", "SRB.stability > 0.5", "-n", "128", "--only", "formats", "--figure", "none.svg"]) == 0
    assert "No box of assumptions holds" in " ".join(capsys.readouterr().out.split())
    assert "No box of assumptions" in (tmp_path / "none.svg").read_text()
    assert main(["discover", "short.yaml", "us.engagement << 1", "-n", "100"]) == 2
