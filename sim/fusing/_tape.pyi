from collections.abc import Sequence
from typing import Any

import numpy as np

LAYOUT: int

def build(
    name: str, slots: tuple[Any, ...], operations: tuple[Any, ...], inputs: int, outputs: int, scratch: int, per_world: int
) -> object: ...
def run(tape: object, inputs: Sequence[Any], worlds: int) -> tuple[tuple[np.ndarray, ...], bytes] | None: ...
