from __future__ import annotations

import json

from sim.cli.sources import _matters
from sim.provenance.mattering import Mattering


def test_the_model_as_shipped(command):
    done = command("sources")
    assert done.code == 0
    assert "are assumed" in " ".join(done.out.split())
    assert "V-Dem" in done.out


def test_json_of_a_run(command, folder):
    command("run", "short.yaml", "--worlds", "64", "--out", "r")
    done = command("sources", "r", "--json")
    assert done.code == 0
    found = json.loads(done.out)
    assert found["about"]["run"] == "short"
    assert found["summary"]["parameters"] == len(found["parameters"])
    assert {"figures", "levers", "starting_values", "tables", "references", "that_matter"} <= found.keys()
    assert "too few" in found["that_matter"]["why_not"]


def test_bibtex(command):
    done = command("sources", "--bibtex")
    assert done.code == 0
    assert done.out.startswith("@")
    assert "@article{kuik_2008," in done.out


def test_bad_input(command):
    assert command("sources", "nothing_here").code == 2
    assert command("sources", "--json", "--bibtex").code == 2
    assert command("sources", "--outcome", "SRB.democracy").code == 2


def test_one_of_a_kind_is_told_in_the_singular(command):
    command("run", "short.yaml", "--worlds", "1", "--out", "one")
    found = json.loads(command("sources", "one", "--json").out)
    assert found["that_matter"]["why_not"] == "1 world is too few to tell what matters; 100 or more would do"
    first, second = ({"name": f"parameters.{room}.x", "status": "assumed", "strength": 0.5} for room in ("council", "dialogue"))
    told = [str(_matters(Mattering("SRB.democracy", "rank correlation", inputs=rows))[0]) for rows in ((first,), (first, second))]
    assert told == [
        "1 parameter matters for SRB.democracy; it is assumed (rank correlation).",
        "2 parameters matter for SRB.democracy; 100 in 100 of them are assumed (rank correlation).",
    ]
