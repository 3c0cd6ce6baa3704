from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.catalogue import catalogue
from sim.errors import DataError
from sim.provenance.references import bibtex, cited_in, load_references, unplaced
from sim.provenance.tracing import lines_in, nowhere, trace

SIM = Path(__file__).parents[2] / "sim"
TEXTS = [f for f in sorted([*SIM.rglob("*.py"), *SIM.rglob("*.yaml")]) if f.name != "references.yaml"]


@pytest.mark.parametrize("file", TEXTS, ids=lambda f: str(f.relative_to(SIM)))
def test_every_author_and_year_is_in_the_bibliography(file):
    assert unplaced(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("folder", ["levers", "parameters"])
def test_every_source_leads_somewhere(folder):
    declared = getattr(catalogue(), folder).values()
    assert [d.name for d in declared if d.source and nowhere("; ".join(d.source))] == []


def test_every_work_is_cited_or_used_by_the_documentation():
    cited = {r.short for f in TEXTS for r in cited_in(f.read_text(encoding="utf-8"))}
    assert set(load_references()) - cited == {"Grimm et al. 2020"}  # the protocol of docs/model/odd.md


@pytest.mark.parametrize(
    "text",
    [
        "Fearon and Laitin (2003) Ethnicity", "as in Fearon & Laitin 2003,", "(Downs and Jones 2002)", "Maertens et al. 2021",
        "Arrow, Chenery, Minhas & Solow 1961", "Roozenbeek & van der Linden 2019", "Flores-Macías and\n           Kreps (2013)",
    ],
)  # fmt: skip
def test_forms_of_citing(text):
    assert len(cited_in(text)) == 1
    assert unplaced(text) == []


def test_an_unknown_work_is_found():
    assert unplaced("as Nobody & Nowhere 2031 show, or Fearon & Laitin 2004") == ["Nowhere 2031", "Laitin 2004"]
    assert unplaced("from 1990 to 2013; in May 2023; SRB 2015; Serbia 2014") == []


def test_online_year_cites_the_same_work():
    assert [r.short for r in cited_in("Richter and Wunsch 2019")] == ["Richter & Wunsch 2020"]


def test_bibtex_has_one_sound_entry_per_work():
    text = bibtex(load_references().values())
    keys = re.findall(r"^@(?:article|book|incollection)\{([a-z0-9_]+),$", text, re.M)
    assert len(keys) == len(set(keys)) == len(load_references())
    assert text.count("{") == text.count("}")
    assert "and and" not in text


def test_a_work_without_title_is_refused(tmp_path):
    file = tmp_path / "works.yaml"
    file.write_text("Doe 2001: {authors: [J. Doe], year: 2001, kind: book, venue: Press}\n")
    with pytest.raises(DataError, match="Doe 2001: lacks title"):
        load_references(file)


def test_lines_of_the_documents():
    assert lines_in("closing-the-capabilities-gap 188 and 198") == ("closing-the-capabilities-gap 188", "closing-the-capabilities-gap 198")
    assert len(lines_in("transatlantic-burden-sharing 14-28, 40")) == 16


def test_sources_are_traced():
    found = trace("figures vdem_libdem MKD 2016-2017; sim/data/events.csv; Treaty on European Union, article 16(4)")
    assert (found.figures, found.tables, len(found.texts)) == (("vdem_libdem",), ("events",), 1)
    assert trace("Treaty on European Union, article 49").texts
    assert nowhere("it is well known")
