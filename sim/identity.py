"""What makes two runs the same run: the resolved scenario, policies, seed, actors, the model's own text and data."""

from __future__ import annotations

import hashlib
import inspect
import marshal
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from sim import __version__
from sim.actors import Actor

_MODEL = ("actors", "fusing", "mechanisms", "parameters")
_ENGINE = (
    *("administrations.py", "catalogue.py", "clamps.py", "diary.py", "ledger.py", "levers.py", "maths.py", "parameter_values.py"),
    *(
        "_draws.c",
        "play.py",
        "population.py",
        "quarters.py",
        "randomness.py",
        "recorder.py",
        "schedule.py",
        "starting.py",
        "stocks.py",
        "tables.py",
        "world.py",
    ),
    *("data/columns.py", "data/figures.py", "data/posterior/__init__.py", "data/reading.py", "data/scales.py", "data/tables.py"),
    *("scenario/distributions.py", "scenario/plan.py"),
)
"""Whatever else decides a number in a table: all that a chunk's play imports, but for the texts of errors. A test keeps it complete."""


_SHIPPED = ("builtins", "mesa", "sim")
"""Packages whose classes a user's actor extends without their being the user's own."""


def _texts(folder: Traversable, endings: tuple[str, ...]) -> Iterable[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(endings):
            yield entry.name, entry.read_bytes()


def _digest(pieces: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in pieces:
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


@cache
def model_version() -> str:
    """Version of the package and a hash of the text of engine, actors, rooms and parameters."""
    root = files("sim")
    pieces = [p for folder in _MODEL for p in _texts(root.joinpath(folder), (".py", ".yaml", ".c"))]
    pieces += [(name, root.joinpath(*name.split("/")).read_bytes()) for name in _ENGINE]
    return f"{__version__}+{_digest(pieces)}"


@cache
def data_version() -> str:
    """Hash of the figures and tables that starting values come from."""
    return _digest(_texts(files("sim").joinpath("data"), (".csv",)))


@cache
def posterior_version() -> str:
    """Hash of the posterior samples."""
    return _digest(_texts(files("sim").joinpath("data", "posterior"), (".npz",)))


def actor_identity(actors: Mapping[str, type[Actor]]) -> dict[str, str]:
    """User's actors by code, each known by the hash of its source and of the user's classes that it extends.

    Where the source is not at hand, as for a class typed at a prompt, bytecode stands for it.
    """
    return {code: f"{kind.__qualname__}+{_source_hash(kind)}" for code, kind in sorted(actors.items())}


def _source_hash(kind: type[Actor]) -> str:
    own = [k for k in kind.__mro__ if k.__module__.partition(".")[0] not in _SHIPPED]
    return hashlib.sha256(b"".join(map(_source, own))).hexdigest()[:16]


def _source(kind: type) -> bytes:
    try:
        return inspect.getsource(kind).encode()
    except (OSError, TypeError):  # typed at a prompt: no file holds it
        functions = [f for f in vars(kind).values() if inspect.isfunction(f)]
        return b"".join(marshal.dumps(f.__code__) for f in functions)


def identity(document: Mapping[str, Any], seed: int, policies: list[str], levers: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The immutable identity of a run, as written to the manifest."""
    return {
        "balkansim": model_version(),
        "data": data_version(),
        "posterior": posterior_version(),
        "scenario": dict(document),
        "policies": policies,
        "levers": {k: levers[k] for k in sorted(levers)},
        "seed": seed,
        **more,
    }
