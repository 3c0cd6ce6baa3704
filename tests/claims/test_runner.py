"""Claims played by the model: shared arms, levels of precedence, clamps, reductions, and rooms switched off."""

import numpy as np
import pytest

from sim.catalogue import STATES
from sim.claims.reading import read_claims, shipped_file
from sim.claims.runner import Arms, Need, _ask, check_claims
from sim.errors import InputError
from sim.play import Task, play
from sim.quarters import index
from sim.scenario import Scenario


def claims(tmp_path, text):
    file = tmp_path / "claims.yaml"
    (tmp_path / "year.yaml").write_text("extends: baseline\nend: 2024Q4\n")
    file.write_text(text)
    return read_claims(file)


def claim(identity, contrast, *more, outcome="mean.democracy", expect="increase"):
    head = f"- id: {identity}\n  scenario: year\n  outcome: {outcome}\n  expect: {expect}\n  contrast: {contrast}\n"
    return head + "  window: [2024Q1, 2024Q4]\n" + "".join(f"  {line}\n" for line in more)


@pytest.fixture(scope="module")
def recording():
    plan = Scenario.from_text("extends: baseline\nend: 2024Q4\n").plan()
    return play(Task(plan, 1, tuple(range(64))))


def test_needs_reduce_a_recording(recording):
    window = index("2024Q1"), index("2024Q4")
    mean = Need(("SRB.democracy", "mean.democracy"), *window, slope=False, by_state=False).of(recording)
    rows = recording.states[recording.state_names.index("democracy")][:4].astype(float)
    expected = (rows[:, STATES.index("SRB")] + rows.mean(axis=1)).mean(axis=0) / 2
    assert mean == pytest.approx(expected, abs=1e-6)
    slope = Need(("stability",), *window, slope=True, by_state=False).of(recording)
    series = recording.region[recording.region_names.index("stability")][:4].astype(float)
    assert slope == pytest.approx(np.polyfit(np.arange(4) / 4, series, 1)[0], abs=1e-6)
    assert Need(("democracy",), *window, slope=False, by_state=True).of(recording).shape == (6, 64)


def test_equal_arms_are_played_once(tmp_path):
    text = (
        claim("one", "{a: {}, b: {eu.mediation: 1}}")
        + claim("two", "{a: {}, b: {eu.mediation: 1}}", outcome="eu.standing")
        + claim("three", "{a: {eu.mediation: 1}, b: {}}", "base: {}")
    )
    arms = Arms()
    for one in claims(tmp_path, text):
        _ask(one, arms, {})
    assert len(arms.arms) == 2


def test_an_arm_is_played_to_the_latest_quarter_needed(tmp_path):
    longer = claim("long", "{a: {}, b: {eu.mediation: 1}}").replace("window: [2024Q1, 2024Q4]", "window: [2024Q1, 2026Q4]")
    arms = Arms()
    for one in claims(tmp_path, claim("one", "{a: {}, b: {eu.mediation: 1}}") + longer):
        _ask(one, arms, {})
    assert [arm.plan.end for arm in arms.arms.values()] == [index("2026Q4")] * 2


def test_answers_do_not_depend_on_what_else_is_asked(tmp_path):
    one = claim("one", "{a: {}, b: {eu.tolerance_of_autocracy: 1}}")
    longer = one.replace("id: one", "id: two").replace("2024Q4]", "2026Q4]")
    alone = check_claims(claims(tmp_path, one), worlds=40)
    together = check_claims(claims(tmp_path, one + longer), worlds=40)
    assert together[0].verdict == alone[0].verdict
    assert together[1].verdict.effect != alone[0].verdict.effect


def test_arms_beat_the_base_and_the_base_is_the_path_of_clamps(tmp_path):
    base = "base: {clamp.SRB.democracy: 0.3}"
    text = claim("arm", "{a: {}, b: {clamp.SRB.democracy: 0.4}}", base, outcome="SRB.democracy") + claim(
        "held", "{a: {clamp.SRB.democracy: 0.5}, b: {clamp.SRB.democracy: baseline}}", base, outcome="SRB.democracy", expect="decrease"
    )
    first, second = check_claims(claims(tmp_path, text), worlds=64)
    assert first.verdict.effect == pytest.approx(0.1, abs=1e-6)
    assert second.verdict.effect == pytest.approx(-0.2, abs=1e-6)
    assert (first.verdict.verdict, second.verdict.verdict) == ("holds", "holds")


