"""The European Union as an institution: commitment to the region, and its force in Bosnia."""

from __future__ import annotations

from sim.actors.base import Actor, Decision


class EuropeanUnion(Actor):
    """Commission, External Action Service and the presidency of the day."""

    group = "eu"

    commitment = Decision()
    desired_eufor = Decision()

    def decide(self) -> None:
        self.commitment = 0.5
        self.desired_eufor = 1.0
