"""Results of a run: tidy tables for an analyst, plain arrays for the analyses."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from sim import quarters
from sim.catalogue import STATES, Variable, catalogue
from sim.errors import BalkansimError, InputError, StoreError, unknown
from sim.recorder import Recording
from sim.scenario import Scenario
from sim.store import Store
from sim.tables import BUILDERS

if TYPE_CHECKING:
    from sim.running import Job


class Source(Protocol):
    """Where results come from: memory or a directory."""

    manifest: dict[str, Any]

    def table(self, name: str) -> pa.Table:
        """One whole table."""

    def outcome(self, policy: str, table: str, name: str, state: int | None) -> np.ndarray:
        """An outcome as (worlds, quarters), or (worlds, quarters, 6) for a state outcome with `state` None; worlds ascending."""

    def worlds(self, policy: str) -> np.ndarray:
        """World numbers, ascending."""


class MemorySource:
    """Recordings kept in memory, by policy."""

    def __init__(self, scenario: str, recordings: Mapping[str, Sequence[Recording]], manifest: dict[str, Any]) -> None:
        self._scenario, self._recordings, self.manifest = scenario, recordings, manifest

    def table(self, name: str) -> pa.Table:
        """One whole table."""
        pieces = [BUILDERS[name](r, self._scenario) for rs in self._recordings.values() for r in rs]
        return pa.concat_tables(pieces, promote_options="default")

    def outcome(self, policy: str, table: str, name: str, state: int | None) -> np.ndarray:
        """See `Source.outcome`."""
        parts = []
        for recording in self._recordings[policy]:
            if table == "states":
                values = recording.states[recording.state_names.index(name)]
                values = values if state is None else values[:, state]
            else:
                values = recording.region[recording.region_names.index(name)]
            parts.append(np.moveaxis(values, -1, 0))
        return np.concatenate(parts)

    def worlds(self, policy: str) -> np.ndarray:
        """World numbers, ascending."""
        return np.concatenate([r.worlds for r in self._recordings[policy]])

    def ledgers(self, policy: str) -> Sequence[Recording]:
        """The recordings themselves, for analyses of the ledger."""
        return self._recordings[policy]


class StoreSource:
    """A directory of results."""

    def __init__(self, store: Store) -> None:
        self.store, self.manifest = store, store.identity

    def table(self, name: str) -> pa.Table:
        """One whole table."""
        return self.store.read(name)

    def outcome(self, policy: str, table: str, name: str, state: int | None) -> np.ndarray:
        """See `Source.outcome`; reads the one column."""
        labels = next((v.labels for v in catalogue().variables.values() if v.key == "stage" and name == "accession_stage"), ())
        where = None if state is None or table != "states" else ds.field("state") == STATES[state]
        read = self.store.read(table, ["world", name], policy, where)
        worlds = read["world"].to_numpy()
        order = np.argsort(worlds, kind="stable")
        column = read[name]
        if labels:
            column = pc.index_in(column.cast(pa.string()), pa.array(labels))
        values = column.to_numpy().astype(np.float32)[order]
        count = np.unique(worlds).size
        return values.reshape(count, -1, len(STATES)) if table == "states" and state is None else values.reshape(count, -1)

    def worlds(self, policy: str) -> np.ndarray:
        """World numbers, ascending."""
        return np.sort(self.store.read("worlds", ["world"], policy)["world"].to_numpy())


class Results:
    """What a run yields. Tables are pandas frames with plain columns, made when first asked for."""

    def __init__(self, source: Source, scenario: Scenario | None = None, job: Job | None = None) -> None:
        self.source, self.scenario, self.job = source, scenario, job

    def __repr__(self) -> str:
        """Scenario, policies, how many worlds, seed, quarters and where it lies, in one line."""
        about = self.manifest["scenario"]
        there = f"folder={str(self.source.store.folder)!r}" if isinstance(self.source, StoreSource) else "in memory"
        return (
            f"<Results of {self.name}: policies={self.policies}, worlds={self._count()}, seed={self.manifest['seed']}, "
            f"quarters={about['start']}-{about['end']}, {there}>"
        )

    def _count(self) -> str:
        """How many worlds there are, or why that cannot be said: a repr never fails."""
        try:
            return str(self.world_numbers(self.policies[0]).size)
        except (BalkansimError, OSError):
            return "unreadable"

    @property
    def manifest(self) -> dict[str, Any]:
        """The identity of the run: resolved scenario, policies, seed, versions of model and data."""
        return self.source.manifest

    @property
    def policies(self) -> list[str]:
        """Policies played; `none` is the scenario as written."""
        return list(self.manifest["policies"])

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.manifest["scenario"]["name"])

    @cached_property
    def notices(self) -> tuple[str, ...]:
        """What was ignored and what has no effect, each once; the same as the warnings of `run`."""
        if self.job is not None:
            return self.job.notices
        if self.scenario is None:
            return ()
        plans = (self.scenario.plan(policy, self.manifest["levers"]) for policy in self.policies)
        return tuple(dict.fromkeys(notice for plan in plans for notice in plan.notices))

    @cached_property
    def quarters(self) -> list[str]:
        """Quarters from start to end."""
        return quarters.span(self.manifest["scenario"]["start"], self.manifest["scenario"]["end"])

    @cached_property
    def states(self) -> pd.DataFrame:
        """State outcomes: one row per scenario, policy, world, quarter and state; values at the quarter's end."""
        return self._frame("states")

    @cached_property
    def region(self) -> pd.DataFrame:
        """Dyad, region and west outcomes: one row per scenario, policy, world and quarter."""
        return self._frame("region")

    @cached_property
    def worlds(self) -> pd.DataFrame:
        """One row per policy and world: the option of each branch and every drawn value."""
        return self._frame("worlds")

    @cached_property
    def events(self) -> pd.DataFrame:
        """Discrete events: event, target, actor, because, and `until` for spells."""
        return self._frame("events")

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Every booking that is not zero: room, stock, actor, because, change. Only where the run recorded it."""
        if not self.manifest.get("ledger"):
            raise InputError("this run did not record the ledger; run it again with ledger=True, or use explain(), which does so itself")
        return self._frame("ledger")

    def _frame(self, name: str) -> pd.DataFrame:
        table = self.source.table(name)
        plain = [f if not pa.types.is_dictionary(f.type) else f.with_type(pa.string()) for f in table.schema]
        return table.cast(pa.schema(plain)).to_pandas()

    def world_numbers(self, policy: str = "none") -> np.ndarray:
        """Numbers of the worlds of a policy, ascending, (worlds,)."""
        self._known(policy)
        return self.source.worlds(policy)

    def values(self, outcome: str, policy: str = "none") -> np.ndarray:
        """An outcome reference as an array (worlds, quarters): SRB.democracy, mean.democracy, eu.cohesion, stability (the region's)."""
        self._known(policy)
        state, variable = outcome_reference(outcome)
        table = "states" if state is not None else "region"
        row = STATES.index(state) if state in STATES else None
        values = self.source.outcome(policy, table, variable.published, row)
        return values.mean(axis=2) if state == "mean" else values

    def _known(self, policy: str) -> None:
        if policy not in self.policies:
            raise InputError(unknown("policy of these results", policy, self.policies))


def check_asked(outcome: Any, **runs: Any) -> None:
    """InputError unless `outcome` is a name and every one of `runs` holds results, for functions of which people mix up the arguments."""
    wrong = [f"{name}={run!r}: give the results of run() or load_results()" for name, run in runs.items() if not isinstance(run, Results)]
    if not isinstance(outcome, str):
        wrong.append(f"outcome={outcome!r}: give the name of an outcome, such as SRB.democracy, mean.democracy or eu.cohesion")
    if wrong:
        raise InputError(wrong)


def outcome_reference(text: str) -> tuple[str | None, Variable]:
    """What `SRB.x`, `mean.x` or a name that is not a state's refers to: (state or "mean" or None, variable)."""
    kinds = catalogue()
    check_asked(text)
    head, _, rest = text.partition(".")
    if head in (*STATES, "mean") and rest:
        if rest not in kinds.state_outcomes:
            raise InputError(f"'{text}': " + unknown("outcome of states", rest, kinds.state_outcomes))
        return head, kinds.state_outcomes[rest]
    if text in kinds.region_outcomes:
        return None, kinds.region_outcomes[text]
    if text in kinds.state_outcomes:
        raise InputError(f"'{text}' is an outcome of states; allowed: mean.{text}, or SRB.{text} for one (of {', '.join(STATES)})")
    raise InputError(unknown("outcome", text, [*kinds.region_outcomes, *(f"SRB.{k}" for k in kinds.state_outcomes)]))


def load_results(folder: str | Path) -> Results:
    """Open the results that a run wrote into a directory. Raises StoreError if there are none."""
    if not isinstance(folder, str | os.PathLike):
        raise InputError(f"folder={folder!r}: give the directory of a run")
    if not Path(folder).is_dir():
        raise StoreError(f"{folder} is not a directory of results")
    store = Store(Path(folder))
    document = store.identity.get("scenario")
    scenario = Scenario.from_document(document) if document else None
    return Results(StoreSource(store), scenario)
