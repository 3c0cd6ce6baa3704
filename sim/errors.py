"""One family of errors: each says what was given, what is allowed and which name is nearest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

SHOWN = 12
"""Names that a message lists at most."""


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


def close_names(name: str, allowed: Iterable[str], n: int = 1) -> list[str]:
    """At most `n` of the allowed names that are close to `name`, the closest first.

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
    return [other for score, other in close if score >= 0.5]


def nearest(name: str, allowed: Iterable[str], n: int = 1) -> str:
    """The allowed names closest to `name`, joined by ' or ', or '' if none is close; see `close_names`."""
    return " or ".join(close_names(name, allowed, n))


def listed(names: Sequence[str], close: Sequence[str] = (), show: int = SHOWN) -> str:
    """Names for a message: all of them, or of many the `close` ones, the first others, and how many there are."""
    if len(names) <= show:
        return ", ".join(names) or "none"
    first = list(dict.fromkeys([*close[: show // 2], *names]))
    return f"{', '.join(first[:show])}, ... ({len(names)} in all)"


def unknown(what: str, name: str, allowed: Iterable[str], show: int = SHOWN) -> str:
    """One sentence on an unknown name: what was given, what is allowed, what is nearest."""
    names = [str(a) for a in allowed]
    close = close_names(name, names, show)
    hint = f"; nearest: {close[0]}" if close else ""
    return f"unknown {what} '{name}'; allowed: {listed(names, close, show)}{hint}"
