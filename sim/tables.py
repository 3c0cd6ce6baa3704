"""Recordings as tables: plain columns, one row per world and quarter (and state), in that order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from sim import quarters
from sim.catalogue import ROWS, STATES, Variable, catalogue
from sim.recorder import Recording

TABLES = ("states", "region", "worlds", "events", "ledger")


def _names(values: Sequence[str], codes: np.ndarray) -> pa.Array:
    """A column of few different words, by code."""
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16)), pa.array(list(values), pa.string()))


def _constant(word: str, rows: int) -> pa.Array:
    return _names([word], np.zeros(rows, dtype=np.int16))


def _column(variable: Variable, values: np.ndarray) -> pa.Array:
    """An outcome as its declared type: bool, label or float32."""
    if variable.kind == "derived" and variable.derived[0] == "labels":
        return _names(catalogue().variables[variable.derived[1]].labels, values)
    return pa.array(values > 0.5) if variable.type == "bool" else pa.array(values)


def _written(recording: Recording) -> list[str]:
    return [quarters.written(recording.start + q) for q in range(recording.quarters)]


def states(recording: Recording, scenario: str) -> pa.Table:
    """One row per world, quarter and state."""
    worlds, length, states_ = recording.worlds.size, recording.quarters, len(STATES)
    rows = worlds * length * states_
    columns = {
        "scenario": _constant(scenario, rows),
        "policy": _constant(recording.policy, rows),
        "world": pa.array(np.repeat(recording.worlds, length * states_)),
        "quarter": _names(_written(recording), np.tile(np.repeat(np.arange(length), states_), worlds)),
        "state": _names(STATES, np.tile(np.arange(states_), worlds * length)),
    }
    kinds = catalogue().state_outcomes
    for name, values in zip(recording.state_names, recording.states, strict=True):
        columns[name] = _column(kinds[name], np.ascontiguousarray(np.moveaxis(values, -1, 0)).reshape(-1))
    return pa.table(columns)


def region(recording: Recording, scenario: str) -> pa.Table:
    """One row per world and quarter."""
    worlds, length = recording.worlds.size, recording.quarters
    columns = {
        "scenario": _constant(scenario, worlds * length),
        "policy": _constant(recording.policy, worlds * length),
        "world": pa.array(np.repeat(recording.worlds, length)),
        "quarter": _names(_written(recording), np.tile(np.arange(length), worlds)),
    }
    kinds = catalogue().region_outcomes
    for name, values in zip(recording.region_names, recording.region, strict=True):
        columns[name] = _column(kinds[name], np.ascontiguousarray(values.T).reshape(-1))
    return pa.table(columns)


def worlds(recording: Recording, scenario: str) -> pa.Table:
    """One row per world: the option of each branch and every drawn value."""
    count = recording.worlds.size
    columns = {
        "scenario": _constant(scenario, count),
        "policy": _constant(recording.policy, count),
        "world": pa.array(recording.worlds),
    }
    for branch, codes in recording.branches.items():
        columns[f"branch.{branch}"] = _names(recording.options[branch], codes)
    return pa.table(columns | {name: pa.array(values) for name, values in recording.drawn.items()})


_TEXT = pa.dictionary(pa.int16(), pa.string())
EVENTS = pa.schema(
    [
        ("scenario", _TEXT), ("policy", _TEXT), ("world", pa.int64()), ("quarter", _TEXT), ("event", _TEXT),
        ("target", _TEXT), ("actor", _TEXT), ("because", _TEXT), ("until", pa.string()),
    ]
)  # fmt: skip


def _until(recording: Recording) -> np.ndarray:
    """Last quarter of each spell as a number, -1 for other events and spells that stand at the end; rows as occurrences come.

    A spell `veto.X.Y` whose end was not known when it began lasts until the event `veto_lifted.X.Y` of the same world.
    """
    until = np.concatenate([np.full(o.worlds.size, -1.0) if o.until is None else o.until for o in recording.occurrences])
    begun: dict[str, np.ndarray] = {}
    row = 0
    for occurrence in recording.occurrences:
        kind, _, pair = occurrence.event.partition(".")
        if kind == "veto":
            rows = begun.setdefault(pair, np.full(recording.worlds.size, -1))
            rows[occurrence.worlds] = np.arange(row, row + occurrence.worlds.size)
        elif kind == "veto_lifted" and pair in begun:
            ended = begun[pair][occurrence.worlds]
            until[ended[ended >= 0]] = recording.start + occurrence.quarter
            begun[pair][occurrence.worlds] = -1
        row += occurrence.worlds.size
    return until


def events(recording: Recording, scenario: str) -> pa.Table:
    """One row per discrete event, in the order of worlds and quarters; `until` is null but for spells."""
    found = recording.occurrences
    if not found:
        return EVENTS.empty_table()
    sizes = [o.worlds.size for o in found]
    order = np.argsort(np.concatenate([o.worlds for o in found]), kind="stable")

    def words(values: Sequence[str]) -> pa.Array:
        known = list(dict.fromkeys(values))
        return _names(known, np.repeat([known.index(v) for v in values], sizes)[order])

    until = _until(recording)[order]
    rows = len(order)
    return pa.table(
        {
            "scenario": _constant(scenario, rows),
            "policy": _constant(recording.policy, rows),
            "world": pa.array(recording.worlds[np.concatenate([o.worlds for o in found])[order]]),
            "quarter": words([quarters.written(recording.start + o.quarter) for o in found]),
            "event": words([o.event for o in found]),
            "target": words([o.target for o in found]),
            "actor": words([o.actor for o in found]),
            "because": words([o.because for o in found]),
            "until": pa.array([None if u < 0 else quarters.written(int(u)) for u in until], pa.string()),
        },
        schema=EVENTS,
    )


def _actors(stock: str) -> list[str]:
    """Names of the rows of a stock, in the order of its flattened axes; a single actor's is its group."""
    variable = catalogue().variables[stock]
    names = list(ROWS.get(variable.group, (variable.group,)))
    return [f"{n}.{other}" for n in names for other in ROWS[variable.per]] if variable.per else names


def ledger(recording: Recording, scenario: str) -> pa.Table:
    """One row per world, quarter, actor and booking that is not zero."""
    pieces = []
    for (room, stock, because), values in (recording.ledger or {}).items():
        flat = values.reshape(recording.quarters, -1, recording.worlds.size)
        q, a, w = np.nonzero(flat)
        pieces.append(
            pa.table(
                {
                    "scenario": _constant(scenario, q.size),
                    "policy": _constant(recording.policy, q.size),
                    "world": pa.array(recording.worlds[w]),
                    "quarter": _names(_written(recording), q),
                    "room": _constant(room, q.size),
                    "stock": _constant(catalogue().variables[stock].published, q.size),
                    "actor": _names(_actors(stock), a),
                    "because": _constant(because, q.size),
                    "change": pa.array(flat[q, a, w]),
                }
            )
        )
    if not pieces:
        text = {n: pa.array([], _TEXT) for n in ("scenario", "policy", "quarter", "room", "stock", "actor", "because")}
        return pa.table(text | {"world": pa.array([], pa.int64()), "change": pa.array([], pa.float64())})
    return pa.concat_tables(pieces).unify_dictionaries()


BUILDERS = {"states": states, "region": region, "worlds": worlds, "events": events, "ledger": ledger}
"""Table name -> function of (recording, scenario's name)."""