def test_a_held_mediator_takes_the_effect_away(tmp_path):
    contrast = "{a: {initial.SRB.democracy: 0.3}, b: {initial.SRB.democracy: 0.5}}"
    text = claim("held", contrast, "mediator: {clamp.SRB.democracy: baseline}", outcome="SRB.democracy") + claim(
        "free", contrast, "mediator: {clamp.eu.cohesion: baseline}", outcome="SRB.democracy"
    )
    held, free = check_claims(claims(tmp_path, text), worlds=64)
    assert held.verdict.mediated_effect == pytest.approx(0.0, abs=1e-7)
    assert held.verdict.verdict == "holds"
    assert free.verdict.verdict == "fails"
    assert "must at least halve" in free.verdict.reason


def test_interactions_orderings_and_spreads(tmp_path):
    start = "initial.SRB.democracy"
    text = (
        claim("sum", f"{{a: {{{start}: 0.4}}, b: {{initial.ALB.democracy: 0.5}}}}", "statistic: interaction", "margin: 0.05", expect="none")
        + claim("order", "{a: {}, b: {initial.SRB.democracy: 0.9}}", "statistic: ordering", outcome="democracy",
                expect="{above: [SRB], below: [ALB, MNE]}")
        + claim("levels", "{}", "statistic: ordering", outcome="eu_alignment", expect="{above: [ALB], below: [SRB]}")
        + claim("spread", "{a: {}, b: {clamp.democracy: 0.5}}", "statistic: sd", expect="decrease")
    )  # fmt: skip
    verdicts = {a.claim.id: a.verdict for a in check_claims(claims(tmp_path, text), worlds=64)}
    assert {name: v.verdict for name, v in verdicts.items()} == dict.fromkeys(verdicts, "holds")
    assert verdicts["order"].effect > 0.3


def test_a_room_switched_off_is_off_in_every_arm(tmp_path):
    text = claim("c", "{a: {dialogue.legal_clarity: 0}, b: {dialogue.legal_clarity: 1}}", outcome="kosovo_serbia.compliance")
    full, without = (check_claims(claims(tmp_path, text), worlds=64, without=off)[0].verdict for off in ((), ["dialogue"]))
    assert (full.verdict, without.verdict) == ("holds", "undecided")
    assert without.effect == 0.0


def test_a_known_failure_is_told(tmp_path):
    text = claim("up", "{a: {initial.SRB.democracy: 0.5}, b: {initial.SRB.democracy: 0.3}}", "known_failure: the record says no")
    text += text.replace("id: up", "id: down").replace("increase", "decrease")
    fails, holds = check_claims(claims(tmp_path, text), worlds=64)
    assert fails.verdict.reason.endswith("known: the record says no")
    assert "holds unexpectedly" in holds.verdict.reason


@pytest.mark.parametrize("wrong", [{"worlds": 0}, {"seed": -1}, {"workers": 0}, {"without": ["counsil"]}])
def test_bad_requests_are_refused(tmp_path, wrong):
    with pytest.raises(InputError):
        check_claims(claims(tmp_path, claim("c", "{a: {}, b: {}}")), **{"worlds": 1, **wrong})


@pytest.mark.slow
def test_every_shipped_claim_is_judged_and_the_composed_one_travels():
    answers = check_claims(read_claims(shipped_file()), worlds=256, workers=2)
    assert all(np.isfinite(a.verdict.effect) for a in answers)
    verdicts = {a.claim.id: a.verdict for a in answers}
    assert verdicts["C03"].verdict == "holds"
    assert abs(verdicts["C03"].mediated_effect) < abs(verdicts["C03"].effect) / 2
    unexplained = [a.claim.id for a in answers if a.verdict.verdict == "fails" and not a.claim.known_failure]
    assert not unexplained
