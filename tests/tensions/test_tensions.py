"""Each tension can be shown from both sides in the same model, and in some worlds the other side wins; its figure and page say so."""

import re

import numpy as np
import pytest

from sim.plots.sheet import caption_of, save, title_of
from sim.tensions import TENSIONS, Arms
from sim.tensions.defence import T3, T8, T9
from sim.tensions.figures import draw
from sim.tensions.page import file_name, written
from sim.tensions.politics import T6, T10, T11
from sim.tensions.sequence import T2, T4, T5
from sim.tensions.west import T1, T7

DOCUMENTS = r"(transatlantic-burden-sharing|closing-the-capabilities-gap) \d+(-\d+)?(, \d+(-\d+)?)*"


def both_win_somewhere(finding):
    assert finding.one + finding.other <= 1
    return 0 < finding.one < 1 and 0 < finding.other < 1


def test_a_retreat_costs_leverage_and_only_an_answer_of_the_eu_makes_up_for_it(finding_of):
    finding = finding_of(T1)
    n = finding.numbers
    assert n["leverage"] < -10
    assert n["spending"] > 1
    assert n["interest"] > 1
    assert n["better_none"] < n["better_late"] <= n["better_early"]
    assert n["stability_none"] < n["stability_late"] < n["stability_early"]
    assert both_win_somewhere(finding)


def test_cooperation_first_calms_sooner_and_membership_first_lasts_longer(finding_of):
    finding = finding_of(T2)
    assert finding.numbers["calmer_first"] > 0.8
    assert finding.numbers["calmer_last"] < 0.5
    assert finding.numbers["behind_in_accession"] > 0.8
    assert both_win_somewhere(finding)


def test_the_next_format_helps_then_hardly_matters_then_harms(finding_of):
    finding = finding_of(T3)
    n = finding.numbers
    assert n["second"] > 0.9 > 0.1 > n["seventh"]
    assert n["second"] >= n["third"] >= n["fourth"] >= n["seventh"]
    assert n["fewest"] < n["most"]
    assert both_win_somewhere(finding)


def test_speed_and_credibility_pull_apart(finding_of):
    finding = finding_of(T4)
    n = finding.numbers
    assert n["faster_soon"] > 0.5 > n["stable_late"]
    assert n["credible_firm"] > 0.5
    assert 0 < n["stable_soon"] < 1
    assert both_win_somewhere(finding)


def test_effort_falls_behind_the_door_although_membership_pays(finding_of):
    finding = finding_of(T5)
    n = finding.numbers
    assert n["joiners"] > 30
    assert n["effort_after"] < n["effort_before"]
    assert n["safer"] > 0.5
    assert 0 < n["stopped"] < 1


def test_tolerance_is_calm_early_and_worse_late(finding_of):
    finding = finding_of(T6)
    n = finding.numbers
    assert n["calmer_first_year"] > 0.5 > n["calmer_late"]
    assert 2024 < n["median_year"] < 2044
    assert n["democracy"] < -0.05
    assert both_win_somewhere(finding)


def test_the_eu_takes_over_in_some_worlds_and_after_years(finding_of):
    finding = finding_of(T7)
    n = finding.numbers
    assert n["gone"] < n["instead"] < n["beside"]
    assert 2027 < n["median_year"] < 2044
    assert finding.one + finding.other == pytest.approx(1)
    assert both_win_somewhere(finding)


def test_the_best_split_is_inside_and_moves_with_the_equipment(finding_of):
    finding = finding_of(T8)
    n = finding.numbers
    assert 0.1 < n["lowest"] < n["highest"] < 0.9
    assert n["old"] < n["modern"]
    assert n["training_old"] < n["training_modern"]
    assert both_win_somewhere(finding)


def test_troops_go_with_trouble_and_yet_calm_it(finding_of):
    finding = finding_of(T9)
    assert finding.numbers["correlation"] > 0.1
    assert finding.numbers["effect"] < -0.005
    assert 0.5 < finding.one < 1
    assert finding.other > 0.5


def test_turkiye_is_rival_and_ally_at_once(finding_of):
    finding = finding_of(T10)
    n = finding.numbers
    assert n["lost"] < 0 < n["filled"]
    assert n["rival_part"] > 0 > n["ally_part"]
    assert both_win_somewhere(finding)


def test_taking_part_and_agreeing_move_apart(finding_of):
    finding = finding_of(T11)
    n = finding.numbers
    assert n["least_aligned"] > 0.5
    assert abs(n["forces_closed"]) > 3 * abs(n["votes_closed"])
    assert abs(n["votes_suspended"]) > 3 * abs(n["forces_suspended"])
    assert n["votes_courted"] > 0.05
    assert min(finding.one, finding.other) > 0.5


def test_every_tension_names_its_lines_and_tells_its_numbers():
    assert [t.id for t in TENSIONS] == [f"T{i}" for i in range(1, 12)]
    for tension in TENSIONS:
        assert all(re.fullmatch(DOCUMENTS, side.source) for side in (tension.one, tension.other))
        assert re.findall(r"{(\w+)", tension.tells), tension.id


def test_a_figure_has_a_title_in_words_and_names_every_line(arms, finding_of, tmp_path):
    finding = finding_of(T11)
    figure = draw(T11, finding, arms.worlds)
    assert title_of(figure) == T11.title
    assert "64 possible worlds" in caption_of(figure)
    texts = [text.get_text() for axis in figure.axes for text in axis.texts]
    assert texts == [curve.label for panel in finding.panels for curve in panel.curves]
    files = [save(draw(T11, finding, arms.worlds), tmp_path / name) for name in ("a.svg", "b.svg")]
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("tension", TENSIONS, ids=lambda t: t.id)
def test_names_of_lines_stay_on_the_figure(arms, finding_of, tension):
    figure = draw(tension, finding_of(tension), arms.worlds)
    figure.draw_without_rendering()
    for axis in figure.axes:
        frame = axis.get_tightbbox()
        for text in axis.texts:
            box = text.get_window_extent()
            assert axis.bbox.x0 - 6 <= box.x0 < box.x1 <= axis.bbox.x1 + 6, text.get_text()
            assert frame.y0 <= box.y0 < box.y1 <= axis.bbox.y1, text.get_text()


def test_a_page_says_both_sides_with_their_lines_and_links_the_figure(arms, finding_of, tmp_path):
    finding = finding_of(T11)
    text = written([(T11, finding)], arms, tmp_path / "docs" / "page.md", tmp_path / "docs" / "figures" / "t")
    assert f"(figures/t/{file_name(T11)})" in text
    for side in (T11.one, T11.other):
        assert side.says in text
        assert side.source in text
    assert f"{finding.one:.0%}" in text
    assert T11.depends in text
    assert "{" not in text


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_every_tension_is_open_with_more_worlds(seed):
    arms = Arms(256, seed)
    for tension in TENSIONS:
        finding = tension.measure(arms)
        assert all(np.isfinite(v) for v in finding.numbers.values()), tension.id
        if tension.exclusive:
            assert both_win_somewhere(finding), tension.id
            assert min(finding.one, finding.other) > 0.02, tension.id
        assert tension.told(finding)
