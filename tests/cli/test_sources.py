from __future__ import annotations

import json


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
