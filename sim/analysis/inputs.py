"""What differs between the worlds of a run before anything happens, and one number per world of what came out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sim.analysis.compare import window_of
from sim.catalogue import catalogue
from sim.errors import InputError
from sim.results import Results, StoreSource, outcome_reference

_KEYS = ("scenario", "policy", "world")


def inputs(results: Results, policy: str = "none", only: Sequence[str] | None = None) -> pd.DataFrame:
    """Options of branches (categories) and drawn values (float), a row per world, index the worlds' numbers, ascending.

    `only` keeps those whose name is, or begins with, one of these. What is the same in every world is left out.
    """
    frame = _worlds(results, policy).sort_values("world").set_index("world")
    names = [c for c in frame.columns if c not in _KEYS]
    wrong = [n for n in only or () if not any(_is(c, n) for c in names)]
    if wrong:
        raise InputError(f"nothing is drawn under the name {', '.join(wrong)}; allowed: {', '.join(names[:12])}, ... ({len(names)} in all)")
    kept = {}
    for name in names:
        column = frame[name].astype("category") if name.startswith("branch.") else frame[name].astype(float)
        if column.nunique() > 1 and (only is None or any(_is(name, n) for n in only)):
            kept[name] = column
    if not kept:
        raise InputError(f"nothing differs between the worlds of {results.name} but chance; a scenario with uncertain: or branches: does")
    return pd.DataFrame(kept)


def _is(name: str, wanted: str) -> bool:
    return name == wanted or name.removeprefix("parameters.") == wanted or name.startswith((f"{wanted}.", f"parameters.{wanted}."))


def _worlds(results: Results, policy: str) -> pd.DataFrame:
    if policy not in results.policies:
        results.world_numbers(policy)  # says what is allowed
    if isinstance(results.source, StoreSource):
        table = results.source.store.read("worlds", None, policy)
    else:
        table = results.source.table("worlds")
        table = table.filter(pc.equal(table["policy"].cast(pa.string()), policy))
    return table.to_pandas()


def measured(results: Results, outcome: str, policy: str = "none", window: Sequence[str] | str | None = None) -> np.ndarray:
    """An outcome reference in each world, (worlds,): its mean over a window, or its value at a quarter (the last by default)."""
    state, variable = outcome_reference(outcome)
    if variable.type == "string":
        raise InputError(f"'{outcome}' is a word, not a number; allowed: an outcome that is a number, or yes or no")
    del state
    span = window_of(results, window)
    return results.values(outcome, policy)[:, span].mean(axis=1, dtype=float)


def status_of(name: str) -> str:
    """Where an input's values come from: a parameter's measured | calibrated | assumed; `scenario` for what the scenario draws."""
    parameter = catalogue().parameters.get(name.removeprefix("parameters."))
    return "scenario" if parameter is None else parameter.status
