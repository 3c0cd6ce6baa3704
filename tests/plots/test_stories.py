"""The story of a world and the timeline that shows it."""

from __future__ import annotations

import pytest

from sim import load_results, load_scenario, run
from sim.errors import InputError
from sim.plots import caption_of, timeline
from sim.plots.stories import Told, story
from sim.plots.timelines import first_difference, weightiest
from sim.results import Results


def test_a_story_is_told_in_words_and_in_order(vetoes: Results) -> None:
    told = story(vetoes, 0)
    assert [t.quarter for t in told] == sorted(t.quarter for t in told)
    assert any(t.words == "Bulgaria blocks N. Macedonia" and t.until == "2029Q4" for t in told)
    assert not any("." in t.words.replace("N.", "") or "_" in t.words for t in told)


def test_a_veto_that_is_lifted_ends_then(baseline: Results) -> None:
    events = baseline.events
    began = events[events["event"].str.match(r"veto\.") & (events["target"] != "XKX")]
    lifted = events[events["event"].str.startswith("veto_lifted.")]
    checked = 0
    for event in began.drop_duplicates(["world", "quarter", "target"], keep=False).to_dict("records"):
        same = (lifted["world"] == event["world"]) & (lifted["event"] == event["event"].replace("veto", "veto_lifted"))
        later = sorted(lifted[same & (lifted["quarter"] >= event["quarter"])]["quarter"])
        told = [t for t in story(baseline, event["world"]) if t.quarter == event["quarter"] and t.words.endswith(name_of(event["target"]))]
        assert (later[0] if later else "") in {t.until for t in told}
        checked += 1
    assert checked > 5


def name_of(code: str) -> str:
    from sim.plots.stories import _state

    return _state(code)


def test_stories_from_disk_are_those_from_memory(baseline: Results, tmp_path) -> None:
    run(load_scenario("baseline"), 3, out=tmp_path / "run")
    assert story(load_results(tmp_path / "run"), 2) == story(baseline, 2)


def test_a_world_that_is_not_there(baseline: Results) -> None:
    with pytest.raises(InputError, match="world 999 is not in this run; it holds 20 worlds from 0 to 19"):
        timeline(baseline, 999)


def test_the_first_difference_is_an_event_or_the_end_of_a_veto() -> None:
    veto, crisis = Told("2024Q1", "a blocks b", 5, "2026Q1"), Told("2025Q3", "crisis", 4)
    longer = Told("2024Q1", "a blocks b", 5, "")
    assert first_difference([veto, crisis], [veto, crisis]) is None
    assert first_difference([veto, crisis], [veto]) == "2025Q3"
    assert first_difference([veto], [longer]) == "2026Q1"


def test_the_same_world_twice_does_not_part(baseline: Results) -> None:
    assert "do not differ" in caption_of(timeline(baseline, 0, twin=baseline))


def test_two_that_differ_only_in_their_end_have_an_order():
    short, long = Told("2024Q1", "a blocks b", 5, "2025Q1"), Told("2024Q1", "a blocks b", 5, "2026Q1")
    assert weightiest([short, long], [], 9) == weightiest([long, short], [], 9) == [short, long]


def test_what_is_left_out_is_the_lesser() -> None:
    told = [Told(f"20{25 + i}Q1", str(i), i) for i in range(9)]
    assert weightiest(told, [], 3) == told[:3]
    kept = weightiest(told, told[:6], 3)
    assert kept == [told[0], told[6], told[7]]
    assert "events are left out" in caption_of_many(told)


def caption_of_many(told: list[Told]) -> str:
    from sim.plots.timelines import _left_out

    return _left_out(told, told[:2])
