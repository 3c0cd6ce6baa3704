import pytest

from sim.errors import InputError
from sim.scenario.findings import Report
from sim.scenario.text import DEEPEST, LARGEST, MOST_VALUES, REFUSED, node_of, parse, scalar, value_of

from .helpers import at, findings, only


def read(text):
    report = Report()
    node = parse(text, "f.yaml", report)
    assert not report.findings, report.findings
    return node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("NO", "NO"), ("on", "on"), ("off", "off"), ("yes", "yes"), ("y", "y"), ("12:30:45", "12:30:45")),
        *(("1e-3", 0.001), ("1E3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-0", 0), ("+3", 3), ("010", 10), ("0x1F", 31), ("0o17", 15)),
        *(("true", True), ("FALSE", False), ("~", None), ("", None), ("Null", None), ("nULL", "nULL"), ("1_000", "1_000")),
        *(("2024-01-01", "2024-01-01"), ("=", "="), ("<<", "<<"), ("1e", "1e"), (".", "."), ("0b1", "0b1")),
    ],
)
def test_scalars_follow_yaml_1_2(text, value):
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".inf", "-.INF", "1e999", "-1e999", "1" + "0" * 5000])
def test_numbers_that_are_not_finite_are_refused(text):
    assert scalar(text) is REFUSED


def test_quoted_text_stays_text():
    assert read('a: "1"\nb: \'true\'\nc: "~"\n').plain() == {"a": "1", "b": "true", "c": "~"}


def test_every_value_and_key_knows_its_place():
    node = read("a:\n  b: [1, {c: 2}]\n")
    inner = node.value["a"].value["b"]
    assert (node.keys["a"].line, node.keys["a"].column) == (1, 1)
    assert (inner.place.line, inner.place.column) == (2, 6)
    assert (inner.value[1].value["c"].place.line, inner.value[1].value["c"].place.column) == (2, 14)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    node = read("\ufefftitle: x\r\nquestion: y\r\n".encode())
    assert node.plain() == {"title": "x", "question": "y"}
    assert node.keys["question"].line == 2


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("title: a\ntitle: b\n", "2:1 title", "stands here twice (first in line 1)"),
        ("title: &x a\n", "1:8 title", "anchors are refused"),
        ("title: !!str a\n", "1:8 title", "tags are refused"),
        ("title: ! a\n", "1:8 title", "tags are refused"),
        ("title: !!python/object/apply:os.system [ls]\n", "1:8 title", "tags are refused"),
        ("title: a\n---\ntitle: b\n", "2:1 scenario", "a second document"),
        ("levers: {eu.mediation: .nan}\n", "1:24 levers.eu.mediation", "not a finite number"),
        ("levers: {eu.mediation: -.inf}\n", "1:24 levers.eu.mediation", "not a finite number"),
        ("levers: {eu.mediation: 1e999}\n", "1:24 levers.eu.mediation", "not a finite number"),
        ("1: a\n", "1:1 scenario", "the key 1 is a number; allowed: words, in quotes"),
        ("true: a\n", "1:1 scenario", "the key true is true/false"),
        ("? [a]\n: b\n", "1:3 scenario", "allowed: words"),
        ("title: [a\n", "2:1 title", "not YAML"),
        ("a:\n\t- 1\n", "2:1 a", "allowed: spaces, no tabs"),
        ('title: "a\\eb"\n', "1:8 title", "control character"),
        ("title: a\x00b\n", "1:9 scenario", "control character \\x00"),
        (b"title: ok\nquestion: \xff\n", "2:11 scenario", "UTF-8"),
        ("", "1:1 scenario", "empty"),
        ("# nothing\n", "1:1 scenario", "empty"),
        (b"\xff\xfea\x00", "1:1 scenario", "UTF-8"),
    ],
)
def test_what_is_refused_and_where(text, where, words):
    assert where in at(text)
    assert any(words in line for line in findings(text)), findings(text)


def test_an_alias_is_refused_and_not_followed():
    assert any("aliases are refused ('x')" in line for line in findings("title: &x a\nquestion: *x\n"))


def test_a_refused_value_is_reported_once():
    assert only("end: .nan\n").startswith("f.yaml:1:6: end: ")


def test_limits_of_size_depth_and_number():
    assert f"{LARGEST // 1024} kB" in only(b"#" * (LARGEST + 1))
    assert f"{DEEPEST} levels" in only("title: " + "[" * 2000)
    assert f"{MOST_VALUES} values" in findings("sources: [" + "a," * (MOST_VALUES + 1) + "]")[-1]


def test_messages_escape_and_shorten_what_they_quote():
    line = findings('"\\e[31m' + "x" * 500 + '": 1\n')[-1]
    assert "\x1b" not in line
    assert len(line) < 600


def test_one_value_as_after_set():
    assert value_of("[SRB, ALB]") == ["SRB", "ALB"]
    assert value_of("{2024Q1: 2, 2029Q1: 0.5}") == {"2024Q1": 2, "2029Q1": 0.5}
    assert value_of("off") == "off"
    with pytest.raises(InputError, match=r"--set:1:1: "):
        value_of("&a 1")


def test_python_data_is_held_to_the_same_rules():
    report = Report()
    node = node_of({"a": float("nan"), 1: 2, "b": object(), "c": {"x", "y"}}, "levers", report)
    assert [f.path for f in report.findings] == ["levers", "levers.a", "levers.b"]
    assert node.value["a"].refused
    assert node.value["c"].plain() == ["x", "y"]
    endless: dict = {}
    endless["x"] = endless
    node_of(endless, "levers", report)
    assert "nested too deeply" in report.findings[-1].message
