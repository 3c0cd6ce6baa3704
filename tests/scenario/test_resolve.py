import os

import pytest

from sim.errors import InputError
from sim.scenario import check, load_scenario, shipped_folder, shipped_names

from .helpers import findings


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder, name, text):
    (folder / f"{name}.yaml").write_text(text)


def test_a_name_means_this_folder_then_the_shipped_ones(folder):
    assert load_scenario("baseline").title == "The region as it stands"
    write(folder, "baseline", "title: Mine\n")
    assert load_scenario("baseline").title == "Mine"


def test_a_file_may_be_given_by_any_path(folder):
    (folder / "deep").mkdir()
    (folder / "deep" / "case.yml").write_text("extends: parent\n")
    (folder / "deep" / "parent.yaml").write_text("end: 2031Q2\n")
    for path in ("deep/case.yml", folder / "deep" / "case.yml"):
        assert load_scenario(path).end == "2031Q2"
    assert load_scenario("deep/case.yml").name == "case"


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(InputError, match="nearest: enlargement_veto"):
        load_scenario("enlargment_veto")


def test_the_reference_is_the_root_of_the_chain(folder):
    write(folder, "a", "extends: b\n")
    write(folder, "b", "extends: baseline\nlevers: {eu.mediation: 0.9}\n")
    made = load_scenario("a")
    assert made.reference == "baseline"
    assert made.root().name == "baseline"
    assert made.root().plan().levers == {}
    assert load_scenario("baseline").root().name == "baseline"


def test_mistakes_of_parents_come_with_the_parents_name(folder):
    write(folder, "a", "extends: b\nlevers: {eu.mediaton: 1}\n")
    write(folder, "b", "extends: c\ntitle: 3\n")
    write(folder, "c", "levers:\n  eu.funding: 9\n")
    found = [(f.file, f.line, f.column) for f in check("a")]
    assert found == [("a.yaml", 2, 10), ("b.yaml", 2, 8), ("c.yaml", 2, 15)]


def test_a_mistake_that_the_child_hides_is_still_reported(folder):
    write(folder, "a", "extends: b\nlevers: {eu.mediation: 0.5}\nuncertain: {eu.funding: {distribution: constant, value: 1}}\n")
    write(folder, "b", "levers: {eu.mediation: 5}\nuncertain: {eu.funding: {distribution: uniform, low: 3, high: 1}}\n")
    assert [(f.file, f.path) for f in check("a")] == [("b.yaml", "levers.eu.mediation"), ("b.yaml", "uncertain.eu.funding.low")]


def test_a_parent_that_is_not_yaml_is_reported_beside_the_childs_mistakes(folder):
    write(folder, "a", "extends: b\ntitle: 3\n")
    write(folder, "b", "title: [\n")
    assert [f.file for f in check("a")] == ["a.yaml", "b.yaml"]


def test_an_unknown_parent(folder):
    write(folder, "a", "extends: basline\n")
    assert str(check("a")[0]).startswith("a.yaml:1:10: extends: unknown scenario 'basline'")
    assert "nearest: baseline" in str(check("a")[0])


@pytest.mark.parametrize("length", [1, 2, 3])
def test_circles_are_refused_with_the_chain(folder, length):
    names = ["a", "b", "c"][:length]
    for name, parent in zip(names, [*names[1:], "a"], strict=True):
        write(folder, name, f"extends: {parent}\n")
    found = check("a")
    assert len(found) == 1
    assert " -> ".join([*names, "a"]) in found[0].message
    assert found[0].file == f"{names[-1]}.yaml"


def test_long_chains_are_refused(folder):
    for i in range(40):
        write(folder, f"s{i}", f"extends: s{i + 1}\n")
    assert "a chain of more than 16" in check("s0")[0].message


