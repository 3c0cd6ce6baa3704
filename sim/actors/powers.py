"""Russia, China and Türkiye: each spends a limited effort where it pays."""

from __future__ import annotations

from sim.actors.base import Actor, Decision


class OutsidePower(Actor):
    """A power that spreads its effort over the six states."""

    group = "powers"

    effort_on = Decision()

    def decide(self) -> None:
        self.effort_on = 0.15


class Russia(OutsidePower):
    """Russia: kin, church, energy and security ties."""


class China(OutsidePower):
    """China: trade, loans and infrastructure."""


class Turkiye(OutsidePower):
    """Türkiye: kin, faith and trade; an ally of NATO at the same time."""
