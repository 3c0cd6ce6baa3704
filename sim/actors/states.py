"""The six Western Balkan states: each weighs reform, assent to the Union's positions and its own defence, every quarter.

A user's variant overrides one method, for instance `reform`, and is handed in as `run(..., actors={"XKX": MyKosovo})`.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sim.actors.base import Actor, Decision
from sim.maths import within
from sim.mechanisms.accession import reform_effort, rival_offers
from sim.mechanisms.burden_sharing import own_defence_effort
from sim.mechanisms.foreign_policy import assent, benefit_behind, hedging, steadiness
from sim.mechanisms.outside_powers import either, rivalry

Array = np.ndarray
TOPICS = ("russia", "china", "other")


class BalkanState(Actor):
    """A state that chooses how far to reform, which positions to join and what to spend on defence. Arrays are (worlds,)."""

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

    # -- reform ----------------------------------------------------------------------------------------------------------------

    def reform(self) -> Array:
        """Reform effort, 0..1: what the Union credibly offers against what adoption costs at home and what rivals offer."""
        eu = self.model.eu
        return reform_effort(
            self.parameters("accession"), self.row, credibility=self.membership_credibility, clarity=eu.clarity, money=eu.money,
            accession=self.accession, stage=self.stage, engaged=self.engaged, democracy=self.democracy,
            policy_fatigue=self.policy_fatigue, nationalism=self.nationalism, orientation=self.orientation,
            rivals=rival_offers(self.russian_influence, self.chinese_influence),
        )  # fmt: skip

    # -- assent to the Union's positions ---------------------------------------------------------------------------------------

    def assents(self) -> Array:
        """Share of positions joined on Russia, on China and on other topics, (3, worlds): what the West offers against other patrons."""
        p = self.parameters("foreign_policy")
        benefit = self.benefits_today + self.western_pull - self.resistances()
        return assent(benefit * steadiness(p.fragility, self.fragile, self.today("fragile")), p.reach)

    def resistances(self) -> Array:
        """Change since today of what stands against joining, in logits, (3, worlds): patrons' influence, and the gain of hedging."""
        p = self.parameters("foreign_policy")
        russian = self.russian_influence - self.today("russian_influence")
        chinese = self.chinese_influence - self.today("chinese_influence")
        hedge = self.hedging_gain() - self.hedging_today
        return np.stack([p.resistance_russia * russian + hedge, p.resistance_china * chinese + hedge, p.resistance_other * russian])

    def hedging_gain(self) -> Array:
        """What keeping Russia, China and Türkiye as further patrons is worth."""
        p = self.parameters("foreign_policy")
        patrons = self.russian_influence + self.chinese_influence + self.turkish_influence
        return hedging(patrons, self.patron_rivalry, p.hedging_gain, p.hedging_half, p.hedging_cost)

    # -- defence ---------------------------------------------------------------------------------------------------------------

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

    # -- the reference: today's situation --------------------------------------------------------------------------------------

    def today(self, key: str) -> Array:
        """The row of this state in the situation at the start, (1,) or (worlds,)."""
        return self.model.today(f"states.{key}")[self.row]

    def tension_risen(self) -> Array:
        """Tension between Belgrade and Pristina above that of the start."""
        return self.model.kosovo_serbia.tension - self.model.today("kosovo_serbia.tension")

    @cached_property
    def benefits_today(self) -> Array:
        """The net benefits that explain today's assents, (3, 1) or (3, worlds)."""
        p = self.parameters("foreign_policy")
        return np.stack([benefit_behind(self.today(f"assent_{topic}"), p.reach) for topic in TOPICS])

    @cached_property
    def hedging_today(self) -> Array:
        """What hedging is worth in today's situation."""
        p, today = self.parameters("foreign_policy"), self.today
        russia, china, turkiye = today("russian_influence"), today("chinese_influence"), today("turkish_influence")
        west, apart = either(today("eu_influence"), today("us_influence")), self.parameters("outside_powers").turkish_part_apart * turkiye
        rivalry_today = within(rivalry(west, russia, china, apart), 0.0, 1.0)
        return hedging(russia + china + turkiye, rivalry_today, p.hedging_gain, p.hedging_half, p.hedging_cost)


class Albania(BalkanState):
    """Albania: an ally since 2009, with both political camps Euro-Atlantic."""


class Bosnia(BalkanState):
    """Bosnia and Herzegovina: positions pass a Presidency that Republika Srpska can block."""

    def assents(self) -> Array:
        """As others, but what the Presidency cannot agree on is not joined."""
        p, blockade = self.parameters("foreign_policy"), self.model.republika_srpska.blockade
        return super().assents() * (1.0 - p.presidency * (blockade - self.model.today("republika_srpska.blockade")))


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

    def resistances(self) -> Array:
        """As others, but the more the agenda is about Russia, the more Belgrade joins on other topics to stay in talks."""
        result = super().resistances()
        more_russia = self.model.eu.agenda_russia - self.model.today("eu.agenda_russia")
        result[TOPICS.index("other")] -= self.parameters("foreign_policy").compensation * more_russia
        return result
