"""`balkansim doctor`: whether this machine can run balkansim, and how fast."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sim import __version__
from sim.cli import options
from sim.cli.failures import DONE, NO, guarded
from sim.cli.output import emit, show, table
from sim.fusing import AVAILABLE, BUILT

PACKAGES = ("mesa", "networkx", "numpy", "pandas", "pyarrow", "cloudpickle", "PyYAML", "typer", "rich", "matplotlib")
_LITTLE_MEMORY, _LITTLE_DISK = 0.5, 0.2  # GB


@dataclass(frozen=True)
class Check:
    """One thing looked at."""

    name: str
    found: str
    fine: bool
    advice: str = ""


@guarded
def command(as_json: options.Json = False) -> int:
    """Look at Python, packages, memory, disk and terminal, write and read a table, and time 64 worlds; exit 1 if something is wrong."""
    checks = [_attempt(name, look) for name, look in LOOKS.items()] + [_package(p) for p in PACKAGES]
    fine = all(c.fine for c in checks)
    if as_json:
        emit({"fine": fine, "checks": checks})
        return DONE if fine else NO
    show(table(["", "", "found"], [[c.name, "ok" if c.fine else "WRONG", c.found] for c in checks]))
    for check in checks:
        if not check.fine:
            show(f"{check.name}: {check.advice}")
    show("Everything is in order." if fine else "Something is wrong; see above.")
    return DONE if fine else NO


def _attempt(name: str, look: Callable[[], Check]) -> Check:
    """A look that fails is itself a finding."""
    try:
        return look()
    except Exception as error:
        return Check(name, f"{type(error).__name__}: {error}", False, "this failed; reinstall balkansim, or report it with this output")


def _package(name: str) -> Check:
    try:
        return Check(name, version(name), True)
    except PackageNotFoundError:
        return Check(name, "not installed", False, f"install it: pip install {name}")


def _python() -> Check:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}; balkansim {__version__}"
    return Check("python", found, sys.version_info >= (3, 12), "balkansim needs Python 3.12 or newer")


def _cores() -> Check:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Check("cores", f"{usable} (use them with --workers {usable})", True)


def _compiled() -> Check:
    if not BUILT:
        found = "not built: the same results take longer, small runs more than twice as long; install a C compiler, then balkansim again"
    else:
        found = "built" if AVAILABLE else "built, and left aside because BALKANSIM_PLAIN is set"
    return Check("compiled part", found, True)


def _memory() -> Check:
    free = free_memory()
    if free is None:
        return Check("free memory", "this system does not say", True)
    return Check("free memory", f"{free:.1f} GB", free >= _LITTLE_MEMORY, "close something: a run needs about half a gigabyte")


def free_memory() -> float | None:
    """Memory that can be had now, in GB; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 1024**2
    except (OSError, StopIteration):
        names = os.sysconf_names
        if "SC_AVPHYS_PAGES" not in names:
            return None
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3


def _disk() -> Check:
    free = shutil.disk_usage(Path.cwd()).free / 1024**3
    writable = os.access(Path.cwd(), os.W_OK)
    found = f"{free:.1f} GB in this folder" + ("" if writable else ", which cannot be written")
    return Check("free disk", found, free >= _LITTLE_DISK and writable, "make room, or go to a folder that can be written")


def _tables() -> Check:
    import numpy as np
    import pandas as pd

    table_ = pd.DataFrame({"world": np.arange(1000), "x": np.linspace(0, 1, 1000, dtype=np.float32)})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.parquet"
        table_.to_parquet(file, compression="zstd")
        same = pd.read_parquet(file).equals(table_)
    return Check("tables", "written to Parquet and read back", same, "what was read is not what was written; reinstall pyarrow")


def _smoke() -> Check:
    import numpy as np

    from sim.running import run

    started = time.perf_counter()
    values = run("baseline", 64).values("mean.eu_alignment")
    seconds = time.perf_counter() - started
    fine = values.shape[0] == 64 and bool(np.isfinite(values).all())
    return Check("64 worlds", f"{seconds:.2f} s", fine, "the model gives values that are not numbers; report it with this output")


def _terminal() -> Check:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    words = f"{locale.getlocale()[0] or 'C'}, {sys.stdout.encoding}, {shutil.get_terminal_size().columns} columns"
    fine = "utf" in encoding
    return Check("terminal", words, fine, "names such as Zvečan need UTF-8: set LANG=C.UTF-8 or PYTHONUTF8=1")


LOOKS: dict[str, Callable[[], Check]] = {
    "python": _python, "cores": _cores, "compiled part": _compiled, "free memory": _memory, "free disk": _disk, "terminal": _terminal,
    "tables": _tables, "64 worlds": _smoke,
}  # fmt: skip
