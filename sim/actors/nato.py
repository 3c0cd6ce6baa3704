"""NATO: the force that the Alliance wants in Kosovo."""

from __future__ import annotations

from sim.actors.base import Actor, Decision
from sim.catalogue import STATES
from sim.mechanisms.alliance import kfor_wanted

KOSOVO = STATES.index("XKX")


class NATO(Actor):
    """The Alliance as an institution: its force follows trouble, the more the less the Union does itself."""

    group = "nato"

    desired_kfor = Decision()

    def decide(self) -> None:
        """Size KFOR by tension, acute crisis and the stability of Kosovo."""
        world = self.model
        unrest = world.today("states.stability")[KOSOVO] - world.states.stability[KOSOVO]
        pair, p = world.kosovo_serbia, self.parameters("alliance")
        self.desired_kfor = kfor_wanted(p, pair.tension, pair.crisis, unrest, world.eu.security_effort)
