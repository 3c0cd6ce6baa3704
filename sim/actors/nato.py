"""NATO: the force that the Alliance wants in Kosovo."""

from __future__ import annotations

from sim.actors.base import Actor, Decision


class NATO(Actor):
    """The Alliance as an institution."""

    group = "nato"

    desired_kfor = Decision()

    def decide(self) -> None:
        self.desired_kfor = 4.8
