"""Russia, China and Türkiye: each spends a limited effort where its channel is wide and the state lies open."""

from __future__ import annotations

from sim.actors.base import Actor, Decision
from sim.maths import Array
from sim.mechanisms.influence import spread


class OutsidePower(Actor):
    """A power that spreads its effort over the six states.

    A subclass may weigh the states differently by overriding `attraction`; the total stays what the power can afford.
    """

    group = "powers"

    effort_on = Decision()

    def attraction(self) -> Array:
        """What each state promises: the width of the channel into it times how open it lies, shape (6, worlds)."""
        return self.channel * self.model.states.opening

    def decide(self) -> None:
        """Spread what this power can afford over the six states."""
        self.effort_on = spread(self.capacity, self.attraction())


class Russia(OutsidePower):
    """Russia: kin, church, energy and arms."""


class China(OutsidePower):
    """China: infrastructure, energy and loans."""


class Turkiye(OutsidePower):
    """Türkiye: communities of faith and kin, and trade; an ally of NATO at the same time."""
