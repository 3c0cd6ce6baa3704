"""Results on disk: one directory per run, one Parquet file per chunk and table, a manifest with the run's identity.

A chunk is written table by table, each file under a temporary name, synced and renamed, its directory synced. The file in `worlds/` comes
last: it marks the chunk as complete and holds length and checksum of the others. What is done is what complete chunks say, so a run can be
stopped at any moment, by whatever means, and continued by the same command.
"""

from __future__ import annotations

import fcntl
import io
import json
import logging
import os
import secrets
import socket
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from sim.chunkfiles import Chunk, chunk_name, disjoint, redundant
from sim.errors import StoreError
from sim.packing import is_whole, pack, pack_recording, sealed
from sim.recorder import Recording
from sim.spans import Spans, difference, spans, union
from sim.tables import BUILDERS

MANIFEST = "manifest.json"
FAILURES = "failures"
_LOCK = "lock"
_MARK = "worlds"  # the table whose file completes a chunk
_TEMPORARY = ".part"
_DAMAGED = ".damaged"
_FILES = b"files"  # where a mark keeps length and checksum of the chunk's other files

CHECKED_IN_FULL = 10_000_000_000
"""Bytes: a directory up to this size is read from end to end when a run continues in it; of a larger one only the lengths are checked."""

logger = logging.getLogger("balkansim")


