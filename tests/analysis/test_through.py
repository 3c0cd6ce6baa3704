"""One level down: parts sum to their bars, a chain that is known appears, and nothing of it depends on having been tried."""

import json

import numpy as np
import pytest

from sim import explain, run
from sim.analysis.exchange import OFF
from sim.analysis.explain import explain_change, job_of
from sim.analysis.replay import Replay
from sim.catalogue import catalogue
from sim.cli import main
from sim.errors import InputError
from sim.play import play
from sim.scenario import Scenario

BAR = ["room", "because"]


def short(parent, worlds, end="2025Q4", **more):
    """A run of a shipped scenario over two years."""
    return run(Scenario.from_text(f"extends: {parent}\nend: {end}\n", parent), worlds, **more)


@pytest.fixture(scope="module")
def runs():
    shocks = {"initial.SRB.democracy": 0.01, "powers.active": ["CHN"], "formats.count": 3}
    return short("us_continuity", range(40, 70)), short("us_withdrawal", range(40, 70), levers=shocks)


def bars(frame):
    return frame.groupby(BAR)["difference"].sum()


STOCKS = ("SRB.stability", "kosovo_serbia.crisis", "SRB.capability_gap")
FURTHER = ("SRB.democracy", "BIH.stability", "capability_gap", "nato.presence", "mean.public_support_eu")


@pytest.mark.parametrize("outcome", [*STOCKS, *(pytest.param(o, marks=pytest.mark.slow) for o in FURTHER)])
def test_parts_sum_to_every_bar(runs, outcome):
    plain = explain(*runs, outcome, until="2025Q2")
    through = explain(*runs, outcome, until="2025Q2", through=True)
    found, known = bars(through), bars(plain)
    assert set(found.index) == set(known.index)
    assert np.allclose(found.loc[known.index], known, atol=1e-7)
    assert through.attrs["error"] == pytest.approx(plain.attrs["error"], abs=1e-9)


@pytest.mark.parametrize(
    "outcome",
    ["western_leverage", *(pytest.param(o, marks=pytest.mark.slow) for o in ("SRB.reform_effort", "republika_srpska.secession_risk"))],
)
def test_the_inputs_of_a_signal_are_split_too(runs, outcome):
    plain, through = (explain(*runs, outcome, until="2025Q1", through=deep) for deep in (False, True))
    found, known = bars(through), bars(plain[plain["room"] != "level"])
    assert np.allclose(found.loc[known.index], known, atol=1e-7)


def test_tolerance_makes_tension_and_tension_takes_stability():
    """What tolerance of autocrats does to stability goes through tension made at home, and through calm that is managed."""
    a, b = short("baseline", 64), short("baseline", 64, levers={"eu.tolerance_of_autocracy": 0.9})
    frame = explain(a, b, "SRB.stability", through=True)
    made = frame[frame["because"] == "tension made at home"]
    chain = made[(made["input"] == "states.manufactured_tension") & (made["source"] == "eu.tolerance_of_autocracy")]
    assert chain["difference"].sum() < 0.6 * made["difference"].sum() < 0
    row = chain.iloc[0]
    assert (row["kind"], row["source_kind"]) == ("signal", "lever")
    assert row["to"] == pytest.approx(0.9)
    assert row["from"] == pytest.approx(catalogue().levers["eu.tolerance_of_autocracy"].default)
    calm = frame[(frame["input"] == "states.managed_calm") & (frame["source"] == "eu.tolerance_of_autocracy")]
    assert calm["difference"].sum() > 0


def test_nothing_else_is_laid_to_a_lever_that_enters_elsewhere():
    """Each bar is made only of what its room reads: here the lever reaches stability by signals of the democracy room alone."""
    a, b = short("baseline", 64), short("baseline", 64, levers={"eu.tolerance_of_autocracy": 0.9})
    frame = explain(a, b, "SRB.stability", through=True)
    by_lever = frame[frame["source"] == "eu.tolerance_of_autocracy"]
    assert set(by_lever["input"]) == {"states.manufactured_tension", "states.managed_calm"}
    assert "eu.tolerance_of_autocracy" not in set(frame["input"])


def test_a_linear_booking_is_laid_to_its_one_input(runs):
    """Nationalism enters unrest by itself: its bar is the whole of it, and nothing is left over."""
    frame = explain(*runs, "SRB.stability", through=True)
    bar = frame[frame["because"] == "nationalism"]
    assert set(bar[bar["difference"].abs() > 1e-12]["input"]) == {"states.nationalism"}


