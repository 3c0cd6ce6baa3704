"""Packages that only some analyses need: brought in when used, with a sentence on how to get them."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np

from sim.errors import InputError

_PACKAGES = {"SALib": "analysis", "scipy": "analysis", "ema_workbench": "analysis", "duckdb": "reading", "xarray": "reading"}
"""Package -> the extra of balkansim that holds it."""


def extra(module: str) -> Any:
    """A module of an optional package. Raises InputError, with the command that installs it, where it is not there."""
    package = module.split(".", 1)[0]
    try:
        with quiet():
            return import_module(module)
    except ImportError as error:
        if error.name is not None and error.name.split(".", 1)[0] != package and error.name.startswith("sim"):
            raise
        raise InputError(
            f"this needs {package}, which cannot be imported ({error}); install it with: pip install 'balkansim[{_PACKAGES[package]}]'"
        ) from error


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep other packages' warnings off stderr; undo what they do to the way warnings are written and to NumPy's shared generator."""
    written, generator = warnings.formatwarning, np.random.get_state()  # noqa: NPY002 -- SALib seeds the shared one
    with warnings.catch_warnings(record=True):  # recorded, not filtered: some packages set filters of their own
        warnings.simplefilter("always")
        try:
            yield
        finally:
            warnings.formatwarning = written
            np.random.set_state(generator)  # noqa: NPY002
