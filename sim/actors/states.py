"""The six Western Balkan states: each weighs reform, assent to the Union's positions and its own defence, every quarter.

A user's variant overrides one method, for instance `reform`, and is handed in as `run(..., actors={"XKX": MyKosovo})`.
"""

from __future__ import annotations

from sim.actors.base import Actor, Decision
from sim.catalogue import TOPICS
from sim.maths import Array
from sim.mechanisms.accession import reform_effort
from sim.mechanisms.burden_sharing import own_defence_effort
from sim.mechanisms.foreign_policy import assent


class BalkanState(Actor):
    """A state that chooses how far to reform, which positions to join and what to spend on defence. Arrays are (worlds,).

    What each choice is worth has been worked out for all six when they decide: `worth_of_reform` by the accession room, `inclination`
    (topics, worlds) by foreign policy.
    """

    group = "states"

    reform_effort = Decision()
    assent_russia = Decision()
    assent_china = Decision()
    assent_other = Decision()
    defence_effort = Decision()

    def decide(self) -> None:
        """Reform, assent topic by topic, defence."""
        self.reform_effort = self.reform()
        self.assent_russia, self.assent_china, self.assent_other = self.assents()
        self.defence_effort = self.defence()

    def reform(self) -> Array:
        """Reform effort, 0..1: what the Union credibly offers against what adoption costs at home and what rivals offer."""
        return reform_effort(self.worth_of_reform)

    def assents(self) -> Array:
        """Share of positions joined on Russia, on China and on other topics, (3, worlds): what the West offers against other patrons."""
        return assent(self.inclination, self.parameters("foreign_policy").reach)

    def defence(self) -> Array:
        """Defence effort, as a multiple of today's: threat and doubt about Washington raise it, fatigue wears it down."""
        p, engaged = self.parameters("burden_sharing"), self.protection()
        return own_defence_effort(p, self.perceived_threat(), engaged, self.model.today("us.engagement"), self.policy_fatigue)

    def perceived_threat(self) -> Array:
        """The threat this state arms against, on the scale of region.threat."""
        return self.model.region.threat

    def protection(self) -> Array:
        """The American engagement on which this state's defence rests."""
        return self.model.us.engagement

    def tension_risen(self) -> Array:
        """Tension between Belgrade and Pristina above that of the start."""
        return self.model.departure("kosovo_serbia.tension")


class Albania(BalkanState):
    """Albania: an ally since 2009, with both political camps Euro-Atlantic."""


class Bosnia(BalkanState):
    """Bosnia and Herzegovina: positions pass a Presidency that Republika Srpska can block."""

    def assents(self) -> Array:
        """As others, but what the Presidency cannot agree on is not joined."""
        blocked = self.parameters("foreign_policy").presidency * self.model.departure("republika_srpska.blockade")
        return super().assents() * (1.0 - blocked)


class Kosovo(BalkanState):
    """Kosovo: aligns by its own declaration, and arms with an eye on Belgrade."""

    def perceived_threat(self) -> Array:
        """The war's threat, and Belgrade as tension rises."""
        return super().perceived_threat() + self.tension_risen()


class Montenegro(BalkanState):
    """Montenegro: an ally since 2017, divided over Belgrade and Moscow."""


class NorthMacedonia(BalkanState):
    """North Macedonia: an ally since 2020, held by NATO and Washington through the vetoes of neighbours."""


class Serbia(BalkanState):
    """Serbia: neutral by its own choice and courted by several patrons; it refuses on Russia and makes up for it elsewhere."""

    def perceived_threat(self) -> Array:
        """Not the war but Pristina: a neutral state arms by the tension next door."""
        return self.parameters("burden_sharing").usual_threat + self.tension_risen()

    def protection(self) -> Array:
        """A neutral state never counted on Washington, so it has nothing to lose there."""
        return self.model.today("us.engagement")

    def assents(self) -> Array:
        """As others, but the more the agenda is about Russia, the more Belgrade joins on other topics to stay in talks."""
        p, more_russia = self.parameters("foreign_policy"), self.model.departure("eu.agenda_russia")
        inclination = self.inclination.copy()
        inclination[TOPICS.index("other")] += p.compensation * more_russia
        return assent(inclination, p.reach)
