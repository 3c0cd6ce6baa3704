"""Claims files: what is read, and every mistake with its place."""

import pytest

from sim.claims.reading import not_expressed, parent_of, read_claims, shipped_file
from sim.errors import InputError

GOOD = """
- id: C03
  claim: More vetoes lower the candidates' alignment, by way of credibility.
  source: transatlantic-burden-sharing 16, 24
  base: {}
  contrast: {a: {eu.veto_propensity: 0}, b: {eu.veto_propensity: 3}}
  outcome: mean.eu_alignment
  window: [2026Q1, 2033Q4]
  statistic: mean
  expect: decrease
  margin: 0.01
  mediator: {clamp.eu.credibility: baseline}
- id: order
  outcome: eu_alignment
  statistic: ordering
  expect: {above: [ALB, MKD], below: [SRB]}
"""


def mistakes(tmp_path, text):
    file = tmp_path / "claims.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        read_claims(file)
    return [finding.removeprefix(f"{file}:") for finding in caught.value.findings]


def test_a_sound_file(tmp_path):
    file = tmp_path / "claims.yaml"
    file.write_text(GOOD)
    first, second = read_claims(file)
    assert (first.id, first.scenario.name, first.expect, first.margin) == ("C03", "baseline", "decrease", 0.01)
    assert first.mediator == {"clamp.membership_credibility": "baseline"}
    assert (second.a, second.b, second.above, second.below) == (None, None, ("ALB", "MKD"), ("SRB",))
    assert (second.window, second.margin) == (("2026Q1", "2033Q4"), 0.0)


def test_the_scenario_stands_beside_the_file(tmp_path):
    (tmp_path / "short.yaml").write_text("extends: baseline\nend: 2030Q4\n")
    (tmp_path / "claims.yaml").write_text(GOOD.replace("  base: {}", "  scenario: short"))
    assert [c.scenario.name for c in read_claims(tmp_path / "claims.yaml")] == ["short", "baseline"]


BASE = "- id: a\n  outcome: mean.democracy\n  expect: increase\n  contrast: {a: {}, b: {eu.mediation: 1}}\n"


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("eu.mediation", "eu.mediatoin", "4:25", "unknown lever 'eu.mediatoin'"),
        ("eu.mediation: 1", "eu.mediation: 2", "4:39", "out of range"),
        ("eu.mediation: 1", "force.secession: 2090Q1", "4:42", "outside the run"),
        ("mean.democracy", "democracy", "2:12", "allowed: mean.democracy, or SRB.democracy"),
        ("mean.democracy", "mean.accession_stage", "2:12", "is text"),
        ("mean.democracy", "[]", "2:12", "an empty list"),
        ("expect: increase", "expect: increas", "3:11", "nearest: increase"),
        ("expect: increase", "expect: none", "1:3", "within a margin"),
        ("expect: increase", "expect: increase\n  window: [2030Q1, 2029Q1]", "4:11", "runs backwards"),
        ("expect: increase", "expect: increase\n  window: [2020Q1, 2029Q1]", "4:11", "before the run"),
        ("expect: increase", "expect: increase\n  window: [2030Q1]", "4:11", "1 quarters"),
        ("expect: increase", "expect: increase\n  window: [2030Q1, 2199Q4]", "4:11", "allowed: up to 200 quarters"),
        ("expect: increase", "expect: increase\n  margin: -1", "4:11", "out of range"),
        ("expect: increase", "expect: increase\n  margin: true", "4:11", "not a number"),
        ("expect: increase", "expect: increase\n  statistic: median", "4:14", "unknown statistic"),
        ("expect: increase", "expect: increase\n  mediatr: {}", "4:3", "nearest: mediator"),
        ("expect: increase", "expect: increase\n  mediator: {clamp.alignment: baseline}", "4:14", "clamp.eu_alignment"),
        ("expect: increase", "expect: increase\n  scenario: nowhere", "4:13", "unknown scenario 'nowhere'"),
        ("  contrast: {a: {}, b: {eu.mediation: 1}}\n", "", "1:3", "lacks 'a'"),
        ("{a: {}, b: {eu.mediation: 1}}", "{a: {}}", "4:13", "lacks 'b'"),
        ("{a: {}, b: {eu.mediation: 1}}", "{a: {}, b: {eu: {mediation: 1}}}", "4:25", "eu.mediation"),
        ("id: a", "id: a b", "1:7", "cannot be a name"),
        ("- id: a\n  outcome", "- outcome", "1:3", "lacks 'id'"),
        ("expect: increase\n  ", "", "1:3", "lacks 'expect'"),
        ("outcome: mean.democracy\n  ", "", "1:3", "lacks 'outcome'"),
    ],
)
def test_one_mistake(tmp_path, old, new, where, words):
    assert old in BASE
    found = mistakes(tmp_path, BASE.replace(old, new, 1))
    assert any(f.startswith(f"{where}:") and words in f for f in found), found


