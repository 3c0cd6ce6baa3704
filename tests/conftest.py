"""The whole suite runs in several processes; tests that are asked for by name run here, without waiting for others to start."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """How many processes `-n auto` means: none besides this one for part of the suite, else (None) one for each processor."""
    asked = [Path(config.invocation_params.dir, argument.split("::")[0]).resolve() for argument in config.args]
    return None if any(HERE.is_relative_to(path) for path in asked) else 0
