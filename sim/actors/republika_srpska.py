"""Republika Srpska: an entity with its own leadership and patrons, which defies the state as far as that pays."""

from __future__ import annotations

from sim.actors.base import Actor, Decision
from sim.maths import Array, saturating
from sim.mechanisms.secession import BOSNIA, defiance, punishment


class RepublikaSrpska(Actor):
    """The leadership in Banja Luka."""

    group = "republika_srpska"

    defiance = Decision()

    def log_odds(self) -> Array:
        """Log-odds that defiance pays: patrons, publics and a centre that escalates against sanctions, troops and leverage, (worlds,)."""
        p, model = self.parameters("secession"), self.model
        price = p.sanctions_deter * punishment(model.us.sanctions, model.eu.sanctions_blocked, p.eu_part_of_sanctions)
        price = price + p.eufor_deters * saturating(model.eufor.strength, p.eufor_half) + p.leverage_deters * model.region.western_leverage
        gain = p.patron_emboldens * self.patronage + p.nationalism_drives * model.states.nationalism[BOSNIA]
        return p.defiance_bias + gain + p.centre_escalates * model.states.crisis[BOSNIA] - price

    def decide(self) -> None:
        """Defy as far as it pays, at the pitch that the leadership sets."""
        self.defiance = defiance(self.stoking, self.log_odds())
