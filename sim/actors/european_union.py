"""The European Union as an institution: commitment to the region, and its force in Bosnia."""

from __future__ import annotations

from sim.actors.base import Actor, Decision
from sim.catalogue import STATES
from sim.maths import Array
from sim.mechanisms.alliance import eufor_wanted
from sim.mechanisms.transatlantic import commitment

BOSNIA = STATES.index("BIH")


class EuropeanUnion(Actor):
    """Commission, External Action Service and the presidency of the day."""

    group = "eu"

    commitment = Decision()
    desired_eufor = Decision()

    def decide(self) -> None:
        """Weigh alarm against weariness for the region as a whole; size EUFOR by what happens in Bosnia."""
        self.commitment = self._weight()
        p, world = self.parameters("alliance"), self.model
        unrest = world.today("states.stability")[BOSNIA] - world.states.stability[BOSNIA]
        acute = world.states.crisis[BOSNIA] + world.republika_srpska.seceded
        self.desired_eufor = eufor_wanted(p, world.republika_srpska.blockade, acute, world.region.threat, unrest)

    def _weight(self) -> Array:
        p, world = self.parameters("transatlantic"), self.model
        alarm = world.region.threat + world.departure("eu.vulnerability") + world.region.acute - (p.usual_threat + p.usual_crises)
        weariness = world.departure("eu.fatigue") + self.preoccupation - p.usual_preoccupation
        return commitment(p, world.today("eu.commitment"), alarm, world.departure("eu.cohesion"), weariness)
