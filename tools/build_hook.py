"""Builds the compiled part of the package, `sim/fusing/_tape.c`, when it is installed.

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

NAME, SOURCE = "sim.fusing._tape", "sim/fusing/_tape.c"
OPTIMISED = [] if sys.platform == "win32" else ["-O3"]


class BuildHook(BuildHookInterface):
    """Puts the extension beside its source, and into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is built, or an editable install is made."""
        try:
            built = build(Path(self.root))
        except (BaseError, CCompilerError, OSError) as error:
            self.app.display_warning(f"balkansim is installed without its compiled part, and slower by half: {error}")
            return
        build_data["artifacts"].append(built)
        build_data["pure_python"], build_data["infer_tag"] = False, True


def build(root: Path) -> str:
    """Compile the extension in place; its file, relative to `root`."""
    extension = Extension(NAME, [str(root / SOURCE)], include_dirs=[numpy.get_include()], extra_compile_args=OPTIMISED)
    command = Distribution({"name": "balkansim", "ext_modules": [extension]}).get_command_obj("build_ext")
    with tempfile.TemporaryDirectory() as scratch:
        command.build_temp, command.build_lib = scratch, scratch
        command.ensure_finalized()
        command.run()
        made = Path(command.get_ext_fullpath(NAME))
        target = root / SOURCE.rpartition("/")[0] / made.name
        target.write_bytes(made.read_bytes())
    return target.relative_to(root).as_posix()