class Store:
    """A directory of results. `identity` is what makes two runs the same run; None reads whatever is there."""

    def __init__(self, folder: Path, identity: Mapping[str, Any] | None = None) -> None:
        self.folder = Path(folder)
        self.identity = self._read_manifest() if identity is None else json.loads(json.dumps(identity))

    # -- identity and lock -------------------------------------------------------------------------------------------------------

    def _read_manifest(self) -> dict[str, Any]:
        path = self.folder / MANIFEST
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StoreError(f"{self.folder} holds no results: there is no {MANIFEST} in it") from None
        except (OSError, ValueError) as error:
            raise StoreError(f"{path} cannot be read: {error}; move the directory away or give another --out") from error
        if not isinstance(found, dict):
            raise StoreError(f"{path} is not the manifest of a run; move the directory away or give another --out")
        return found

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Make this directory this run's, keep other runs out of it, and clear away what a killed run left half written.

        Raises StoreError, with nothing changed, where the directory holds something else, is in use, or cannot be written.
        """
        if not is_free(self.folder):
            if not (self.folder / MANIFEST).exists():
                raise StoreError(f"{self.folder} is not empty and holds no {MANIFEST}; give an empty or new directory as --out")
            self._refuse_another_run()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = open(self.folder / _LOCK, "a+", encoding="utf-8")  # noqa: SIM115 -- held open for the lock's lifetime
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be written: {error.strerror}; give another --out") from error
        with handle:
            _take(handle, self.folder)
            if (self.folder / MANIFEST).exists():  # it may have come between the look above and the lock
                self._refuse_another_run()
            else:
                self._put(self.folder / MANIFEST, partial(_fill, (json.dumps(self.identity, indent=1) + "\n").encode()))
            self.clear_away()
            yield

    def _refuse_another_run(self) -> None:
        differing = list(_differences(self._read_manifest(), self.identity))
        if differing:
            more = f" and {len(differing) - 4} more" if len(differing) > 4 else ""
            raise StoreError(
                f"{self.folder} holds another run: {'; '.join(differing[:4])}{more}; nothing was changed; give another --out to keep both"
            )

    def clear_away(self) -> None:
        """Remove temporary files, tables of chunks that were never completed, and chunks whose worlds other chunks hold too."""
        try:
            for stale in [*self.folder.glob(f"*{_TEMPORARY}"), *self.folder.glob(f"*/*{_TEMPORARY}")]:
                stale.unlink(missing_ok=True)
            found = self._found()
            for chunk in redundant(found):
                self._forget(chunk)
            complete = {f.name for f in (self.folder / _MARK).glob("*.parquet")}
            for table in BUILDERS:
                for file in (self.folder / table).glob("*.parquet"):
                    if file.name not in complete:
                        file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be cleared of half-written files: {error}; give access, or another --out") from error

    # -- writing -----------------------------------------------------------------------------------------------------------------

    def write(self, recording: Recording, scenario: str) -> None:
        """Write one chunk; its worlds count as done once this returns."""
        name = chunk_name(recording.policy, spans(recording.worlds))
        written: dict[str, tuple[int, int]] = {}
        for table in BUILDERS:
            if table != _MARK and (table != "ledger" or recording.ledger is not None):
                packed = self._put(self.folder / table / name, partial(pack_recording, recording, table, scenario))
                written[table] = (packed.size, packed.checksum)
        mark, packed_mark = BUILDERS[_MARK](recording, scenario), io.BytesIO()
        pack([mark.replace_schema_metadata({_FILES: json.dumps(written)})], packed_mark)
        self._put(self.folder / _MARK / name, partial(_fill, sealed(packed_mark.getvalue())))

    def _put[T](self, target: Path, fill: Callable[[IO[bytes]], T]) -> T:
        """Write under a temporary name, sync, rename, sync the directory."""
        temporary = target.with_name(f"{target.name}.{secrets.token_hex(4)}{_TEMPORARY}")
        try:
            if not target.parent.is_dir():
                target.parent.mkdir(exist_ok=True)
                _sync_directory(self.folder)
            with open(temporary, "wb") as handle:
                filled = fill(handle)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(temporary, target)
            _sync_directory(target.parent)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise StoreError(
                f"{target} cannot be written: {error.strerror or error}; what is complete is kept; make room, then run the same again"
            ) from error
        return filled

    def put_failure(self, name: str, record: Mapping[str, Any]) -> Path:
        """Keep what is known of a chunk that failed, where a reader finds it."""
        target = self.folder / FAILURES / f"{name.removesuffix('.parquet')}.json"
        self._put(target, partial(_fill, (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()))
        return target

    def forget_failures(self, policies: Sequence[str]) -> None:
        """Remove the records of failures whose worlds are complete by now."""
        done = {policy: self.done(policy) for policy in policies}
        for file in (self.folder / FAILURES).glob("*.json"):
            with suppress(OSError, ValueError, KeyError, TypeError):
                record = json.loads(file.read_text(encoding="utf-8"))
                worlds = [range(first, last + 1) for first, last in record["worlds"]]
                if not difference(worlds, done[record["policy"]]):
                    file.unlink()

    # -- what is done ------------------------------------------------------------------------------------------------------------

    def done(self, policy: str) -> Spans:
        """Worlds whose chunk is complete, as the marks say. Looks at nothing else."""
        return union(span for chunk in self._chosen(policy) for span in chunk.worlds)

    def mend(self) -> int:
        """Put aside chunks of which a file is missing, cut short or altered, so that they are computed again; returns how many."""
        chunks = self._found()
        lengths = sum(size for chunk in chunks for size, _ in (self._expected(chunk) or {}).values())
        look = partial(self._fault, in_full=lengths <= CHECKED_IN_FULL)
        with ThreadPoolExecutor(4) as pool:
            faults = list(pool.map(look, chunks))
        wrong = [(chunk, fault) for chunk, fault in zip(chunks, faults, strict=True) if fault]
        for chunk, fault in wrong:
            logger.warning("%s is damaged and is put aside; its %s worlds are computed again", fault, f"{chunk.size:,}")
            self._forget(chunk, fault)
        return len(wrong)

    def _expected(self, chunk: Chunk) -> dict[str, tuple[int, int]] | None:
        """Length and checksum of the files of each table as the mark says; None where the mark cannot be read."""
        try:
            schema = pq.read_schema(self.folder / _MARK / chunk.name)
            return {table: (size, checksum) for table, (size, checksum) in json.loads(schema.metadata[_FILES]).items()}
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
            return None

    def _fault(self, chunk: Chunk, in_full: bool) -> Path | None:
        """The file of a chunk that is not what it should be."""
        mark = self.folder / _MARK / chunk.name
        expected = self._expected(chunk)
        if expected is None or chunk.damaged:
            return mark
        if in_full and not is_whole(mark):
            return mark
        for table, (size, checksum) in expected.items():
            file = self.folder / table / chunk.name
            try:
                if file.stat().st_size != size or (in_full and zlib.crc32(file.read_bytes()) != checksum):
                    return file
            except OSError:
                return file
        return None

    def _forget(self, chunk: Chunk, fault: Path | None = None) -> None:
        """Let a chunk no longer count: first its mark goes, then its tables; a faulty file is kept under another name."""
        files = [self.folder / table / chunk.name for table in (_MARK, *(t for t in BUILDERS if t != _MARK))]
        for file in files:
            with suppress(FileNotFoundError):
                file.rename(file.with_name(file.name + _DAMAGED)) if file == fault else file.unlink()

    # -- reading -----------------------------------------------------------------------------------------------------------------

    def _found(self, policy: str | None = None) -> list[Chunk]:
        """Chunks that have a mark, in the order of worlds."""
        marks = sorted((self.folder / _MARK).glob("*.parquet"))
        return [c for c in map(Chunk.of, marks) if c is not None and (policy is None or c.policy == policy)]

    def _chosen(self, policy: str | None = None) -> list[Chunk]:
        """Chunks that hold every world once, in the order of policies and worlds."""
        order = {name: i for i, name in enumerate(self.identity.get("policies", []))}
        chosen = disjoint([c for c in self._found(policy) if not c.damaged])
        return sorted(chosen, key=lambda c: (order.get(c.policy, len(order)), c.policy, c.name))

    def chunks(self, table: str = _MARK, policy: str | None = None) -> list[Path]:
        """Files of complete chunks of one table, in the order of policies and worlds; no world is in two. StoreError where one is gone."""
        if table == "ledger" and not self.identity.get("ledger"):
            return []
        files = [self.folder / table / chunk.name for chunk in self._chosen(policy)]
        for file in files:
            if not file.exists():
                raise StoreError(f"{file} is missing; run the same command again: it computes this chunk anew")
        return files

    def dataset(self, table: str, policy: str | None = None) -> ds.Dataset:
        """One table of all complete chunks, unread; what is damaged is noticed when it is read."""
        files = self.chunks(table, policy)
        if not files:
            raise StoreError(f"{self.folder} holds no {table}" + (f" of policy '{policy}'" if policy else "") + " yet")
        return _dataset(files)

    def read(self, table: str, columns: list[str] | None = None, policy: str | None = None, where: Any = None) -> pa.Table:
        """Columns of one table, all complete chunks. StoreError names the file that cannot be read."""
        files = self.chunks(table, policy)
        try:
            return self.dataset(table, policy).to_table(columns=columns, filter=where)
        except (OSError, pa.ArrowException) as error:
            bad = next((f for f in files if not _readable(f)), None)
            if bad is None:
                raise StoreError(f"{self.folder}: {table} cannot be read: {error}") from error
            raise StoreError(
                f"{bad} is damaged ({error}); remove that file and run the same command again: it computes this chunk anew"
            ) from error


def is_free(folder: Path) -> bool:
    """Whether a run may begin in `folder`: it is not there, empty, or holds only what a run leaves that was killed at once."""
    try:
        if not folder.exists():
            return True
        return all(f.name == _LOCK or f.name.endswith(_TEMPORARY) for f in folder.iterdir())
    except OSError as error:
        raise StoreError(f"{folder} cannot be used for results: {error.strerror}; give another --out") from error


def missing(worlds: Spans, done: Spans) -> Spans:
    """Worlds still to be computed."""
    return difference(worlds, done)


def _fill(data: bytes, handle: IO[bytes]) -> None:
    handle.write(data)


def _dataset(files: list[Path]) -> ds.Dataset:
    checked = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    return ds.dataset([str(f) for f in files], format=ds.ParquetFileFormat(default_fragment_scan_options=checked))


def _readable(file: Path) -> bool:
    try:
        for _ in _dataset([file]).to_batches():
            pass
    except (OSError, pa.ArrowException):
        return False
    return True


def _differences(there: Any, here: Any, path: str = "") -> Iterator[str]:
    """Where two identities differ, in words."""
    if isinstance(there, dict | None) and isinstance(here, dict | None) and there != here:
        one, other = there or {}, here or {}
        for key in sorted(one.keys() | other.keys()):
            yield from _differences(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif there != here:
        yield f"{path} is {_shown(there)} there and {_shown(here)} here"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if value is not None else "not set"
    return text if len(text) <= 60 else text[:57] + "..."


def _take(handle: IO[str], folder: Path) -> None:
    """Take the lock of a directory, and say who holds it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip()
        raise StoreError(
            f"another run is writing into {folder}{f' ({holder})' if holder else ''}; wait for it, or give another --out"
        ) from None
    except OSError as error:
        logger.warning("%s is on a file system without locks (%s): do not let two runs write into it at once", folder, error.strerror)
    with suppress(OSError):  # a full disk: the lock holds all the same
        handle.truncate(0)
        handle.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        handle.flush()


def _sync_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
