"""The United States: how much attention the region gets."""

from __future__ import annotations

from sim.actors.base import Actor, Decision
from sim.mechanisms.transatlantic import attention, prioritised


class UnitedStates(Actor):
    """Washington, whoever governs: attention follows the administration, its grievance and acute crises."""

    group = "us"

    attention = Decision()

    def decide(self) -> None:
        """Attention as usual, less what administration and grievance withdraw, more where a crisis calls; little after a withdrawal."""
        p, world = self.parameters("transatlantic"), self.model
        crises = 0.5 * (world.kosovo_serbia.crisis + world.states.crisis.max(axis=0)) - p.usual_crises
        grievance = self.grievance - world.today("us.grievance")
        wanted = attention(p, world.today("us.engagement"), self.transactional, grievance, crises, self.mood)
        self.attention = prioritised(wanted, self.priority) * (1 - self.withdrawn) + p.residual_attention * self.withdrawn
