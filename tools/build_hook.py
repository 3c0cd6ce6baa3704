"""Builds the compiled part of the package when it is installed: `sim/fusing/_tape.c` and `sim/_draws.c`.

It computes what the Python it stands for computes, only faster; so where there is no compiler the package installs without it, and
`balkansim doctor` says so.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.errors import BaseError, CCompilerError

MODULES = ("sim.fusing._tape", "sim._draws")
OPTIMISED = [] if sys.platform == "win32" else ["-O3"]


class BuildHook(BuildHookInterface):
    """Puts the extensions beside their sources, and into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is built, or an editable install is made."""
        try:
            built = build(Path(self.root))
        except (BaseError, CCompilerError, OSError) as error:
            self.app.display_warning(f"balkansim is installed without its compiled part, and slower by half: {error}")
            return
        build_data["artifacts"] += built
        build_data["pure_python"], build_data["infer_tag"] = False, True


def build(root: Path) -> list[str]:
    """Compile all extensions, then put them in place; their files, relative to `root`."""
    with tempfile.TemporaryDirectory() as scratch:
        extensions = [
            Extension(name, [str(root / f"{name.replace('.', '/')}.c")], include_dirs=[numpy.get_include()], extra_compile_args=OPTIMISED)
            for name in MODULES
        ]
        command = Distribution({"name": "balkansim", "ext_modules": extensions}).get_command_obj("build_ext")
        command.build_temp, command.build_lib = scratch, scratch
        command.ensure_finalized()
        command.run()
        made = [Path(command.get_ext_fullpath(name)) for name in MODULES]
        targets = [root.joinpath(*name.split(".")[:-1], file.name) for name, file in zip(MODULES, made, strict=True)]
        for file, target in zip(made, targets, strict=True):
            target.write_bytes(file.read_bytes())
    return [target.relative_to(root).as_posix() for target in targets]
