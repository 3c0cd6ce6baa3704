"""Where scenarios lie: the user's folder first, then those that ship with the package. A name is never a path."""

from __future__ import annotations

import os
import stat
from importlib.resources import files
from pathlib import Path

from sim.errors import SHOWN, close_names, listed
from sim.scenario.findings import Place, Report, shown
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


def what_stands(folder: Path, name: str) -> str:
    """What stands in `folder` where the file of the scenario `name` would, where it cannot be one: `x.yaml is a directory`; else ''."""
    for file in (*(folder / f"{name}{ending}" for ending in ENDINGS), folder / name):
        kind = _kind(file)
        if kind:
            return f"{file.name} is {kind}"
    return ""


def _kind(file: Path) -> str:
    """What is odd about a file that should be a scenario; '' where nothing is, or nothing is there."""
    if told := _link(file):
        return told
    try:
        mode = file.stat().st_mode
    except (OSError, ValueError):
        return ""
    if stat.S_ISREG(mode):
        return "" if file.suffix in ENDINGS else f"a file that does not end in {ENDINGS[0]}"
    return kind_of(mode)


def _link(file: Path) -> str:
    """Where a link leads that cannot be followed; '' for all else."""
    try:
        if not file.is_symlink():
            return ""
        if not file.exists():
            return "a link that leads nowhere"
        return "" if file.resolve().parent == file.parent.resolve() else "a link that leads out of its folder"
    except (OSError, ValueError, RuntimeError):
        return ""


def kind_of(mode: int) -> str:
    """What the mode of a file says it is, where that is no regular file."""
    kinds = ((stat.S_ISDIR, "a directory"), (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))
    return next((word for test, word in kinds if test(mode)), "a device")


def in_place_of(file: Path, name: str) -> str:
    """A notice where a user's file is used under the name of a shipped scenario; '' where it is not."""
    shipped = in_folder(shipped_folder(), name)
    if shipped is None or file.resolve() == shipped.resolve():
        return ""
    return f"{shown(file, 200)} is used in place of the shipped scenario '{name}'; give it another name to use the shipped one"


def locate(name_or_file: str | Path, report: Report) -> Path | None:
    """The file meant by a name (this folder, then the shipped) or a path; None after reporting."""
    if not isinstance(name_or_file, str | os.PathLike):
        given = f"{shown(repr(name_or_file))} is neither a name nor a file"
        report.add(Place(), "scenario", f"{given}; allowed: the name of a scenario or a YAML file, such as 'baseline'")
        return None
    text = str(name_or_file)
    if WORD.fullmatch(text):
        found = in_folder(Path(), text)
        if found and (told := in_place_of(found, text)):
            report.notice(told)
        if found := found or in_folder(shipped_folder(), text):
            return found
    return _path(text, report)


def _path(text: str, report: Report) -> Path | None:
    """The file at a path; None after reporting."""
    place = Place(shown(text, 200), 1, 1)
    try:
        if Path(text).is_file():
            return Path(text)
        if Path(text).exists():
            kind = kind_of(Path(text).stat().st_mode)
            report.add(place, "scenario", f"{kind}, not a file; allowed: the name of a scenario or a YAML file")
            return None
    except (OSError, ValueError):
        report.add(place, "scenario", "not a path that can be read; allowed: the name of a scenario or a YAML file")
        return None
    names = shipped_names()
    close = close_names(Path(text).stem[:64], names, SHOWN)
    odd = what_stands(Path(), text) if WORD.fullmatch(text) else _link(Path(text))
    hint = f"; nearest: {close[0]}" if close and not odd else ""
    allowed = f"allowed: a YAML file, a name in this folder, or one of {listed(names, close)}{hint}"
    report.add(place, "scenario", f"no scenario '{shown(text)}'{f': {shown(odd)}' if odd else ''}; {allowed}")
    return None


def locate_parent(
    name: str, folder: Path | None, place: Place, report: Report, path: str = "extends", itself: Path | None = None
) -> Path | None:
    """The file of the scenario that a file names at `path`: this file's folder, then the shipped scenarios, nothing else.

    A file is not its own parent: where `itself`, the real path of the file that names the parent, has the name of a shipped scenario,
    that one is meant.
    """
    own = in_folder(folder, name) if folder is not None else None
    shipped = in_folder(shipped_folder(), name)
    if own is not None and shipped is not None and own.resolve() == itself:
        return shipped
    if own is not None and (told := in_place_of(own, name)):
        report.notice(told)
    found = own or shipped
    if found is None:
        _report_parent(name, folder, place, report, path)
    return found


def _report_parent(name: str, folder: Path | None, place: Place, report: Report, path: str) -> None:
    """Say why there is no such parent."""
    odd = what_stands(folder, name) if folder is not None else ""
    if odd:
        message = f"'{name}' cannot be read: {shown(odd)}; allowed: a YAML file in this folder, or one of {listed(shipped_names())}"
        report.add(place, path, message)
        return
    there = [f.stem for f in folder.iterdir() if f.suffix in ENDINGS] if folder and folder.is_dir() else []
    here = sorted(stem for stem in there if folder and in_folder(folder, stem))
    report.unknown(place, path, "scenario", name, tuple(dict.fromkeys([*shipped_names(), *here])))


def contents(file: Path, report: Report, what: str = "scenario") -> bytes | None:
    """The bytes of a regular file, at most one more than allowed; None after reporting. `what` it should hold: see `text.parse`."""
    place = Place(str(file), 1, 1)
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            report.add(place, what, f"{kind_of(mode)}, not a regular file; allowed: a YAML file")
            return None
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        report.add(place, what, f"cannot be read: {shown(getattr(error, 'strerror', None) or error)}; allowed: a YAML file")
        return None
