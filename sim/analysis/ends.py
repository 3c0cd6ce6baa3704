"""Values at one quarter of a run, read without the rest of it: a summary of many worlds needs no more memory than their last quarter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from sim.catalogue import STATES, Variable, catalogue
from sim.errors import StoreError
from sim.results import MemorySource, Results, StoreSource, outcome_reference


def labels_of(variable: Variable) -> tuple[str, ...]:
    """The words that a string outcome takes, in order; empty for the others."""
    if variable.kind == "derived" and variable.derived[0] == "labels":
        return catalogue().variables[variable.derived[1]].labels
    return variable.labels


class Ends:
    """Outcomes of a run at one quarter, in chosen worlds (ascending numbers, all of them in the run)."""

    def __init__(self, results: Results, policy: str, quarter: str, worlds: np.ndarray) -> None:
        self.results, self.policy, self.quarter = results, policy, quarter
        self.chosen = np.searchsorted(results.world_numbers(policy), worlds)
        self._read: dict[tuple[str, str], np.ndarray] = {}

    def of(self, reference: str) -> np.ndarray:
        """An outcome reference (`SRB.x`, `mean.x`, a region's), float64 (worlds,)."""
        state, variable = outcome_reference(reference)
        if state is None:
            return self._values("region", variable)[:, 0]
        values = self._values("states", variable)
        return values.mean(axis=1) if state == "mean" else values[:, STATES.index(state)]

    def _values(self, table: str, variable: Variable) -> np.ndarray:
        """(worlds, 6) of a state outcome, (worlds, 1) of the region's."""
        key = (table, variable.published)
        if key not in self._read:
            stored = isinstance(self.results.source, StoreSource)
            values = self._from_store(table, variable) if stored else self._from_memory(table, variable)
            self._read[key] = values[self.chosen].astype(float)
        return self._read[key]

    def _from_memory(self, table: str, variable: Variable) -> np.ndarray:
        values = self.results.source.outcome(self.policy, table, variable.published, None)
        values = values[:, self.results.quarters.index(self.quarter)]
        return values if values.ndim == 2 else values[:, None]

    def _from_store(self, table: str, variable: Variable) -> np.ndarray:
        source = self.results.source
        assert isinstance(source, StoreSource)
        read = source.store.read(table, ["world", variable.published], self.policy, ds.field("quarter") == self.quarter)
        column = read[variable.published]
        if labels := labels_of(variable):
            column = pc.index_in(column.cast(pa.string()), pa.array(labels))
        rows = len(STATES) if table == "states" else 1
        order = np.argsort(read["world"].to_numpy(), kind="stable")  # states stay in their order within a world
        return column.to_numpy().astype(np.float32)[order].reshape(-1, rows)


def event_pieces(results: Results, policy: str) -> Iterator[tuple[np.ndarray, list[str], np.ndarray]]:
    """The events of a policy, chunk by chunk: worlds, the names that occur, and each event's position among these."""
    source = results.source
    if isinstance(source, MemorySource):
        for recording in source.ledgers(policy):
            if found := recording.occurrences:
                names = {event: i for i, event in enumerate(dict.fromkeys(o.event for o in found))}
                codes = np.repeat([names[o.event] for o in found], [o.worlds.size for o in found])
                yield recording.worlds[np.concatenate([o.worlds for o in found])], list(names), codes
        return
    assert isinstance(source, StoreSource)
    for chunk in source.store.chunks("events", policy):
        table = _read(chunk)
        if table.num_rows:
            named = table["event"].cast(pa.string()).combine_chunks().dictionary_encode()
            yield table["world"].to_numpy(), named.dictionary.to_pylist(), named.indices.to_numpy()


def _read(chunk: Path) -> pa.Table:
    try:
        return ds.dataset(str(chunk), format="parquet").to_table(columns=["world", "event"])
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(f"{chunk} cannot be read ({error}); run the same command again to mend it") from error
