"""The six Western Balkan states: each weighs reform, assent to the Union's positions and its own defence."""

from __future__ import annotations

from sim.actors.base import Actor, Decision


class BalkanState(Actor):
    """A state that chooses every quarter how far to reform, what to join and what to spend on defence."""

    group = "states"

    reform_effort = Decision()
    assent_russia = Decision()
    assent_china = Decision()
    assent_other = Decision()
    defence_effort = Decision()

    def decide(self) -> None:
        self.reform_effort = 0.4
        self.assent_russia = 0.5
        self.assent_china = 0.5
        self.assent_other = 0.5
        self.defence_effort = 1.0


class Albania(BalkanState):
    """Albania."""


class Bosnia(BalkanState):
    """Bosnia and Herzegovina: its positions pass a Presidency that Republika Srpska can block."""


class Kosovo(BalkanState):
    """Kosovo."""


class Montenegro(BalkanState):
    """Montenegro."""


class NorthMacedonia(BalkanState):
    """North Macedonia."""


class Serbia(BalkanState):
    """Serbia: neutral by its own choice, courted by several patrons."""
