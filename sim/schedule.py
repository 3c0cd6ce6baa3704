"""A quarter, from top to bottom. Whoever reads only this file knows the model.

Rooms *perceive* (compute this quarter's signals) and *step* (book changes of stocks with their causes); actors *decide* in between.
Stocks read as they stood at the end of last quarter; the world sums all bookings at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.world import World


@dataclass(frozen=True)
class Entry:
    """One line of the schedule. `name` is the room, or the population whose actors decide."""

    verb: str
    name: str

    @property
    def room(self) -> str | None:
        """The room that must be on, or None for actors."""
        return None if self.verb == "decide" else self.name

    def run(self, world: World) -> None:
        """Let the room or the actors have their turn."""
        if self.verb == "decide":
            world.run_actors(self.name)
        else:
            world.run_room(self.name, self.verb)


def perceive(room: str) -> Entry:
    """The room computes its signals."""
    return Entry("perceive", room)


def step(room: str) -> Entry:
    """The room books its changes."""
    return Entry("step", room)


def report(room: str) -> Entry:
    """Before the first quarter and after the sums of each: the room restates a signal from the stocks, and it holds until the next time."""
    return Entry("report", room)


def decide(population: str) -> Entry:
    """Each actor of the population decides."""
    return Entry("decide", population)


QUARTER: tuple[Entry, ...] = (
    # The circumstances of the quarter
    perceive("burden_sharing"),  # the threat that the war carries
    perceive("transatlantic"),  # who governs in Washington, how it deals, what the West can move together
    perceive("credibility"),  # how clear the rules are, what distracts the Union
    perceive("capability"),  # EU-NATO synchronisation, seats offered, the state of equipment
    perceive("stability"),  # domestic fragility and division
    perceive("democracy"),  # what tolerance of autocrats buys, what captured governments make of it
    perceive("accession"),  # money, engagement, and who puts a step before the Council
    perceive("foreign_policy"),  # what the Union's positions are about
    perceive("formats"),  # what regional cooperation yields, who has entered B9+
    perceive("dialogue"),  # sanctions on spoilers
    perceive("secession"),  # kin support and patronage
    # Those who decide
    perceive("outside_powers"),  # which powers are active
    decide("powers"),  # Russia, China and Türkiye spend a limited effort where it pays
    perceive("council"),  # recognition, patrons who shield
    decide("members"),  # 27 members vote on each step attempted
    decide("us"),  # Washington gives attention
    decide("eu"),  # Brussels puts weight behind the region, and troops into Bosnia
    decide("nato"),  # the Alliance sizes KFOR
    decide("republika_srpska"),  # Banja Luka defies or waits
    decide("states"),  # the six choose reform, assent and defence effort
    # What follows
    step("burden_sharing"),  # spending and grievance
    step("transatlantic"),  # engagement, predictability, standing, western influence
    step("council"),  # votes are counted: steps granted or blocked, spells begin and end
    step("credibility"),  # promises kept and broken
    step("accession"),  # reform turns into chapters, stages, membership
    step("domestic_politics"),  # elections, alternation, fatigue
    step("foreign_policy"),  # assent by topic becomes alignment
    step("outside_powers"),  # effort becomes influence
    step("information"),  # narratives, support, nationalism
    step("democracy"),  # conditionality, tolerance, legitimation
    step("dialogue"),  # Belgrade and Pristina
    step("secession"),  # Republika Srpska
    step("alliance"),  # KFOR, EUFOR, deterrence, NATO paths
    step("capability"),  # readiness and convergence
    step("formats"),  # cooperation, trust, mobility
    step("hybrid"),  # damage and preparedness
    step("stability"),  # unrest, crises, contagion, prosperity
)

AFTERWARDS: tuple[Entry, ...] = (
    report("council"),  # which vetoes stand
    report("outside_powers"),  # third powers' joint influence, as the tables carry it
)
