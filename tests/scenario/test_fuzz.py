"""No file, however broken or large, gives anything but an InputError, and none takes long."""

import time

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.scenario import Scenario, shipped_folder, shipped_names

from .helpers import findings
from .test_scenario import EXAMPLE

SETTINGS = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXTS = [EXAMPLE, *((shipped_folder() / f"{n}.yaml").read_text(encoding="utf-8") for n in shipped_names()[:6])]
SNIPPETS = st.sampled_from(
    ["\t", "\n", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "!!x ", "'", '"', "#", "|", ">", "?", "%", "\x00", "\x1b", "---\n", "...\n",
     "1e999", ".nan", "99999Q9", "2024Q1", "true", "null", "SRB", "states.", "\u2028", "\ud800".encode("utf-8", "replace").decode(),
     "initial.", "clamp.", "force.veto.", "<<: ", "éü", "\ufeff", "9" * 400, "x" * 300]
)  # fmt: skip


def survives(data: bytes | str) -> None:
    lines = findings(data)
    assert all("\x1b" not in line and "\n" not in line for line in lines)
    try:
        made = Scenario.from_text(data, "example")  # type: ignore[arg-type]
    except InputError:
        assert lines
        return
    assert lines == []
    for policy in ("none", *made.policies):
        made.plan(policy)


@SETTINGS
@given(st.binary(max_size=400))
def test_random_bytes(data):
    survives(data)


@SETTINGS
@given(st.text(max_size=400))
def test_random_text(text):
    survives(text)


@SETTINGS
@given(st.sampled_from(TEXTS), st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 30), SNIPPETS), min_size=1, max_size=4))
def test_mutated_files(text, cuts):
    for position, length, snippet in cuts:
        position %= len(text) + 1
        text = text[:position] + snippet + text[position + length :]
    survives(text)


KEYS = st.sampled_from(
    ["levers", "uncertain", "events", "branches", "policies", "answer", "remove", "sources", "start", "end", "name", "extends", "id", "at",
     "from", "to", "until", "set", "ramp", "force", "weight", "distribution", "low", "high", "values", "outcome", "eu.mediation", "x",
     "states.fragility", "clamp.democracy", "force.veto.MKD", "mechanisms.council", "initial.SRB.crisis", "eu.defence_access"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 3000), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5),
    st.sampled_from(["2024Q1", "2030Q4", "SRB", "uniform", "choice", "baseline", "secession", "on", "veto.MKD.BGR", "a"]),
)  # fmt: skip
TREES = st.recursive(LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)), max_leaves=25)


@SETTINGS
@given(st.dictionaries(KEYS, TREES, max_size=6))
def test_wild_structures(tree):
    survives(yaml.safe_dump(tree, allow_unicode=True))


@SETTINGS
@given(TREES)
def test_wild_arguments(tree):
    made = Scenario.from_text("title: x", "example")
    for arguments in ({"levers": tree}, {"base": tree}, {"end": tree}):
        try:
            made.plan(**arguments)
        except InputError:
            continue


@pytest.mark.parametrize(
    "text",
    [
        "[" * 250_000,
        "{a: " * 60_000,
        "- " * 120_000,
        "? " * 120_000,
        "a:\n " * 60_000,
        "&a " * 80_000,
        '"' + "a" * 250_000,
        "a: |\n" + "  x\n" * 60_000,
        "levers: {" + ", ".join(f"x{i}: 1" for i in range(18_000)) + "}",
        "levers: {" + ", ".join(f"states.SRB.x{i}: 1" for i in range(9_000)) + "}",
        "levers: {" + ", ".join(f"clamp.SRB.x{i}: 1" for i in range(9_000)) + "}",
        "levers: {eu: {" + ", ".join(f"x{i}: 1" for i in range(9_000)) + "}}",
        "\n".join(f"k{i}: 1" for i in range(19_000)),
        "events: [" + ", ".join(f"{{id: e{i}, at: 2026Q1, force: x}}" for i in range(4_000)) + "]",
        "events: [" + ", ".join(f"{{id: e{i}, at: 2026Q1, force: secession}}" for i in range(2_400)) + "]",
        "policies: {" + ", ".join(f"p{i}: {{levers: {{eu.mediation: 0.1}}}}" for i in range(3_000)) + "}",
        "title: " + "x" * 250_000,
        "'" + "x" * 250_000 + "': 1",
        "levers: {eu.mediation: " + "9" * 250_000 + "}",
        "a: 1\n" * 19_000,
        "b: [" + "[1]," * 9_000 + "]",
    ],
    ids=range(21),
)
def test_large_and_deep_files_end_soon(text):
    begin = time.process_time()
    survives(text)
    assert time.process_time() - begin < 5
