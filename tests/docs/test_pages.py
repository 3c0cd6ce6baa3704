"""The documentation agrees with the model, and its links lead somewhere."""

from __future__ import annotations

import csv
import re
import sys

import pytest
import yaml

from sim.catalogue import catalogue
from tests.docs.pages import DOCS, PAGES, ROOT, links, name
from tools import docs
from tools.docpages.model import fingerprint
from tools.docpages.writing import cell, filled, table

ROOMS = catalogue().rooms
MATHS = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.S)


def room_page(room):
    page = DOCS / "model" / "rooms" / f"{room}.md"
    return page.read_text(encoding="utf-8") if page.is_file() else ""


def checked_against(room):
    """What a page says of its typeset equations; None where they are generated from the room's own."""
    found = re.search(r"<!-- equations checked against (\w+) -->", room_page(room))
    return found and found[1]


TYPESET = {room: checked_against(room) for room in ROOMS if checked_against(room)}


def test_generated_parts_are_up_to_date(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["docs.py", "--check"])
    assert docs.main() == 0, f"run `python tools/docs.py`:\n{capsys.readouterr().out}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files(page):
    targets = [t.split("#", 1)[0] for t in links(page) if not re.match(r"[a-z]+:", t)]
    assert [t for t in targets if t and not (page.parent / t).resolve().is_file()] == []


def test_every_page_is_in_the_navigation():
    text = re.sub(r"!!python/\S+", "", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = set(re.findall(r"[\w/.-]+\.md", str(yaml.safe_load(text)["nav"])))
    assert {p for p in listed if not (DOCS / p).is_file()} == set()
    reached_from_a_list = {name(p) for p in PAGES if p.parent.name == "decisions"}
    assert {name(p) for p in PAGES} - listed - reached_from_a_list == set()


@pytest.mark.parametrize("room", ROOMS)
def test_equations_are_typeset_and_checked_or_generated(room):
    assert room_page(room), f"{room} has no page: run `python tools/docs.py`"
    generated = f"<!-- generated: equations of {room} -->" in room_page(room)
    assert generated or room in TYPESET, f"{room}: say against which equations of the room those of the page were checked"
    assert not (generated and room in TYPESET), f"{room}: the equations are typeset, so the generated ones can go"


@pytest.mark.parametrize("room", TYPESET)
def test_equations_were_checked_against_the_rooms_own(room):
    told = f"the equations of {room} changed: check its page against the code, then write {fingerprint(room)} there"
    assert TYPESET[room] == fingerprint(room), told


@pytest.mark.parametrize("room", TYPESET)
def test_letters_stand_for_names_of_the_model(room):
    letters = room_page(room).split("## Letters", 1)[1].split("<!-- generated", 1)[0]
    found = catalogue()
    known = found.parameters.keys() | found.variables.keys() | found.levers.keys()
    names = re.findall(r"`([^`]+)`", letters)
    assert names
    assert [n for n in names if n not in known] == []


@pytest.mark.parametrize("room", TYPESET)
def test_formulas_can_be_shown_without_a_script(room):
    convert = pytest.importorskip("latex2mathml.converter").convert
    formulas = [block or line for block, line in MATHS.findall(room_page(room))]
    assert len(formulas) > 5
    assert [f for f in formulas if "\\" in convert(f)] == []


def test_a_room_without_a_page_gets_one_with_its_own_equations(monkeypatch, tmp_path):
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    monkeypatch.setattr(docs.reference, "PAGES", {})
    page = dict(docs.pages())[tmp_path / "model" / "rooms" / "hybrid.md"]
    assert page.startswith("# Hybrid\n\n<!-- generated: claim of hybrid -->")
    assert "```text\nh   = T [ a (z + (1 - z) W)" in page
    assert "| `w_kit` |" in page
    assert filled(page, docs.section, "hybrid.md") == page


def test_the_navigation_lists_every_room():
    text = docs.NAVIGATION.read_text(encoding="utf-8")
    assert docs.navigation(text) == text
    assert docs.navigation(text.replace("          - Council: model/rooms/council.md\n", "")) == text


def test_sections_are_replaced_and_the_rest_is_kept():
    page = "before\n<!-- generated: x -->\nold\n<!-- end generated -->\nafter\n"
    made = filled(page, {"x": "new"}.__getitem__, "page.md")
    assert made == "before\n<!-- generated: x -->\n\nnew\n\n<!-- end generated -->\nafter\n"
    assert filled(made, {"x": "new"}.__getitem__, "page.md") == made
    with pytest.raises(SystemExit, match="no generator"):
        filled(page, {}.__getitem__, "page.md")


def test_cells_keep_a_table_whole():
    assert cell("a | b\n c <d>") == "a \\| b c &lt;d>"
    assert table(["x"], []) == "None."


def test_every_table_of_the_record_is_shown_row_by_row():
    """Parameters cite the tables by name: a reader must be able to look the rows up."""
    sections = (DOCS / "data" / "record.md").read_text(encoding="utf-8").split("\n## ")[1:]
    shown = {s.split("`")[1]: sum(line.startswith("| ") for line in s.splitlines()) - 2 for s in sections}
    rows = {f.name: len(list(csv.DictReader(f.open(encoding="utf-8")))) for f in (ROOT / "sim" / "data").glob("*.csv")}
    assert shown == {file: count for file, count in rows.items() if file != "figures.csv"}


def test_code_in_a_cell_stands_as_it_is_typed():
    assert cell("`force.veto.<states>` if a < b | c\n`<x>`") == "`force.veto.<states>` if a &lt; b \\| c `<x>`"
