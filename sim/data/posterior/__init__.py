"""Posterior samples of the uncertain parameters, as shipped: which values the record of 2014 on makes likely, jointly.

A sample holds equally likely rows of quantiles: where in its own prior each informed parameter lies. Stored as quantiles, a row keeps
its meaning when a prior is widened, and a parameter that is not in the sample simply stays at its prior. Each sample is one `.npz` with
a `.json` beside it that says from which inputs it was made (by hash) and which parameters it informs. Made by
`python -m sim.hindcast.calibrate`; never edited by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import DataError, InputError, unknown

FOLDER = Path(__file__).parent
PRIOR = "prior"
"""Not a sample: parameters as declared."""
LEVELS = 65536
"""Quantiles are stored as whole numbers below this."""


@dataclass(frozen=True)
class Sample:
    """`quantiles` is (parameters, rows), each within 0..1; `position` gives a parameter's place by name; `about` is the `.json`."""

    name: str
    quantiles: np.ndarray
    position: dict[str, int]
    about: dict[str, Any]

    @property
    def rows(self) -> int:
        """How many equally likely rows there are."""
        return int(self.quantiles.shape[1])


def sample_names() -> list[str]:
    """Names of the shipped samples."""
    return sorted(f.stem for f in FOLDER.glob("*.npz"))


def beliefs() -> tuple[str, ...]:
    """Everything that parameters can be drawn from."""
    return (PRIOR, *sample_names())


@cache
def load_sample(name: str) -> Sample:
    """A shipped sample. InputError for an unknown name, DataError where the two files do not belong together."""
    if name not in sample_names():
        raise InputError(unknown("posterior sample", name, beliefs()))
    return read_sample(FOLDER, name)


def read_sample(folder: Path, name: str) -> Sample:
    """The sample `name` in `folder`."""
    with np.load(folder / f"{name}.npz", allow_pickle=False) as stored:
        levels, names = stored["quantiles"], [str(n) for n in stored["names"]]
    about = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    if levels.ndim != 2 or len(names) != levels.shape[0] or sorted(about["informed"]) != sorted(names):
        raise DataError(f"{name}: the parameters in {name}.npz are not those that {name}.json describes; make both anew")
    return Sample(name, (levels.astype(float) + 0.5) / LEVELS, {n: i for i, n in enumerate(names)}, about)


def write_sample(folder: Path, name: str, names: list[str], quantiles: np.ndarray, about: dict[str, Any]) -> None:
    """Write both files of a sample; `quantiles` is (parameters, rows) within 0..1."""
    levels = np.clip(np.floor(quantiles * LEVELS), 0, LEVELS - 1).astype(np.uint16)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / f"{name}.npz", quantiles=levels, names=np.array(names))
    text = json.dumps(about, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
