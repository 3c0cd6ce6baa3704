"""The report: one page, whole, safe, from memory and from disk."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sim import load_results, run
from sim.cli import main
from sim.data.figures import load_figures
from sim.errors import StoreError
from sim.report import report, write_report
from sim.report.grounds import lines_of
from sim.report.html import link, table, text
from sim.report.page import page
from sim.results import Results
from sim.scenario import Scenario

WORLDS = 20
HEADINGS = (
    *("The answer", "In pictures", "Policies", "The region", "Why", "What happened"),
    *("Where it starts", "Claims touched", "What is assumed", "Sources", "This run"),
)
WAVE = "{name: wave, question: What does a short wave of vetoes cost?, extends: enlargement_veto, end: 2025Q4}"


@pytest.fixture(scope="module")
def baseline() -> Results:
    return run(Scenario.from_text("{name: before, extends: baseline, end: 2025Q4}"), WORLDS)


@pytest.fixture(scope="module")
def vetoes() -> Results:
    return run(Scenario.from_text(WAVE), WORLDS, policy="staged")


@pytest.fixture(scope="module")
def whole(vetoes: Results, baseline: Results) -> str:
    return page([report(vetoes, baseline)], "A wave of vetoes")


@pytest.fixture(scope="module")
def alone(baseline: Results) -> str:
    """The part of a page about a run without a reference."""
    return report(baseline, name="two")


class Reader(HTMLParser):
    """Collects tags, names, references and text, and sees that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.loads: list[str] = []
        self.tags: set[str] = set()
        self.heard: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.tags.add(tag)
        if tag not in ("meta", "br", "wbr", "path", "use", "rect", "link"):
            self.open.append(tag)
        if "id" in found:
            self.names.append(str(found["id"]))
        self.loads += [f"{tag}.{key}={value}" for key, value in attributes if key in ("src", "href", "srcset", "data") and tag != "a"]

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "use", "rect"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.heard.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


def test_the_page_loads_nothing_and_runs_nothing(whole: str) -> None:
    found = read(whole)
    assert all(re.fullmatch(r"use\.href=#[\w-]+", load) for load in found.loads), "something is loaded from outside"
    assert not found.tags & {"script", "img", "image", "iframe", "object", "embed", "link", "foreignobject"}
    assert not re.search(r"url\((?!#)|@import", whole)
    outside = re.sub(r'<a href="https?://[^"]*" rel="noreferrer">.*?</a>', "", whole)
    assert "http" not in re.sub(r"http-equiv|&quot;https?:[^&]*&quot;", "", outside)


def test_names_on_the_page_are_its_own(whole: str, alone: str) -> None:
    both = whole.replace("</main>", alone + "</main>")
    names = read(both).names
    assert len(names) == len(set(names))
    for used in re.findall(r'(?:href="#|url\(#)([^")]+)', both):
        assert used in set(names)


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_part_is_there(whole: str, heading: str) -> None:
    assert f"<h2>{heading}</h2>" in whole


def test_what_the_page_says(whole: str, vetoes: Results) -> None:
    heard = " ".join(read(whole).heard)
    parts = ("What does a short wave of vetoes cost?", "Serbia", "without prejudice", "C03", "transatlantic-burden-sharing 24")
    owner = load_figures().sources()[0].source
    for part in (*parts, owner, vetoes.manifest["balkansim"], "assumed", "not a forecast", "staged"):
        assert part in " ".join(heard.split()), part


def test_every_number_leads_to_its_source(whole: str) -> None:
    """Works and figures named beside a parameter or a starting value lead to where they are listed, with an address."""
    rows = re.findall(r"<tr>.*?</tr>", whole)
    (k1,) = (r for r in rows if "accession.<wbr>k1<" in r)
    assert '<a href="#run-work-schimmelfennig_sedelmeier_2004">Schimmelfennig &amp; Sedelmeier 2004</a>' in k1
    (work,) = re.findall(r'<li id="run-work-schimmelfennig_sedelmeier_2004">(.*?)</li>', whole)
    assert '<a href="https://doi.org/10.1080/1350176042000248089"' in work
    (serbia,) = (r for r in rows if r.startswith('<tr><th scope="row">Serbia</th>') and "cfsp_alignment_pct" in r)
    assert "54 %" in serbia
    assert "measured" in serbia
    assert 'href="#run-figure-cfsp_alignment_pct"' in serbia
    assert re.search(r'<td>[^<]*.*id="run-figure-cfsp_alignment_pct".*</td><td><a href="https?://', whole)


