"""Builds the compiled part of the package when it is installed: `sim/fusing/_tape.c` and `sim/_draws.c`.

It computes what the Python it stands for computes, only faster; so where there is no compiler the package installs without it, and
`balkansim doctor` says so.
"""

from __future__ import annotations

import os
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
    """Puts the extensions beside their sources, and into the wheel; each by itself, since a compiler may know only one of them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is built, or an editable install is made."""
        for name in MODULES:
            try:
                build_data["artifacts"].append(build(Path(self.root), name))
            except (BaseError, CCompilerError, OSError) as error:
                self.app.display_warning(f"balkansim is installed without {name}, and slower: {error}")
            else:
                build_data["pure_python"], build_data["infer_tag"] = False, True


def build(root: Path, name: str) -> str:
    """Compile an extension, then put it beside its source at once: its file, relative to `root`."""
    source = root / f"{name.replace('.', '/')}.c"
    extension = Extension(name, [str(source)], include_dirs=[numpy.get_include()], extra_compile_args=OPTIMISED)
    command = Distribution({"name": "balkansim", "ext_modules": [extension]}).get_command_obj("build_ext")
    with tempfile.TemporaryDirectory() as scratch:
        command.build_temp, command.build_lib = scratch, scratch
        command.ensure_finalized()
        command.run()
        made = Path(command.get_ext_fullpath(name))
        target = source.with_name(made.name)
        fresh = target.with_suffix(".new")
        fresh.write_bytes(made.read_bytes())
        os.replace(fresh, target)  # a run that uses the old one keeps it
    return target.relative_to(root).as_posix()
