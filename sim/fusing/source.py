"""Python text for what a program does around its tape: reaching what it reads, handing on what it yields.

As a text, `args[0].states.stage` takes as long as it takes in the function itself; a chain of small functions takes several times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword
from typing import Any

from sim.fusing.trace import Path


class Source:
    """The text of some functions, and the objects that it names."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._functions: list[str] = []
        self._objects: dict[str, Any] = {}

    def named(self, value: Any) -> str:
        """A plain value as it is written, anything else by a name."""
        if value is None or type(value) in (bool, int, str):
            return repr(value)
        name = f"object_{len(self._objects)}"
        self._objects[name] = value
        return name

    def reached(self, path: Path) -> str:
        """What a path leads to among `args`."""
        number, *steps = path
        text = f"args[{number}]"
        for step in steps:
            if isinstance(step, str):
                text = f"{text}.{step}" if _is_name(step) else f"getattr({text}, {step!r})"
            elif step[0] == "[]":
                text = f"{text}[{self.named(step[1])}]"
            else:
                positional, named = step[1]
                text = self.called(text, [self.named(v) for v in positional], {key: self.named(v) for key, v in named})
        return text

    def called(self, function: str, positional: Sequence[str], named: Mapping[str, str]) -> str:
        """A call of a function with arguments that are written already."""
        given = [f"{key}={value}" if _is_name(key) else f"**{{{key!r}: {value}}}" for key, value in named.items()]
        return f"{function}({', '.join([*positional, *given])})"

    def add(self, name: str, parameters: str, lines: Sequence[str]) -> None:
        """A function of these lines."""
        self._functions.append("\n    ".join([f"def {name}({parameters}):", *lines]))

    def compiled(self) -> Mapping[str, Callable[..., Any]]:
        """The functions by name."""
        found = dict(self._objects)
        exec(compile("\n".join(self._functions), f"<around the tape of {self._name}>", "exec"), found)
        return found


def _is_name(text: str) -> bool:
    """Whether Python reads it as the name that it is."""
    return text.isidentifier() and text.isascii() and not iskeyword(text)