def test_causes_are_followed_one_level_down(whole: str) -> None:
    assert "One level down" in whole
    assert 'id="run-deeper"' in whole
    assert "<summary>All the parts</summary>" in whole


def test_light_dark_and_paper(whole: str) -> None:
    assert "prefers-color-scheme: dark" in whole
    assert "@media print" in whole
    assert "var(--ink)" in whole
    assert "fill: #202124" not in whole


def test_a_run_by_itself(alone: str) -> None:
    assert "against the same world at the end of 2024Q1" in alone
    assert "<h2>Why</h2>" not in alone


def test_causes_are_not_told_by_another_model(baseline: Results, vetoes: Results, monkeypatch) -> None:
    monkeypatch.setattr("sim.report.causes.model_version", lambda: "0.0.0+other")
    assert "made by another version of the model" in report(vetoes, baseline)


def test_an_outcome_of_the_region(baseline: Results) -> None:
    scenario = Scenario.from_text(
        "{name: mine, extends: baseline, end: 2025Q4, answer: {outcome: eu.cohesion}, levers: {eu.veto_propensity: 3}}"
    )
    html = page([report(run(scenario, WORLDS), baseline)], "Mine")
    assert "EU cohesion" in html
    read(html)


def test_text_of_a_scenario_cannot_break_the_page(baseline: Results) -> None:
    scenario = Scenario.from_text(
        """{name: mine, extends: baseline, title: "<script>alert(1)</script>", question: "a & b </main>", end: 2024Q4}"""
    )
    html = page([report(run(scenario, 2))], "<b>")
    assert "script" not in read(html).tags
    assert "&lt;script&gt;" in html


def test_memory_and_disk_give_the_same_page(baseline: Results, whole: str, tmp_path) -> None:
    run(Scenario.from_text(WAVE), WORLDS, policy="staged", out=tmp_path / "run")
    run(baseline.scenario, WORLDS, out=tmp_path / "reference")
    assert page([report(load_results(tmp_path / "run"), load_results(tmp_path / "reference"))], "A wave of vetoes") == whole


def test_the_command(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wave.yaml").write_text(WAVE, encoding="utf-8")
    assert main(["run", "wave.yaml", "--worlds", "2", "--out", "mine"]) == 0
    capsys.readouterr()
    assert main(["report", "mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["report"] == "mine.report.html"
    assert "<h2>Why</h2>" in Path("mine.report.html").read_text(encoding="utf-8"), "the reference beside the run was not found"
    assert main(["report", "mine", "--out", "a.pdf"]) == 2
    assert main(["report", "nowhere"]) == 2
    assert "balkansim run SCENARIO" in capsys.readouterr().err


def test_a_page_that_cannot_be_written(tmp_path) -> None:
    with pytest.raises(StoreError, match="give another --out"):
        write_report("", tmp_path / "missing" / "a.html")


def test_lines_of_documents() -> None:
    found = lines_of(["transatlantic-burden-sharing 16, 24", "closing-the-capabilities-gap 90-92; a-b 1"])
    assert found == {
        ("transatlantic-burden-sharing", 16), ("transatlantic-burden-sharing", 24), ("closing-the-capabilities-gap", 90),
        ("closing-the-capabilities-gap", 91), ("closing-the-capabilities-gap", 92), ("a-b", 1),
    }  # fmt: skip


def test_small_pieces_are_escaped() -> None:
    assert text('<a b="c">') == "&lt;a b=&quot;c&quot;&gt;"
    assert link("javascript:alert(1)") == "javascript:alert(1)"
    assert link("https://a.b/?x=1&y") == '<a href="https://a.b/?x=1&amp;y" rel="noreferrer">https://a.b/?x=1&amp;y</a>'
    assert "\N{MINUS SIGN}0.1" in table(["", "n"], [["x", "-0.1"]], numbers=(1,))
