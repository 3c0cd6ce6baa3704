"""The 27 EU members: each votes on every step that a candidate attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sim.actors.base import Actor, Decision
from sim.catalogue import MEMBERS, STATES
from sim.data.tables import load_council
from sim.mechanisms.council import objection_rate
from sim.randomness import Draw

if TYPE_CHECKING:
    from sim.world import World

NON_RECOGNISERS = frozenset(m.iso for m in load_council() if not m.recognises_kosovo)
XKX = STATES.index("XKX")


class EUMember(Actor):
    """A government that can block a candidate.

    A veto once cast stands until it is bought out, worn down or outvoted. A new one is cast by chance, the more readily the stronger
    the quarrel and the more sceptical the public. One draw a quarter is the mood of the government: it serves all six candidates, so
    that a government in the mood to block tends to block several at once, as France, the Netherlands and Denmark did in 2018.
    """

    group = "members"
    DRAWS: ClassVar[dict[str, Draw]] = {"mood": Draw("uniform", (len(MEMBERS),))}

    objection = Decision()

    def __init__(self, model: World, code: str) -> None:
        super().__init__(model, code)
        self.recognises_kosovo = code not in NON_RECOGNISERS

    def decide(self) -> None:
        """Vote on each candidate: 1 or True = no, (6, worlds)."""
        rate = objection_rate(self.dispute, self.readiness_to_refuse, self.model.states.veto_exposure)
        votes = self.standing | (self.draw("mood") < rate)
        if not self.recognises_kosovo:
            votes[XKX] |= self.model.eu.recognition_united < 0.5
        self.objection = votes
