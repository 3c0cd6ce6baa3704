"""Where scenarios lie: the user's folder first, then those that ship with the package. A name is never a path."""

from __future__ import annotations

import stat
from importlib.resources import files
from pathlib import Path

from sim.errors import nearest
from sim.scenario.findings import Place, Report, listed, shown
from sim.scenario.sections import WORD
from sim.scenario.text import LARGEST

ENDINGS = (".yaml", ".yml")


def shipped_folder() -> Path:
    """The folder of the shipped scenarios: inside an installed package, or beside `sim/` in a repository."""
    inside = Path(str(files("sim"))) / "shipped_scenarios"
    return inside if inside.is_dir() else Path(str(files("sim"))).parent / "scenarios"


def shipped_names() -> list[str]:
    """The names of the shipped scenarios, sorted."""
    folder = shipped_folder()
    return sorted(f.stem for f in folder.iterdir() if f.suffix in ENDINGS) if folder.is_dir() else []


def in_folder(folder: Path, name: str) -> Path | None:
    """The file of the scenario `name` in `folder`; None if it is not there or a link leads elsewhere."""
    for ending in ENDINGS:
        file = folder / f"{name}{ending}"
        try:
            if file.is_file() and file.resolve().parent == folder.resolve():
                return file
        except (OSError, ValueError, RuntimeError):
            continue
    return None


def locate(name_or_file: str | Path, report: Report) -> Path | None:
    """The file meant by a name (this folder, then the shipped) or a path; None after reporting."""
    text = str(name_or_file)
    place = Place(shown(text, 200), 1, 1)
    if WORD.fullmatch(text):
        found = in_folder(Path(), text) or in_folder(shipped_folder(), text)
        if found:
            return found
    try:
        if Path(text).is_file():
            return Path(text)
        if Path(text).exists():
            report.add(place, "scenario", "not a file; allowed: the name of a scenario or a YAML file")
            return None
    except (OSError, ValueError):
        report.add(place, "scenario", "not a path that can be read; allowed: the name of a scenario or a YAML file")
        return None
    names = shipped_names()
    hint = nearest(Path(text).stem[:64], names)
    allowed = f"allowed: a YAML file, a name in this folder, or one of {listed(names)}"
    report.add(place, "scenario", f"no scenario '{shown(text)}'; {allowed}" + (f"; nearest: {hint}" if hint else ""))
    return None


def locate_parent(name: str, folder: Path | None, place: Place, report: Report, path: str = "extends") -> Path | None:
    """The file of the scenario that a file names at `path`: this file's folder, then the shipped scenarios, nothing else."""
    found = (in_folder(folder, name) if folder is not None else None) or in_folder(shipped_folder(), name)
    if found is None:
        here = sorted(f.stem for f in folder.iterdir() if f.suffix in ENDINGS) if folder and folder.is_dir() else []
        names = tuple(dict.fromkeys([*shipped_names(), *here]))
        report.unknown(place, path, "scenario", name, names)
    return found


def contents(file: Path, report: Report, what: str = "scenario") -> bytes | None:
    """The bytes of a regular file, at most one more than allowed; None after reporting. `what` it should hold: see `text.parse`."""
    place = Place(str(file), 1, 1)
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            report.add(place, what, "not a regular file; allowed: a YAML file")
            return None
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        report.add(place, what, f"cannot be read: {shown(getattr(error, 'strerror', None) or error)}; allowed: a YAML file")
        return None
