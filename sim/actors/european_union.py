"""The European Union as an institution: commitment to the region, and its force in Bosnia."""

from __future__ import annotations

import numpy as np

from sim.actors.base import Actor, Decision
from sim.catalogue import STATES
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

    def _weight(self) -> np.ndarray:
        p, world = self.parameters("transatlantic"), self.model
        crises = 0.5 * (world.kosovo_serbia.crisis + world.states.crisis.max(axis=0)) - p.usual_crises
        alarm = world.region.threat - p.usual_threat + self.vulnerability - world.today("eu.vulnerability") + crises
        weariness = self.fatigue - world.today("eu.fatigue") + self.preoccupation - p.usual_preoccupation
        return commitment(p, world.today("eu.commitment"), alarm, self.cohesion - world.today("eu.cohesion"), weariness)
