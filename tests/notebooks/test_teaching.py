"""The teaching kit: cards agree with the catalogue, commands can be typed, numbers are those of the model, the challenge is fair."""

from __future__ import annotations

import re
import shlex

import numpy as np
import pytest
import yaml

from sim import load_scenario
from sim.app.describing import MAIN
from sim.catalogue import catalogue
from tools import lever_cards, teaching_numbers

TEACHING = lever_cards.ROOT / "docs" / "teaching"
CARDS = lever_cards.cards()
CLAIMS = lever_cards.claims()
PARTS = {"is", "examples", "moves", "scale", "not", "try", "guess"}
STEP = 0.4
NUMBER = re.compile(r"(?<![\w.])([-+]?\d+(?:\.\d+)?)(?![\w.])")


def test_cards_are_up_to_date():
    assert lever_cards.PAGE.read_text(encoding="utf-8") == lever_cards.page(), "run `python tools/lever_cards.py`"


def test_every_main_lever_has_a_card():
    assert set(MAIN) <= set(CARDS) <= set(catalogue().levers)
    assert 25 <= len(CARDS) <= 35


@pytest.mark.parametrize("name", CARDS)
def test_card_is_whole(name):
    card = CARDS[name]
    assert set(card) >= PARTS
    assert set(card) <= PARTS | {"claims", "line"}
    assert card.get("claims") or card.get("line")
    assert set(card.get("claims", [])) <= set(CLAIMS)
    assert card["guess"].rstrip(")").rstrip(".").count("?") >= 1


@pytest.mark.parametrize("name", CARDS)
def test_named_claims_rest_on_the_lever(name):
    for i in CARDS[name].get("claims", []):
        claim = CLAIMS[i]
        arms = [claim.get("base") or {}, *(claim.get("contrast") or {}).values()]
        assert name in {lever for arm in arms for lever in arm}, i


@pytest.mark.parametrize("name", CARDS)
def test_command_of_a_card_can_be_typed(name):
    words = shlex.split(CARDS[name]["try"])
    assert words[:2] == ["balkansim", "run"]
    scenario = load_scenario(words[2])
    options = dict(zip(words[3::2], words[4::2], strict=True))
    levers = dict([options["--set"].split("=", 1)]) if "--set" in options else {}
    scenario.plan(None, {k: yaml.safe_load(v) for k, v in levers.items()})
    assert set(options) <= {"--set", "--policy", "--worlds"}
    assert options.get("--policy", "all") in ("all", *scenario.policies)
    assert int(options["--worlds"]) <= 300


def test_the_challenge_keeps_its_rules():
    policies = load_scenario(TEACHING / "challenge.yaml").document["policies"]
    levers = catalogue().levers
    for name, policy in policies.items():
        assert len(policy["levers"]) == 1 + ("_and_" in name)
        for lever, value in policy["levers"].items():
            if levers[lever].kind == "number":
                assert abs(value - levers[lever].default) <= STEP + 1e-9
    assert len(policies) == 27
    assert len({tuple(sorted(p["levers"].items())) for p in policies.values()}) == 27


def test_handout_is_one_page():
    """An A4 page of this kind of table holds about 60 lines of text."""
    assert len((TEACHING / "handout.md").read_text(encoding="utf-8").splitlines()) <= 50


@pytest.mark.slow
def test_no_single_move_and_two_pairs_of_twenty_solve_the_challenge():
    """The session plan, the hand-out and the notes say so. No policy is near the bar, so that other luck gives the same winners."""
    found = teaching_numbers.challenge()
    winners = {name for name, shares in found.items() if teaching_numbers.solves(shares)}
    assert len([name for name in found if "_and_" in name]) == 20
    assert winners == {"clear_and_own", "firm_and_own"}
    assert all(abs(min(shares) - teaching_numbers.ENOUGH) > 0.03 for shares in found.values())


@pytest.mark.slow
def test_the_notes_on_the_challenge_hold():
    """What instructor.md says of single pairs: shares of worlds better aligned, more democratic, calmer."""
    found = teaching_numbers.challenge()
    enough = teaching_numbers.ENOUGH
    best = [max((n for n in found if "_and_" in n), key=lambda name: found[name][aim]) for aim in (0, 2)]
    assert best == ["rule_and_clear", "mediate_and_own"]
    assert found["rule_and_clear"][1] >= enough > found["rule_and_clear"][2]
    assert found["mediate_and_own"][1] < 0.25
    assert max(shares[1] for name, shares in found.items() if "silent" in name) < 0.01
    early, late = (teaching_numbers.calmed(r) for r in teaching_numbers.REVEALS[-2:])
    assert early > 0.9 > 0.5 > late


@pytest.mark.slow
def test_harder_futures_undo_the_solutions():
    """Vetoes cost both solutions their alignment, but not the pair that is best for it; no pair makes up for Washington's leaving."""
    ahead = {(s, p): teaching_numbers.reached(teaching_numbers.held(s, p)) for s in teaching_numbers.HARDER
             for p in ("clear_and_own", "firm_and_own", "rule_and_clear")}  # fmt: skip
    enough = teaching_numbers.ENOUGH
    assert max(ahead["enlargement_veto", p][0] for p in ("clear_and_own", "firm_and_own")) < 0.5
    assert ahead["enlargement_veto", "rule_and_clear"][0] >= enough
    assert max(shares[2] for (scenario, _), shares in ahead.items() if scenario == "us_withdrawal") < 0.5


@pytest.mark.slow
def test_numbers_are_those_of_the_model():
    """Within what another machine or a small repair of the model may change."""
    kept, made = teaching_numbers.PAGE.read_text(encoding="utf-8"), teaching_numbers.page()
    assert NUMBER.sub("#", kept) == NUMBER.sub("#", made), "run `python tools/teaching_numbers.py`"
    was, now = (np.array([float(n) for n in NUMBER.findall(text)]) for text in (kept, made))
    assert (np.abs(was - now) <= np.where(np.abs(was) < 1.5, 0.03, 5)).all(), "run `python tools/teaching_numbers.py`"
