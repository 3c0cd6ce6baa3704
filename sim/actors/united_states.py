"""The United States: how much attention the region gets."""

from __future__ import annotations

from sim.actors.base import Actor, Decision


class UnitedStates(Actor):
    """Washington, whoever governs."""

    group = "us"

    attention = Decision()

    def decide(self) -> None:
        self.attention = 0.6