@pytest.mark.parametrize("contrast", ["", "{}", "{b: {}}", "{a: {}, c: {}}", "x", "[a, b]"])
def test_a_contrast_without_its_arms_is_one_mistake(tmp_path, contrast):
    text = f"- {{id: A, claim: c, source: s, contrast: {contrast}, outcome: alignment, expect: decrease}}\n"
    (line,) = mistakes(tmp_path, text)
    assert ": A.contrast: " in line
    assert "allowed: " in line


def test_an_ordering_compares_states(tmp_path):
    text = "- id: o\n  statistic: ordering\n  outcome: mean.democracy\n  expect: {above: [ALB, SBR], below: [ALB]}\n"
    found = "\n".join(mistakes(tmp_path, text))
    for words in ("unknown outcome of states", "unknown state 'SBR'", "'ALB' stands on both sides"):
        assert words in found


def test_every_mistake_at_once_in_order(tmp_path):
    text = BASE + BASE + "- id: b\n  outcome: x.y\n  expect: up\n  contrast: {a: {q.r: 1}, b: {}}\n"
    found = mistakes(tmp_path, text)
    assert [f.split(":")[0] for f in found] == ["5", "10", "11", "12"]
    assert "stands here twice (first in line 1)" in found[0]


@pytest.mark.parametrize("text", ["", "a: 1", "[]", "- 3", "- id: [", "-\n"])
def test_files_that_are_no_list_of_claims(tmp_path, text):
    assert mistakes(tmp_path, text)


def test_a_missing_file_is_bad_input(tmp_path):
    with pytest.raises(InputError, match=r"none\.yaml:1:1: claims: cannot be read: No such file"):
        read_claims(tmp_path / "none.yaml")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "- {id: a, x: !!str b}", "\x00", "[" * 40])
def test_no_message_calls_a_claims_file_a_scenario(tmp_path, text):
    assert not any("scenario" in line.partition("; allowed")[0] for line in mistakes(tmp_path, text))


def test_a_broken_scenario_is_reported_with_its_own_place(tmp_path):
    (tmp_path / "broken.yaml").write_text("extends: baseline\nlevers: {eu.mediatoin: 1}\n")
    (tmp_path / "claims.yaml").write_text(BASE.replace("expect", "scenario: broken\n  expect", 1))
    with pytest.raises(InputError, match=r"broken\.yaml:2:10"):
        read_claims(tmp_path / "claims.yaml")


def test_the_shipped_claims_are_sound():
    claims = read_claims(shipped_file())
    assert len({c.id for c in claims}) == len(claims) > 100
    assert all(c.claim and c.source for c in claims)
    assert not {c.id for c in claims} & {u.id for u in not_expressed()}
    assert all(u.reason for u in not_expressed())


@pytest.mark.parametrize(("identity", "parent"), [("C29a", "C29"), ("C29", "C29"), ("C116b", "C116"), ("order", "order"), ("a", "a")])
def test_statements_belong_to_claims(identity, parent):
    assert parent_of(identity) == parent