def test_a_link_that_leads_out_of_the_folder_is_refused(folder, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.yaml"
    secret.write_text("title: secret\n")
    os.symlink(secret, folder / "parent.yaml")
    write(folder, "a", "extends: parent\n")
    assert "parent.yaml is a link that leads out of its folder" in check("a")[0].message
    os.symlink(folder / "loop.yaml", folder / "loop.yaml")
    write(folder, "b", "extends: loop\n")
    assert "loop.yaml is a link that leads nowhere" in check("b")[0].message


def test_a_link_within_the_folder_is_fine(folder):
    write(folder, "real", "end: 2031Q2\n")
    os.symlink(folder / "real.yaml", folder / "alias.yaml")
    write(folder, "a", "extends: alias\n")
    assert load_scenario("a").end == "2031Q2"


@pytest.mark.parametrize("parent", ["../other", "/etc/hostname", "..", "a/b", "a.b", "a\\\\b", ""])
def test_extends_is_never_a_path(parent):
    assert any("extends" in line and "allowed: one name of a scenario" in line for line in findings(f'extends: "{parent}"\n'))


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", ".", "no/such/file.yaml", "x" * 5000, "a\0b", "", "~"])
def test_what_is_no_file_is_refused(path):
    with pytest.raises(InputError):
        load_scenario(path)
    assert check(path)


def test_a_pipe_is_not_read(folder):
    os.mkfifo(folder / "pipe.yaml")
    assert "not a file" in check("pipe.yaml")[0].message


@pytest.mark.parametrize("kind", ["a directory", "a named pipe", "a file that does not end in .yaml"])
def test_what_is_no_scenario_is_named(folder, kind):
    make = {"a directory": os.mkdir, "a named pipe": os.mkfifo, "a file that does not end in .yaml": lambda file: file.touch()}[kind]
    make(folder / ("odd" if kind.startswith("a file") else "odd.yaml"))
    write(folder, "a", "extends: odd\n")
    message = check("a")[0].message
    assert kind in message
    assert "unknown" not in message
    assert "nearest: odd" not in message


def test_what_stands_where_a_scenario_was_asked_for_is_named(folder):
    os.mkfifo(folder / "odd.yaml")
    assert "no scenario 'odd': odd.yaml is a named pipe" in check("odd")[0].message
    (folder / "here").mkdir()
    assert "a directory, not a file" in check("here")[0].message
    os.symlink(folder / "gone.yaml", folder / "link.yaml")
    assert "a link that leads nowhere" in check("link.yaml")[0].message


@pytest.mark.parametrize("given", [None, 3, b"baseline", ["baseline"]])
def test_what_is_neither_a_name_nor_a_file(given):
    with pytest.raises(InputError, match=r"is neither a name nor a file; allowed: the name of a scenario or a YAML file"):
        load_scenario(given)


def test_a_file_named_as_a_shipped_scenario_may_extend_that_one(folder):
    write(folder, "baseline", "extends: baseline\ntitle: Mine\nlevers: {eu.mediation: 0.9}\n")
    made = load_scenario("baseline")
    assert (made.title, made.reference) == ("Mine", "baseline")
    assert made.root().title == "The region as it stands"
    assert made.root().document != made.document
    assert load_scenario(folder / "baseline.yaml").document == made.document


def test_a_circle_by_way_of_a_shipped_name_says_whose_name_it_is(folder):
    write(folder, "baseline", "extends: mine\n")
    write(folder, "mine", "extends: baseline\n")
    for name in ("baseline", "mine"):
        (found,) = check(name)
        assert "a circle: " in found.message
        assert "'baseline' is a file of this folder, not the shipped scenario of that name" in found.message


def test_a_file_in_place_of_a_shipped_scenario_is_noticed(folder):
    write(folder, "mine", "extends: enlargement_veto\n")
    assert load_scenario("mine").plan().notices == load_scenario("enlargement_veto").plan().notices
    write(folder, "enlargement_veto", "extends: baseline\n")
    told = "enlargement_veto.yaml is used in place of the shipped scenario 'enlargement_veto'; give it another name to use the shipped one"
    assert load_scenario("enlargement_veto").plan().notices == (told,)
    assert load_scenario("mine").plan().notices == (told,)
    assert load_scenario("enlargement_veto.yaml").plan().notices == ()  # a path leaves no doubt
    assert load_scenario(shipped_folder() / "enlargement_veto.yaml").plan("clear_rules").notices == ()


def test_the_shipped_folder_is_not_in_place_of_itself(monkeypatch):
    monkeypatch.chdir(shipped_folder())
    assert load_scenario("no_veto").plan().notices == ()


def test_a_file_without_permission_is_refused(folder):
    write(folder, "a", "title: x\n")
    (folder / "a.yaml").chmod(0)
    if os.access(folder / "a.yaml", os.R_OK):
        (folder / "a.yaml").unlink()  # the superuser reads everything: test what vanished instead
    assert check("a")


def test_a_child_may_shorten_the_run_under_its_parents_events(folder):
    write(folder, "b", "end: 2034Q4\nevents: [{id: late, at: 2033Q1, set: {eu.funding: 2}}]\nlevers: {force.secession: 2033Q2}\n")
    write(folder, "a", "extends: b\nend: 2030Q4\n")
    assert check("a") == []
    notices = load_scenario("a").plan().notices
    assert "event late lies after the run" in notices
    assert any("force.secession in 2033Q2 lies outside the run" in n for n in notices)


def test_the_shipped_folder_is_there():
    assert (shipped_folder() / "baseline.yaml").is_file()
    assert "baseline" in shipped_names()
