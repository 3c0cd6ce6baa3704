"""Tables as Parquet files: how they are packed, and how a file says that it is whole."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from sim.recorder import Recording
from sim.tables import BUILDERS

_AT_A_TIME = 1024  # worlds whose rows are laid out and packed together: a group of rows in the file
_OF_THE_WHOLE = ("worlds", "events")  # tables of few rows


class Sink(io.RawIOBase):
    """Where a file goes, if anywhere, and the size and checksum of what has gone there."""

    def __init__(self, handle: IO[bytes] | None = None) -> None:
        self._handle, self.size, self.checksum = handle, 0, 0

    def writable(self) -> bool:
        """It is for writing only."""
        return True

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]
        """Pass on, counting."""
        self.size += len(data)
        self.checksum = zlib.crc32(data, self.checksum)
        if self._handle is not None:
            self._handle.write(data)
        return len(data)


def pack(tables: Iterable[pa.Table], handle: IO[bytes] | None = None) -> Sink:
    """Write tables, at least one, as one file: float32 as byte streams under zstd is half the time and size of the defaults.

    Without a handle nothing is kept but the size. Pages carry checksums.
    """
    sink, writer = Sink(handle), None
    for table in tables:
        if writer is None:
            floats = {f.name: "BYTE_STREAM_SPLIT" for f in table.schema if pa.types.is_floating(f.type)}
            words = [f.name for f in table.schema if pa.types.is_dictionary(f.type)]
            writer = pq.ParquetWriter(
                sink, table.schema, compression="zstd", compression_level=1, use_dictionary=words, column_encoding=floats or None,
                write_page_checksum=True,
            )  # fmt: skip
        writer.write_table(table)
    assert writer is not None
    writer.close()
    return sink


def pack_recording(recording: Recording, table: str, scenario: str, handle: IO[bytes] | None = None) -> Sink:
    """Write one table of a recording, some worlds at a time, so that it is never all laid out at once."""
    pieces = [recording] if table in _OF_THE_WHOLE else recording.pieces(_AT_A_TIME)
    return pack((BUILDERS[table](piece, scenario) for piece in pieces), handle)


def sealed(data: bytes) -> bytes:
    """A Parquet file with its own checksum in front of its footer, where no reader looks: footers and page headers have none."""
    at = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    return data[:at] + zlib.crc32(data).to_bytes(4, "little") + data[at:]


def is_whole(file: Path) -> bool:
    """Whether a sealed file is as it was written."""
    try:
        data = file.read_bytes()
    except OSError:
        return False
    at = len(data) - 12 - int.from_bytes(data[-8:-4], "little")
    return at > 0 and zlib.crc32(data[:at] + data[at + 4 :]).to_bytes(4, "little") == data[at : at + 4]
