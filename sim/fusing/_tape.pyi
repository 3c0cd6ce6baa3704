from typing import Any

import numpy as np

LAYOUT: int

def build(
    name: str, slots: tuple[Any, ...], operations: tuple[Any, ...], inputs: int, outputs: int, scratch: int, per_world: int
) -> object: ...
def bind(tape: object, inputs: tuple[Any, ...], worlds: int) -> object | None: ...
def run(bound: object, inputs: tuple[Any, ...]) -> tuple[tuple[np.ndarray, ...], bytes] | None: ...
