"""Functions whose arithmetic is carried out in one go.

A function marked `@fused` reads arrays from the world (its first argument), computes with them elementwise, and books, publishes or
returns the results. When it is called first, what it does is recorded (`sim.fusing.traced`); from then on `_tape` carries the recorded
operations out, which spares each of them a microsecond or two in Python and new memory for its result. The results are the same to the
last bit, because NumPy's own inner loops are used in the same order. Where `_tape` was not built, where a ledger is kept (which asks for
each cause by itself), or where a clamp holds something, the function simply runs as it is written.

What such a function must not do is decide by the contents of an array (`if mask.any()`); that is an error at its first call.

`watching` and `traced` hold what stands in for the world and for arrays while a function is recorded, `trace` what they note, `layout`
puts its arrays in their places, `program` fetches, runs and hands on, by Python that `source` writes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any

from sim.fusing.program import BUILT, DOES_NOT_FIT, Program, record
from sim.fusing.watching import Watched

AVAILABLE = BUILT and not os.environ.get("BALKANSIM_PLAIN")
"""Whether fused functions use it: for a debugger, or a `print` in a room, BALKANSIM_PLAIN=1 lets all run as they are written."""


def fused[F: Callable[..., Any]](function: F) -> F:
    """Carry out a function of the world, of what hangs on it, and of arrays by its tape; see the module's first lines."""
    programs: list[Program] = []  # one for each kind of arguments met: types, shapes, seasons

    @wraps(function)
    def call(*args: Any) -> Any:
        world = args[0]
        if isinstance(world, Watched) or not world.fuses:
            return function(*args)
        for program in tuple(programs):
            result = program.run(args)
            if result is not DOES_NOT_FIT:
                if program is not programs[0]:
                    _put_first(programs, program)
                return result
        program = record(function, args)
        result = program.run(args)
        if result is DOES_NOT_FIT:  # an array of a make that tapes do not take, such as one of another byte order
            world.bound.pop(program, None)
            return function(*args)
        _put_first(programs, program)
        return result

    call.programs = programs  # type: ignore[attr-defined]
    return call  # type: ignore[return-value]


MOST = 64  # tapes that a function keeps: those that were used last
_ordering = Lock()


def _put_first(programs: list[Program], program: Program) -> None:
    """What fits now will fit in the next quarter; worlds of other threads may be at it too."""
    with _ordering:
        programs[:] = [program, *(p for p in programs if p is not program)][:MOST]


def on_tape[F: Callable[..., Any]](what: str, where: int | None = None) -> Callable[[F], F]:
    """Say what a method does when a fused function calls it: the name of a method of `watching.Watched`, without its underscore.

    `where` is the argument that says in which worlds something happens.
    """

    def mark(method: F) -> F:
        method.when_fused, method.where = what, where  # type: ignore[attr-defined]
        return method

    return mark
