"""Results on disk: one directory per run, one Parquet file per chunk and table, a manifest with the run's identity.

A chunk is written table by table, each file under a temporary name, synced and renamed; the file in `worlds/` comes last and marks the
chunk as complete. What is done is what complete chunks say, so a run can be stopped at any moment and continued by the same command.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from sim.errors import StoreError
from sim.recorder import Recording
from sim.tables import BUILDERS

MANIFEST = "manifest.json"
_MARK = "worlds"  # the table whose file completes a chunk
_TEMPORARY = ".part"


class Store:
    """A directory of results. `identity` is what makes two runs the same run; None reads whatever is there."""

    def __init__(self, folder: Path, identity: Mapping[str, Any] | None = None) -> None:
        self.folder = Path(folder)
        if identity is None:
            self.identity = self._read_manifest()
        else:
            self.identity = json.loads(json.dumps(identity))
            self._settle_identity()

    # -- identity ----------------------------------------------------------------------------------------------------------------

    def _read_manifest(self) -> dict[str, Any]:
        path = self.folder / MANIFEST
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StoreError(f"{self.folder} holds no results: there is no {MANIFEST} in it") from None
        except (OSError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise StoreError(f"{path} cannot be read: {error}; move the directory away or give another --out") from error

    def _settle_identity(self) -> None:
        """Write the manifest of a new directory, or see that the one that is there says the same."""
        if (self.folder / MANIFEST).exists():
            there = self._read_manifest()
            differing = sorted(k for k in there.keys() | self.identity.keys() if there.get(k) != self.identity.get(k))
            if differing:
                raise StoreError(
                    f"{self.folder} holds another run (it differs in {', '.join(differing)}); nothing was changed; give another --out"
                )
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be made: {error.strerror}; give another --out") from error
        if any(self.folder.iterdir()):
            raise StoreError(f"{self.folder} is not empty and holds no {MANIFEST}; give an empty or new directory as --out")
        self._put(self.folder / MANIFEST, lambda path: path.write_text(json.dumps(self.identity, indent=1) + "\n", encoding="utf-8"))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other runs out of this directory while writing, and clear away what a killed run left half written."""
        try:
            handle = open(self.folder / "lock", "w")  # noqa: SIM115 -- held open for the lock's lifetime
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be written: {error.strerror}; give another --out") from error
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreError(f"another run is writing into {self.folder}; wait for it, or give another --out") from None
            for stale in self.folder.glob(f"*/*{_TEMPORARY}"):
                stale.unlink(missing_ok=True)
            yield

    # -- writing -----------------------------------------------------------------------------------------------------------------

    def write(self, recording: Recording, scenario: str) -> None:
        """Write one chunk; its worlds count as done once this returns."""
        names = [n for n in BUILDERS if n != _MARK and (n != "ledger" or recording.ledger is not None)]
        ids = recording.worlds
        chunk = f"{recording.policy}.{ids[0]:010d}-{ids[-1]:010d}.{ids.size}.parquet"
        for name in [*names, _MARK]:
            table = BUILDERS[name](recording, scenario)
            target = self.folder / name / chunk
            target.parent.mkdir(exist_ok=True)
            self._put(target, lambda path, table=table: _write_parquet(table, path))

    def _put(self, target: Path, write: Any) -> None:
        """Write under a temporary name, sync, rename, sync the directory."""
        temporary = target.with_name(f"{target.name}.{os.getpid()}{_TEMPORARY}")
        try:
            write(temporary)
            with open(temporary, "rb") as handle:
                os.fsync(handle.fileno())
            os.replace(temporary, target)
            _sync_directory(target.parent)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StoreError(
                f"{target} cannot be written: {error.strerror or error}; what is complete is kept; make room or access and run the same again"
            ) from error

    # -- reading -----------------------------------------------------------------------------------------------------------------

    def chunks(self, table: str = _MARK, policy: str | None = None) -> list[Path]:
        """Files of complete chunks of one table, in the order of policies and worlds."""
        marks = sorted((self.folder / _MARK).glob("*.parquet"))
        wanted = [m.name for m in marks if policy is None or m.name.split(".", 1)[0] == policy]
        order = list(self.identity.get("policies", []))
        wanted.sort(key=lambda n: (order.index(p) if (p := n.split(".", 1)[0]) in order else len(order), n))
        return [f for f in (self.folder / table / n for n in wanted) if f.exists()]

    def done(self, policy: str) -> set[int]:
        """Worlds whose chunk is complete. A chunk that cannot be read does not count, and is put aside to be computed again."""
        found: set[int] = set()
        for mark in self.chunks(policy=policy):
            try:
                for table in (d for d in BUILDERS if (self.folder / d).exists() and d != _MARK):
                    pq.ParquetFile(self.folder / table / mark.name).close()
                found.update(pq.read_table(mark, columns=["world"])["world"].to_pylist())
            except (OSError, pa.ArrowInvalid):
                mark.rename(mark.with_name(mark.name + ".damaged"))
        return found

    def read(self, table: str, columns: list[str] | None = None, policy: str | None = None, where: Any = None) -> pa.Table:
        """Columns of one table, all complete chunks."""
        files = self.chunks(table, policy)
        if not files:
            raise StoreError(f"{self.folder} holds no {table}" + (f" of policy '{policy}'" if policy else "") + " yet")
        try:
            return ds.dataset([str(f) for f in files], format="parquet").to_table(columns=columns, filter=where)
        except (OSError, pa.ArrowInvalid) as error:
            raise StoreError(f"{self.folder}: a chunk of {table} cannot be read ({error}); run the same command again to mend it") from error


def _write_parquet(table: pa.Table, path: Path) -> None:
    """float32 as byte streams under zstd: half the time and size of the defaults."""
    floats = {f.name: "BYTE_STREAM_SPLIT" for f in table.schema if pa.types.is_floating(f.type)}
    words = [f.name for f in table.schema if pa.types.is_dictionary(f.type)]
    pq.write_table(table, path, compression="zstd", compression_level=1, use_dictionary=words, column_encoding=floats or None)


def _sync_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def missing(worlds: np.ndarray | list[int] | tuple[int, ...], done: set[int]) -> list[int]:
    """Worlds still to be computed."""
    return [int(w) for w in worlds if w not in done]