def test_events_clipping_clamps_and_starts_keep_bars_of_their_own():
    a = short("baseline", 32)
    b = short(
        "baseline", 32, levers={"clamp.SRB.eu_alignment": 0.2, "initial.SRB.democracy": 0.01, "force.crisis.kosovo_serbia": ["2024Q3"]}
    )
    alignment = explain(a, b, "SRB.eu_alignment", through=True)
    assert alignment[alignment["room"] == "clamp"]["input"].tolist() == [""]
    democracy = explain(a, b, "SRB.democracy", through=True)
    assert {"start", "clipping"} <= set(democracy["room"])
    assert democracy[democracy["room"] == "start"]["input"].tolist() == [""]
    crisis = explain(a, b, "kosovo_serbia.crisis", until="2024Q3", through=True)
    begun = crisis[crisis["room"] == "events"]
    assert begun["difference"].sum() == pytest.approx(explain(a, b, "kosovo_serbia.crisis", until="2024Q3")["difference"].sum())
    assert begun[begun["kind"] == "setting"]["difference"].sum() > 0  # it is forced


def test_a_room_that_is_off_in_one_run():
    a, b = short("baseline", 32, end="2024Q4"), short("baseline", 32, end="2024Q4", levers={"mechanisms.democracy": "off"})
    frame = explain(a, b, "SRB.democracy", through=True)
    assert set(frame[frame["difference"] != 0]["input"]) == {OFF}
    plain = bars(explain(a, b, "SRB.democracy"))
    assert np.allclose(bars(frame).loc[plain.index], plain, atol=1e-7)
    stability = explain(a, b, "SRB.stability", through=True)
    assert stability["difference"].sum() == pytest.approx(explain(a, b, "SRB.stability")["difference"].sum(), abs=1e-7)


def test_a_change_over_time_is_split_against_its_first_quarter(runs):
    frame = explain_change(runs[0], "SRB.stability", since="2024Q2", until="2025Q2", through=True)
    plain = explain_change(runs[0], "SRB.stability", since="2024Q2", until="2025Q2")
    known = bars(plain[plain["difference"] != 0])
    assert np.allclose(bars(frame).loc[known.index], known, atol=1e-7)
    stayed = frame[frame["kind"] == "level"]
    assert set(stayed["input"]) == {"everything as in 2024Q3"}
    chance = frame[frame["because"] == "chance"]
    assert set(chance["kind"]) <= {"level", "setting"}


def test_a_change_within_one_quarter_is_all_level(runs):
    frame = explain_change(runs[0], "SRB.democracy", since="2024Q1", until="2024Q2", through=True)
    assert set(frame[frame["difference"].abs() > 1e-12]["kind"]) == {"level"}


def test_a_signal_of_a_signal_is_opened_too():
    """Vetoes lower credibility, credibility the inclination, inclination the assent, assent the alignment."""
    a, b = short("baseline", 32), short("baseline", 32, levers={"eu.veto_propensity": 3})
    frame = explain(a, b, "SRB.eu_alignment", through=True)
    ways = frame[(frame["source"] == "states.membership_credibility") & (frame["because"] == "positions on Russia and Belarus")]
    assert ways["way"].tolist() == ["states.inclination, states.assent_russia"]
    assert ways["input"].tolist() == ["states.assent_russia"]
    assert ways["difference"].sum() < 0


@pytest.mark.slow
def test_parts_do_not_depend_on_which_run_is_the_reference(runs):
    there, back = (explain(*pair, "SRB.stability", through=True) for pair in (runs, runs[::-1]))
    columns = [*BAR, "kind", "input", "source_kind", "source", "way"]
    there, back = (f.set_index(columns)["difference"] for f in (there, back))
    there, back = there.align(-back, fill_value=0.0)
    assert np.allclose(there, back, atol=1e-9)


def test_runs_that_begin_apart_say_so(runs):
    late = run(Scenario.from_text("extends: us_continuity\nstart: 2024Q2\nend: 2025Q4\n", "late"), range(40, 70))
    with pytest.raises(InputError, match="begin in different quarters"):
        explain(runs[0], late, "SRB.stability", through=True)


# -- playing again leaves no trace ----------------------------------------------------------------------------------------------------


def test_asking_changes_nothing(runs):
    """A world in which every room was computed again every quarter ends where it would have ended anyway."""
    job = job_of(runs[1])
    task = next(job.tasks(job.plans[0], range(40, 44)))
    replay = Replay(task)
    stock = catalogue().variables["states.stability"]
    for _ in range(replay.world.quarters):
        replay.step()
        for entry in replay.entries:
            other = {n: np.asarray(v) * 0.5 for n, v in replay.readable(entry).items() if n[0] == "stock" and v.dtype == float}
            replay.booked(entry, other, stock, replay.standing(entry, stock))
    replay.resume()
    names = ("states.stability", "states.democracy", "members.veto", "region.western_leverage")
    plain = play(task.__class__(task.plan, task.seed, task.worlds, task.actors, paths=names))
    for name in names:
        group, key = name.split(".")
        assert np.array_equal(getattr(getattr(replay.world, group), key)[..., replay.wanted], plain.paths[name][-1]), name
    assert len(replay.world.occurrences) == len(_occurrences(task))


def _occurrences(task):
    from sim.play import world_of

    world = world_of(task)
    for _ in range(world.quarters):
        world.step()
    return world.occurrences


