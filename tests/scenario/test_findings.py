import pytest

from sim.errors import InputError
from sim.scenario.findings import Finding, Place, Report, shown


def test_a_finding_reads_file_line_column_path_message():
    assert str(Finding("f.yaml", 3, 7, "levers.x", "is wrong; allowed: y")) == "f.yaml:3:7: levers.x: is wrong; allowed: y"
    assert str(Finding("", 0, 0, "levers.x", "is wrong")) == "levers.x: is wrong"


def test_the_same_finding_counts_once():
    report = Report()
    report.add(Place("f", 1, 1), "a", "b")
    report.add(Place("f", 1, 1), "a", "b")
    assert len(report.findings) == 1


def test_an_unknown_name_comes_with_what_is_allowed_and_the_nearest():
    report = Report()
    report.unknown(Place("f", 1, 1), "a", "word", "helo", ("hello", "world"))
    assert report.findings[0].message == "unknown word 'helo'; allowed: hello, world; nearest: hello"


def test_findings_are_raised_all_at_once():
    report = Report()
    for line in (1, 2, 3):
        report.add(Place("f", line, 1), "a", "b")
    with pytest.raises(InputError) as caught:
        report.raise_if_any()
    assert len(caught.value.findings) == 3


def test_thousands_of_findings_are_cut_with_a_word():
    report = Report()
    for line in range(2000):
        report.add(Place("f", line + 1, 1), "a", "b")
    assert len(report.findings) == 501
    assert "more than 500" in report.findings[-1].message


def test_control_characters_are_escaped():
    assert shown("a\x1b[1mb\nc\u202ed") == "a\\x1b[1mb\\nc\\u202ed"
