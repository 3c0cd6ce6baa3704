"""Conditions on a world, written as a reader would say them, and parsed rather than evaluated.

    SRB.eu_alignment < 0.45 at 2034Q4
    mean.democracy >= 0.5 from 2030Q1 to 2034Q4 and not (crisis.kosovo_serbia ever)
    change SRB.eu_alignment < -0.1
    MKD.accession_stage == member at 2032Q4

A comparison looks at the last quarter unless it says `at` a quarter, the mean `from` one `to` another, `ever` or `always`. `change` is
the difference from the first quarter. An outcome that is yes or no, or an event, can stand alone, with `ever` (the default for events).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.analysis.ends import labels_of
from sim.catalogue import catalogue
from sim.errors import InputError, unknown
from sim.results import Results, outcome_reference

_TOKEN = re.compile(r"\s*(?:(<=|>=|==|!=|<|>|\(|\))|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])|([A-Za-z0-9_][\w.]*))")
_QUARTER = re.compile(r"\d{4}Q[1-4]")
_COMPARE: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip
_LONGEST = 1000
_EXAMPLE = "an outcome, a comparison and a number, such as: SRB.eu_alignment < 0.45 at 2034Q4"


@dataclass
class _Words:
    text: str
    words: list[str]
    at: int = 0

    def peek(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self) -> str:
        self.at += 1
        return self.words[self.at - 1] if self.at <= len(self.words) else ""

    def wrong(self, allowed: str) -> InputError:
        return InputError(f"'{self.text}': {repr(self.peek()) if self.peek() else 'the end'} cannot stand here; allowed: {allowed}")


def holds(condition: str, results: Results, policy: str = "none") -> np.ndarray:
    """In which worlds the condition holds, bool (worlds,), worlds ascending. Raises InputError with what is wrong and what is allowed."""
    words = _Words(condition, _split(condition))
    found = _either(words, results, policy)
    if words.peek():
        raise words.wrong("and, or, the end")
    return found


def _split(text: str) -> list[str]:
    if len(text) > _LONGEST:
        raise InputError(f"the condition is longer than {_LONGEST} characters")
    words, at = [], 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise InputError(f"'{text}': '{text[at:].strip()[:20]}' cannot be read; allowed: {_EXAMPLE}")
        words.append(found.group().strip())
        at = found.end()
    if not words:
        raise InputError(f"the condition is empty; allowed: {_EXAMPLE}")
    return words


def _either(words: _Words, results: Results, policy: str) -> np.ndarray:
    found = _both(words, results, policy)
    while words.peek() == "or":
        words.take()
        found = found | _both(words, results, policy)
    return found


def _both(words: _Words, results: Results, policy: str) -> np.ndarray:
    found = _single(words, results, policy)
    while words.peek() == "and":
        words.take()
        found = found & _single(words, results, policy)
    return found


def _single(words: _Words, results: Results, policy: str) -> np.ndarray:
    if words.peek() == "not":
        words.take()
        return ~_single(words, results, policy)
    if words.peek() == "(":
        words.take()
        found = _either(words, results, policy)
        if words.take() != ")":
            words.at -= 1
            raise words.wrong("and, or, )")
        return found
    return _statement(words, results, policy)


def _statement(words: _Words, results: Results, policy: str) -> np.ndarray:
    change = words.peek() == "change"
    if change:
        words.take()
    name = words.peek()
    if not re.match(r"[A-Za-z_]", name) or name in ("and", "or", "not", "ever", "always", "at", "from", "to"):
        raise words.wrong(_EXAMPLE)
    words.take()
    if not change and _is_event(name):
        return _happened(words, name, results, policy)
    values = results.values(name, policy).astype(float)
    if change:
        values = values - values[:, :1]
    variable = outcome_reference(name)[1]
    if words.peek() in _COMPARE:
        compare, operand = _COMPARE[words.take()], _operand(words, labels_of(variable))
    elif variable.type == "bool":
        compare, operand = np.greater, 0.5
    else:
        raise words.wrong(", ".join(_COMPARE))
    return _over_time(words, values, compare, operand, results)


def _operand(words: _Words, labels: tuple[str, ...]) -> float:
    word = words.peek()
    if labels:
        if word not in labels:
            raise InputError(f"'{words.text}': " + unknown("word", word, labels))
        words.take()
        return float(labels.index(word))
    if word in ("true", "false", "yes", "no"):
        words.take()
        return float(word in ("true", "yes"))
    try:
        value = float(word)
    except ValueError:
        raise words.wrong("a number") from None
    words.take()
    return value


def _over_time(
    words: _Words, values: np.ndarray, compare: Callable[[np.ndarray, float], np.ndarray], operand: float, results: Results
) -> np.ndarray:
    word = words.peek()
    if word in ("ever", "always"):
        words.take()
        found = compare(values, operand)
        return found.any(axis=1) if word == "ever" else found.all(axis=1)
    if word == "at":
        words.take()
        return compare(values[:, _quarter(words, results)], operand)
    if word == "from":
        words.take()
        first = _quarter(words, results)
        if words.take() != "to":
            words.at -= 1
            raise words.wrong("to and a quarter")
        last = _quarter(words, results)
        if last < first:
            raise InputError(f"'{words.text}': the window runs backwards")
        return compare(values[:, first : last + 1].mean(axis=1), operand)
    return compare(values[:, -1], operand)


def _quarter(words: _Words, results: Results) -> int:
    word = words.peek()
    if not _QUARTER.fullmatch(word) or word not in results.quarters:
        raise words.wrong(f"a quarter from {results.quarters[0]} to {results.quarters[-1]}")
    words.take()
    return results.quarters.index(word)


def _is_event(name: str) -> bool:
    kinds = catalogue()
    if name in kinds.region_outcomes or name.split(".", 1)[0] in ("ALB", "BIH", "XKX", "MNE", "MKD", "SRB", "mean"):
        return False
    return any(name == e or name.startswith(f"{e}.") for e in kinds.events)


def _happened(words: _Words, name: str, results: Results, policy: str) -> np.ndarray:
    """Whether an event of this name (or any below it: `veto.MKD` includes every blocker) happened, ever or by a quarter."""
    if words.peek() == "ever":
        words.take()
    events = results.events
    rows = events[(events["policy"] == policy) & ((events["event"] == name) | events["event"].str.startswith(f"{name}."))]
    if words.peek() == "at":
        words.take()
        rows = rows[rows["quarter"] == results.quarters[_quarter(words, results)]]
    return np.isin(results.world_numbers(policy), rows["world"].unique())