def test_what_is_computed_again_is_what_was_computed(runs):
    job = job_of(runs[1])
    replay = Replay(next(job.tasks(job.plans[0], range(40, 44))))
    for _ in range(3):
        replay.step()
    checked = 0
    for name, versions in replay.versions.items():
        publisher = replay.publisher(name)
        if publisher is not None and publisher.verb != "decide":
            assert np.array_equal(replay.published(publisher, {}, [name])[name], versions[-1][1]), name
            checked += 1
    assert checked > 50


def test_what_is_worked_out_once_a_quarter_is_worked_out_anew(runs):
    """Departures from today are kept for a quarter; with a stock exchanged they must not be those of the other world."""
    job = job_of(runs[0])
    replay = Replay(next(job.tasks(job.plans[0], range(40, 44))))
    replay.step()
    room = next(e for e in replay.entries if (e.verb, e.name) == ("step", "stability"))
    was = replay.published(room, {}, ["states.unrest"])["states.unrest"]
    angry = {("stock", "states.nationalism"): np.minimum(replay.readable(room)["stock", "states.nationalism"] + 0.2, 1.0)}
    now = replay.published(room, angry, ["states.unrest"])["states.unrest"]
    assert (now >= was).all()
    assert (now > was).any()


# -- which worlds, and how far they may err -------------------------------------------------------------------------------------------


def test_a_sample_says_how_far_it_may_err():
    a, b = short("baseline", 400, end="2025Q1"), short("baseline", 400, end="2025Q1", levers={"eu.veto_propensity": 3})
    whole, part = (explain(a, b, "SRB.eu_alignment", worlds=n) for n in (400, 100))
    assert (whole.attrs["worlds"], whole.attrs["of"], whole.attrs["whole"]) == (400, 400, None)
    assert (part.attrs["worlds"], part.attrs["of"]) == (100, 400)
    assert part.attrs["whole"] == pytest.approx(whole["difference"].sum(), abs=1e-6)
    assert abs(part["difference"].sum() - part.attrs["whole"]) < 2 * part.attrs["error"]
    assert part.attrs["error"] > 1.2 * whole.attrs["error"] > 0
    difference = b.values("SRB.eu_alignment")[:, -1] - a.values("SRB.eu_alignment")[:, -1]
    assert whole.attrs["error"] == pytest.approx(1.96 * difference.std(ddof=1) / 20, rel=1e-3)


def test_worlds_may_be_named(runs):
    one = explain(*runs, "SRB.democracy", worlds=[47])
    assert one.attrs["worlds"] == 1
    assert one["error"].isna().all()
    few = explain(*runs, "SRB.democracy", worlds=[47, 48])["difference"].sum()
    assert few == pytest.approx(np.mean([explain(*runs, "SRB.democracy", worlds=[w])["difference"].sum() for w in (47, 48)]))
    with pytest.raises(InputError, match="world 12 is not in both runs; they have 30 worlds, from 40 to 69"):
        explain(*runs, "SRB.democracy", worlds=[12])


def test_the_default_is_bounded(monkeypatch, runs):
    monkeypatch.setattr("sim.analysis.explain.MOST", 8)
    monkeypatch.setattr("sim.analysis.explain.MOST_THROUGH", 4)
    assert explain(*runs, "SRB.democracy").attrs["worlds"] == 8
    assert explain(*runs, "SRB.democracy", through=True).attrs["worlds"] == 4
    assert explain_change(runs[0], "SRB.democracy").attrs["worlds"] == 8
    assert explain(*runs, "SRB.democracy", worlds=30).attrs["worlds"] == 30


def test_the_command_prints_what_bars_are_made_of(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("extends: baseline\nend: 2024Q4\n")
    (tmp_path / "b.yaml").write_text("extends: baseline\nend: 2024Q4\nlevers: {eu.tolerance_of_autocracy: 0.9}\n")
    words = ["explain", "a.yaml", "b.yaml", "SRB.stability", "--through"]
    assert main([*words, "-n", "64", "--figure", "why.svg"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "eu.tolerance_of_autocracy by way of manufactured_tension lever 0.550 0.900" in out
    assert "worlds were played again" not in out
    assert "by way of" in (tmp_path / "why.svg").read_text()
    assert main([*words, "-n", "64", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    outcome = answer["outcomes"][0]
    assert answer["through"] is True
    assert sum(c["difference"] for c in outcome["causes"]) == pytest.approx(outcome["difference"])
    assert (outcome["worlds"], outcome["of"], outcome["difference_in_all_worlds"]) == (64, 64, None)


def test_the_command_samples_a_directory(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("baseline", "staged_accession"):
        run(Scenario.from_text(f"extends: {name}\nend: 2025Q1\n", name), 96, out=tmp_path / f"run-{name}")
    words = ["explain", "run-baseline", "run-staged_accession", "SRB.eu_alignment"]
    assert main([*words, "-n", "64"]) == 0
    assert "64 of 96 worlds were played again" in " ".join(capsys.readouterr().out.split())
    assert main([*words, "-n", "0"]) == 2
    assert "--worlds 0: allowed: a whole number from 1" in capsys.readouterr().err
