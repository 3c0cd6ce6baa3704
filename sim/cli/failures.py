"""How a command ends when it does not succeed: exit codes, words on stderr, the same as JSON on stdout, and what to do next."""

from __future__ import annotations

import multiprocessing
import os
import shlex
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

import typer

from sim.cli.output import emit, say
from sim.errors import BalkansimError, InputError, StoreError, Unfinished

DONE, NO, BAD_INPUT, DEFECT, STOPPED, BROKEN_PIPE = 0, 1, 2, 70, 130, 141
"""Exit codes. DEFECT: the model or the program is at fault, not the input (EX_SOFTWARE of sysexits)."""

_given: list[str] = []


class Stopped(Exception):
    """Ctrl-C during a run that keeps its results in `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder = folder


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end worker processes first: a pool that waits for its workers would not let go before they are done."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread may be asked to stop
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # impatient fingers do not disturb the clearing up
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def invocation(arguments: Sequence[str]) -> Iterator[None]:
    """Remember the command line while it is carried out."""
    before = list(_given)
    _given[:] = arguments
    try:
        yield
    finally:
        _given[:] = before


def command_line() -> str:
    """The command being carried out, quoted for a shell."""
    program = Path(sys.argv[0]).name
    words = [Path(sys.executable).name, "-m", "sim"] if program == "__main__.py" else ["balkansim"]
    return shlex.join([*words, *_given])


def guarded[**P](command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn what a command returns or raises into an exit code; `as_json` among its arguments decides where errors go."""

    @wraps(command)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("as_json"))
        try:
            code = command(*args, **kwargs) or DONE
            sys.stdout.flush()
        except typer.Exit:
            raise
        except BrokenPipeError:
            code = _broken_pipe()
        except (KeyboardInterrupt, Stopped) as stop:
            code = _stopped(stop, as_json)
        except BalkansimError as error:
            code = _failed(error, as_json)
        except Exception as error:
            traceback.print_exc()
            code = _report("defect", [f"{type(error).__name__}: {error}"], DEFECT, as_json)
        raise typer.Exit(code)

    return carried_out


def _failed(error: BalkansimError, as_json: bool) -> int:
    if isinstance(error, InputError):
        return _report("input", error.findings, BAD_INPUT, as_json, _next_step("\n".join(error.findings)))
    if isinstance(error, Unfinished):
        return _report("unfinished", [str(error)], NO, as_json, command=command_line())
    if isinstance(error, StoreError):
        return _report("results", [str(error)], BAD_INPUT, as_json)
    return _report("model", [str(error)], DEFECT, as_json, "This is a fault of the model, not of your input; please report it.")


def _next_step(text: str) -> str:
    """Where to look the right name up."""
    if "no scenario" in text:
        return "See: balkansim scenario list"
    if any(word in text for word in ("unknown lever", "unknown outcome", "not one of", "out of range", "unknown value")):
        return "See: balkansim names WORD"
    return "See: balkansim scenario show NAME" if "policy" in text else ""


def _report(kind: str, findings: Sequence[str], code: int, as_json: bool, hint: str = "", **more: Any) -> int:
    if as_json:
        error = {"kind": kind, "message": "\n".join(findings), "findings": list(findings), "exit_code": code, **more}
        emit({"error": error | ({"hint": hint} if hint else {})})
    for finding in findings:
        say(f"error: {finding}")
    if hint:
        say(hint)
    return code


def _stopped(stop: BaseException, as_json: bool) -> int:
    if not isinstance(stop, Stopped):
        return _report("stopped", ["stopped; nothing was kept"], STOPPED, as_json)
    kept = f"stopped; the worlds that are complete are kept in {stop.folder}"
    return _report("stopped", [kept], STOPPED, as_json, f"Continue with: {command_line()}", command=command_line())


def _broken_pipe() -> int:
    """Nobody reads any more: end without a word, as shells expect."""
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, sys.stdout.fileno())
    except (OSError, ValueError):  # stdout is not a file, as under tests: there is nothing left to quieten
        pass
    finally:
        os.close(sink)
    return BROKEN_PIPE


def usage(error: typer.TyperException, given: Sequence[str]) -> int:
    """A command line that Typer refused."""
    told = _not_a_number(error)
    if told:
        return _report("usage", [told], BAD_INPUT, "--json" in given, "See: balkansim --help")
    if "--json" in given:
        return _report("usage", [error.format_message()], BAD_INPUT, True, "See: balkansim --help")
    error.show() if hasattr(error, "show") else say(f"error: {error.format_message()}")
    return BAD_INPUT


_NUMBERS = {"int": ("a whole number", "digits only, such as 1000"), "float": ("a number", "a number such as 0.5")}


def _not_a_number(error: typer.TyperException) -> str:
    """What was given where a number should stand, what is allowed and what was meant; '' for other mistakes."""
    found: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()  # of pydantic, which reads the values of options
    kind = str(found[0].get("type", "")).split("_")[0] if found else ""
    if kind not in _NUMBERS:
        return ""
    given, option = found[0]["input"], getattr(error, "param", None)
    name = option.opts[0] if option is not None and option.opts else "value"
    wanted, allowed = _NUMBERS[kind]
    return f"{name} '{given}' is not {wanted}; allowed: {allowed}" + _meant(given)


def _meant(given: Any) -> str:
    """`; nearest: 1000` for `1e3`, `1,000` and `1_000`."""
    try:
        number = float(str(given).replace(",", "").replace("_", ""))
    except ValueError:
        return ""
    return f"; nearest: {number:.0f}" if number.is_integer() else ""


def operating_system(error: OSError) -> int:
    """What the operating system refused outside a command: help text into a closed pipe."""
    if isinstance(error, BrokenPipeError):
        return _broken_pipe()
    raise error
