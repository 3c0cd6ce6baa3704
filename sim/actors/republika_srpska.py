"""Republika Srpska: an entity with its own leadership, patrons and veto."""

from __future__ import annotations

from sim.actors.base import Actor, Decision


class RepublikaSrpska(Actor):
    """The leadership in Banja Luka."""

    group = "republika_srpska"

    defiance = Decision()

    def decide(self) -> None:
        self.defiance = 0.5
