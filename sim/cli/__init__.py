"""The command line: `balkansim COMMAND`, one module per command.

A command is a module of this package named in `COMMANDS`; it offers a function `command`, or a Typer `app` where it has subcommands.
Modules import pandas, Mesa and Rich inside their functions, so that `--version` and `names` answer at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from sim import __version__
from sim.cli import failures

COMMANDS = (
    *("run", "compare", "explain", "twin", "sensitivity", "discover", "sweep"),
    *("robust", "claims", "hindcast", "sources", "report", "app", "names", "scenario", "doctor"),
)
"""Modules of this package that are commands, in the order of `--help`."""


def _version(asked: bool) -> None:
    if asked:
        print(f"balkansim {__version__}")  # noqa: T201 -- what was asked for
        raise typer.Exit


def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)] = False,
) -> None:
    """What may become of the Western Balkans, and why, in thousands of paired worlds."""


def build() -> typer.Typer:
    """The application with every command of `COMMANDS`."""
    app = typer.Typer(
        name="balkansim", callback=_top, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )  # fmt: skip
    for name in COMMANDS:
        module = import_module(f"sim.cli.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(module.command)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; returns its exit code: 0 done, 1 it ran and the answer is no, 2 bad input."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    with failures.invocation(given):
        try:
            return int(build()(given, prog_name="balkansim", standalone_mode=False) or 0)
        except typer.TyperException as error:
            return failures.usage(error, given)
        except OSError as error:
            return failures.operating_system(error)
