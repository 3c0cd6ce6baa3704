"""The 27 EU members: each votes on every step that a candidate attempts."""

from __future__ import annotations

from sim.actors.base import Actor, Decision


class EUMember(Actor):
    """A government that can block a candidate."""

    group = "members"

    objection = Decision()

    def decide(self) -> None:
        self.objection = 0.0
