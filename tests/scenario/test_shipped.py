import re
from pathlib import Path

import pytest

from sim.scenario import check, load_scenario, shipped_folder, shipped_names

NAMES = shipped_names()
SOURCE = Path(__file__).parents[2] / "scenarios"
ASKED_FOR = {
    *("baseline", "us_election_2024", "us_transactional", "us_continuity", "enlargement_veto", "no_veto", "b9plus_expansion"),
    *("stabilitocracy", "republika_srpska_secession", "kosovo_serbia_clear_deal", "strategic_alignment", "us_withdrawal"),
    *("responsibility_sharing", "single_defence_platform", "staged_accession", "all_at_once", "disinformation_surge"),
    *("china_investment_surge", "hybrid_shock", "military_schengen", "eu_ownership", "cooperate_first"),
    *("hindcast_2014", "hindcast_2014_no_war", "hindcast_2014_vetoes"),
}
"""The scenarios that the model was asked to ship; others may join them without a line here."""


def test_those_asked_for_are_shipped():
    assert ASKED_FOR - set(NAMES) == set()


def test_every_file_of_the_folder_is_shipped():
    assert sorted(file.stem for file in SOURCE.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_checks_clean_and_asks_one_question(name):
    assert [str(f) for f in check(name)] == []
    made = load_scenario(name)
    assert made.name == name
    assert made.question.endswith("?")
    assert made.question.count("?") == 1
    assert made.title
    assert made.document["description"]
    assert made.reference == ("hindcast_2014" if name.startswith("hindcast") else "baseline")
    assert name == "baseline" or made.question != load_scenario("baseline").question


@pytest.mark.parametrize("name", NAMES)
def test_it_names_its_lines_in_the_documents(name):
    sources = load_scenario(name).document["sources"]
    assert sources
    assert all(re.fullmatch(r"(transatlantic-burden-sharing|closing-the-capabilities-gap) \d+", s) for s in sources)


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_has_a_plan_that_differs_and_nothing_is_ignored_unseen(name):
    made = load_scenario(name)
    plans = {policy: made.plan(policy) for policy in ("none", *made.policies)}
    seen = [(p.levers, p.forced, p.initial, p.clamps, p.mechanisms) for p in plans.values()]
    assert all(first != second for i, first in enumerate(seen) for second in seen[i + 1 :])
    for policy, own in plans.items():
        assert name == "baseline" or policy != "none" or own.levers or own.forced or name == "b9plus_expansion"
        assert not own.notices or policy != "none"


def test_the_baseline_says_nothing():
    made = load_scenario("baseline")
    assert (made.start, made.end, made.plan().levers) == ("2024Q1", "2034Q4", {})


def test_the_files_are_short():
    for file in shipped_folder().iterdir():
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 60, file.name
