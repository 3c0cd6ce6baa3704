from collections.abc import Callable

import pytest

from sim.tensions import Arms, Finding, Tension

WORLDS = 64


@pytest.fixture(scope="module")
def arms() -> Arms:
    return Arms(WORLDS)


@pytest.fixture(scope="module")
def finding_of(arms) -> Callable[[Tension], Finding]:
    """What a tension shows in a few worlds, measured once for all tests."""
    found: dict[str, Finding] = {}

    def measure(tension: Tension) -> Finding:
        if tension.id not in found:
            found[tension.id] = tension.measure(arms)
        return found[tension.id]

    return measure
