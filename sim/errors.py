"""One family of errors: each says what was given, what is allowed and which name is nearest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher


class BalkansimError(Exception):
    """Anything that balkansim itself raises."""


class InputError(BalkansimError):
    """What the user gave cannot be used. `findings` holds every mistake found, one line each."""

    def __init__(self, findings: str | Iterable[str]) -> None:
        self.findings = [findings] if isinstance(findings, str) else list(findings)
        super().__init__("\n".join(self.findings))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[str]]]:
        return type(self), (self.findings,)


class DataError(BalkansimError):
    """A figure, parameter or declaration shipped with the project is missing or incomplete."""


class ModelError(BalkansimError):
    """A room or an actor broke a rule of the model: an undeclared write, a signal read too early, a bad value."""


class StoreError(BalkansimError):
    """A directory of results cannot be read, written or continued."""


class Unfinished(BalkansimError):
    """A run came to its end, or lost its workers, with worlds still to play; those that are complete are kept where it writes to disk."""


class Notice(UserWarning):
    """Something that was asked for is ignored or has no effect, although nothing is wrong."""


def _ordered(name: str) -> list[str]:
    """The words of a name in the order of the alphabet."""
    return sorted(re.findall(r"[a-z0-9]+", name))


def nearest(name: str, allowed: Iterable[str], n: int = 1) -> str:
    """The allowed names closest to `name`, joined by ' or ', or '' if none is close.

    Of dotted names the last part counts most; capitals do not count, nor does the order of the words of a name.
    """
    names = [str(a) for a in allowed]
    given = name.lower()
    last, ordered = given.rpartition(".")[2], _ordered(given)

    def likeness(other: str) -> float:
        lower = other.lower()
        whole = SequenceMatcher(None, given, lower).ratio()
        parts = (whole + 2 * SequenceMatcher(None, last, lower.rpartition(".")[2]).ratio()) / 3
        return max(whole, parts, 0.99 * (ordered == _ordered(lower)))

    close = sorted(((likeness(other), other) for other in names), reverse=True)[:n]
    return " or ".join(other for score, other in close if score >= 0.5)


def unknown(what: str, name: str, allowed: Iterable[str], show: int = 12) -> str:
    """One sentence on an unknown name: what was given, what is allowed, what is nearest."""
    names = [str(a) for a in allowed]
    listed = ", ".join(names[:show]) + (f", ... ({len(names)} in all)" if len(names) > show else "")
    hint = nearest(name, names)
    return f"unknown {what} '{name}'; allowed: {listed or 'none'}" + (f"; nearest: {hint}" if hint else "")
