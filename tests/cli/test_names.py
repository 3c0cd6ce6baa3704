"""`balkansim names`: everything that can be set or read, and the near names of what cannot."""

from __future__ import annotations

from pathlib import Path

from sim.catalogue import catalogue


def test_every_lever_and_outcome_is_there_with_its_range_default_unit_and_meaning(command):
    data = command("names", "--json").data
    known = catalogue()
    assert [e["name"] for e in data["levers"]] == list(known.levers)
    assert [e["name"] for e in data["outcomes"]] == [*known.state_outcomes, *known.region_outcomes]
    assert [e["name"].split(".<")[0] for e in data["events"]] == [f"force.{name}" for name in known.events]
    assert [e["name"] for e in data["rooms"]] == [f"mechanisms.{room}" for room in known.rooms]
    assert [e["name"] for e in data["parameters"]] == [f"parameters.{name}" for name in known.parameters]
    for entry in data["levers"]:
        assert entry["means"]
        assert entry["room"] in known.rooms
        assert entry["default"] is not None
        assert entry["range"] or entry["values"]
    for entry in data["outcomes"]:
        assert entry["unit"]
        assert entry["range"] or entry["values"]


def test_a_word_finds_names_meanings_rooms_events_and_parameters(command):
    data = command("names", "veto", "--json").data
    assert "eu.veto_propensity" in [e["name"] for e in data["levers"]]
    assert "vetoed" in [e["name"] for e in data["outcomes"]]
    assert "force.veto.<states>.<members>" in [e["name"] for e in data["events"]]
    assert "mechanisms.council" in [e["name"] for e in command("names", "council", "--json").data["rooms"]]
    assert command("names", "Belgrade", "--json").data["levers"]
    assert "eu_alignment" in [e["name"] for e in command("names", "SRB.eu_alignment", "--json").data["outcomes"]]


def test_nothing_found_is_1_and_offers_near_names(command):
    done = command("names", "vetto_propensty")
    assert (done.code, done.out) == (1, "")
    assert "eu.veto_propensity" in done.err
    assert command("names", "vetto_propensty", "--json").data["near"][0] == "eu.veto_propensity"
    assert command("names", "qqqqqqqq", "--json").data["near"] == []


def test_the_table_keeps_to_100_columns(command):
    done = command("names")
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= 100
    assert "eu.veto_propensity" in done.out


def test_every_lever_and_parameter_says_where_its_default_comes_from(command):
    data = command("names", "--json").data
    assert all(e["status"] and (e["source"] or e["because"]) for kind in ("levers", "parameters") for e in data[kind])
    (funding,) = command("names", "eu.funding", "--json").data["levers"]
    assert (funding["status"], funding["because"]) == ("by definition", "today's level")
    page = (Path(__file__).parents[2] / "docs" / "reference" / "levers.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.splitlines() if line.startswith("| `eu.funding`"))
    assert row.endswith("| by definition: today's level |")
