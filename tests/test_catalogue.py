"""What is declared: complete, sourced, each thing once."""

import re

import pytest

from sim.catalogue import catalogue, read
from sim.errors import DataError
from sim.parameter_values import parameter_values
from tests.helpers import plan_of

NEIGHBOUR = re.compile(
    r"\b(that|those) (share|effect|loss|pressure|rate|gain|gap)\b|^(From|Of|With|Between) |^How far (it|they|their)\b|\bas above\b"
)
"""Words that point at another declaration, or go on from the name."""

GOOD = """
levers:
  eu.pressure: {means: m, range: [0, 1], default: 0.5, status: assumed, because: b}
variables:
  states.mood: {means: m, kind: stock, unit: index, range: [0, 1], better: none, initial: {assumed: 0.5, because: b}}
parameters:
  k: {means: m, value: 0.1, unit: 1/quarter, range: [0, 1], status: assumed, because: b}
"""


def test_a_room_declares_levers_variables_and_parameters():
    kinds = read({"room": GOOD})
    assert kinds.levers["eu.pressure"].room == "room"
    assert kinds.variables["states.mood"].shape == (6,)
    assert kinds.parameters["room.k"].value == 0.1


@pytest.mark.parametrize(
    ("spoilt", "with_", "says"),
    [
        ("because: b}\nvariables", "}\nvariables", "because of what"),
        ("status: assumed, because: b}\nvariables", "status: measured}\nvariables", "names its source"),
        ("default: 0.5", "default: 1.5", "default 1.5 lies outside its range"),
        ("range: [0, 1], default: 0.5", "default: 0.5", "lever eu.pressure: lacks range"),
        ("range: [0, 1], default: 0.5", "choices: [soft, hard], default: mild", "unknown default 'mild'; allowed: soft, hard"),
        ("range: [0, 1], default: 0.5", "list_of: states, default: [SRB, XXK]", "unknown default 'XXK'.*nearest: XKX"),
        ("kind: stock", "kind: sotck", "unknown kind 'sotck'.*nearest: stock"),
        ("better: none", "better: more", "unknown better 'more'"),
        ("unit: 1/quarter", "unit: ''", "lacks unit"),
        ("value: 0.1", "value: 2", "outside its range"),
        ("range: [0, 1], better", "range: [1, 0], better", "empty"),
        ("status: assumed, because: b}\nvariables", "status: guessed, because: b}\nvariables", "unknown status"),
        ("  k: {means", "  k: {meens", "lacks means"),
        ("levers:", "levers: [", "cannot be read"),
    ],
)
def test_an_incomplete_declaration_is_refused(spoilt, with_, says):
    text = GOOD.replace(spoilt, with_)
    assert text != GOOD
    with pytest.raises(DataError, match=says):
        read({"room": text})


def test_declaring_twice_is_refused():
    with pytest.raises(DataError, match=r"declared in two rooms: eu\.pressure"):
        read({"a": GOOD.split("variables")[0], "b": GOOD.split("variables")[0]})


def test_every_default_of_a_lever_says_where_it_comes_from():
    """Numbers, words, flags and lists alike; 1 on a multiplier is today's level by definition."""
    levers = catalogue().levers.values()
    assert [v.name for v in levers if not (v.multiplier or v.source or v.because)] == []
    assert [v.name for v in levers if v.multiplier and v.default != 1.0] == []


def test_every_meaning_stands_alone():
    """A parameter, lever or outcome is often shown by itself: in lists of what matters, in reports, by `names`."""
    kinds = catalogue()
    entries = [*kinds.parameters.values(), *kinds.levers.values(), *kinds.variables.values()]
    assert [e.means for e in entries if NEIGHBOUR.search(e.means) or len(e.means.split()) < 2] == []


def test_every_starting_value_has_a_figure_or_a_reason():
    for variable in catalogue().variables.values():
        if variable.kind != "derived":
            keys = variable.initial.keys()
            assert keys & {"figure", "table", "lever"} or "because" in keys, variable.name
            assert "assumed" not in keys or "because" in keys, variable.name


def test_priors_draw_within_the_range_and_are_noted():
    kinds = catalogue()
    rooms, drawn = parameter_values(kinds, plan_of(), 1, [0, 1])
    for parameter in kinds.parameters.values():
        value = getattr(rooms[parameter.room], parameter.key)
        assert (value >= parameter.range[0] - 1e-12).all() if hasattr(value, "all") else value >= parameter.range[0], parameter.name
        assert (parameter.prior is None) or f"parameters.{parameter.name}" in drawn, parameter.name


def test_a_misspelt_parameter_names_the_nearest():
    rooms, _ = parameter_values(catalogue(), plan_of(), 1, [0])
    with pytest.raises(Exception, match="nearest: erosion"):
        _ = rooms["democracy"].erosoin
