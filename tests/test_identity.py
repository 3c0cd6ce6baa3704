"""What decides a run's numbers is part of its identity, and nothing that decides them is forgotten."""

import ast
from pathlib import Path

import pytest

import sim
from sim import identity
from sim.actors.states import BalkanState

ROOT = Path(sim.__file__).parent
NO_NUMBERS = {"errors.py", "data/__init__.py"}
"""Texts of errors, and a docstring."""


def imported(file: Path) -> set[Path]:
    """Files of this package that a file imports when it runs."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    found = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and (n.module or "").split(".")[0] == "sim"]
    names = {f"{n.module}.{a.name}" for n in found for a in n.names} | {n.module for n in found}
    parts = [ROOT.joinpath(*name.split(".")[1:]) for name in names if "." in name]
    return {f for p in parts for f in (p.with_suffix(".py"), p / "__init__.py") if f.is_file()}


def test_all_that_plays_a_chunk_and_tabulates_it_is_hashed():
    reached, ahead = set(), {ROOT / "play.py", ROOT / "tables.py"}
    while ahead:
        reached |= ahead
        ahead = set().union(*map(imported, ahead)) - reached
    names = {file.relative_to(ROOT).as_posix() for file in reached}
    elsewhere = {name for name in names if name.split("/")[0] in identity._MODEL}
    assert {"world.py", "stocks.py", "data/scales.py"} <= names
    assert names - elsewhere - NO_NUMBERS == set(identity._ENGINE) - {"_draws.c"}


@pytest.mark.parametrize("name", ["stocks.py", "data/scales.py", "parameters/council.yaml"])
def test_a_change_of_any_part_is_another_model(name, monkeypatch):
    read = type(ROOT).read_bytes
    before = identity.model_version.__wrapped__()
    changed = ROOT.joinpath(*name.split("/"))
    monkeypatch.setattr(type(ROOT), "read_bytes", lambda self: read(self) + (b"#" if self == changed else b""))
    assert identity.model_version.__wrapped__() != before


class Mine(BalkanState):
    """An actor of a user's own."""


class Eager(Mine):
    """One that extends it."""


class Calm(BalkanState):
    """Another."""


def test_an_actor_is_known_with_the_users_classes_that_it_extends(monkeypatch):
    known = [identity.actor_identity({"XKX": kind})["XKX"].split("+")[1] for kind in (Mine, Eager, Calm)]
    assert len(set(known)) == 3
    monkeypatch.setattr(identity, "_source", lambda kind: b"rewritten" if kind is Mine else kind.__name__.encode())
    rewritten = identity.actor_identity({"XKX": Eager})
    monkeypatch.setattr(identity, "_source", lambda kind: kind.__name__.encode())
    assert rewritten != identity.actor_identity({"XKX": Eager})
