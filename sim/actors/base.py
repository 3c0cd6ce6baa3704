"""What every actor shares: a Mesa agent whose variables are one row of its population, in all worlds at once.

Inside `decide()`, `self.democracy` is the array (worlds,) of this actor; assigning to a decision writes through to the population.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import mesa
import numpy as np

from sim.catalogue import ROWS, catalogue
from sim.errors import ModelError, unknown

if TYPE_CHECKING:
    from sim.randomness import Draw
    from sim.world import World


class Decision:
    """An attribute that an actor sets in `decide()`; it reads as the actor's row and writes through, within its declared range."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = name

    def __get__(self, actor: Actor | None, owner: type) -> Any:
        return self if actor is None else actor.own(self.key)

    def __set__(self, actor: Actor, value: np.ndarray | float) -> None:
        actor.decided(self.key, value)


class Actor(mesa.Agent):
    """One decision maker. Subclasses name their population and decide; a user's subclass may override any of it."""

    group: ClassVar[str]
    DRAWS: ClassVar[dict[str, Draw]] = {}
    """Streams of this kind, read by name with `self.draw(name)`; the first slot axis is the actor's row where the kind has rows."""

    model: World

    def __init__(self, model: World, code: str) -> None:
        super().__init__(model)
        self.code = code
        self.row = ROWS[self.group].index(code) if self.group in ROWS else None
        self._population = getattr(model, self.group)
        self.due = frozenset(key for key, room in _decisions(self.group) if model.room_is_on(room))
        self._made: set[str] = set()
        self.streams: dict[str, tuple[str, bool]] = {}
        """Full names of the streams in DRAWS, and whether the rows of the kind share them; told by the world."""

    def decide(self) -> None:
        """Set this actor's decisions for the quarter. Actors without decisions leave it alone."""

    def own(self, key: str) -> np.ndarray:
        """This actor's row of a variable, (worlds,), or (names, worlds) where the variable has a further axis."""
        values = getattr(self._population, key)
        return values if self.row is None else values[self.row]

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_") or key in ("row", "code"):
            raise AttributeError(key)
        return self.own(key)

    def decided(self, key: str, value: np.ndarray | float) -> None:
        """Record a decision; called by assignment."""
        self._made.add(key)
        if key in self.due:
            self._population.decide(self.row, key, value)

    def act(self) -> None:
        """Decide, and see that nothing due was forgotten. Nothing is due where the rooms of all decisions are off."""
        if not self.due:
            return
        self._made.clear()
        try:
            self.decide()
        except Exception as error:
            error.add_note(f"{self.model.where}: {self.code} was deciding, as {type(self).__qualname__}{_advice(error)}")
            raise
        missing = self.due - self._made
        if missing:
            raise ModelError(f"{self.model.where}: {self.code} did not decide {', '.join(sorted(missing))}")

    def draw(self, name: str) -> np.ndarray:
        """This quarter's draws of a stream for this actor, (worlds,) or (slots, worlds)."""
        if name not in self.streams:
            raise ModelError(f"{self.model.where}: {self.code}: " + unknown("stream in DRAWS", name, self.streams))
        full, shared = self.streams[name]
        values = self.model.stream(full)
        return values[self.row] if shared and self.row is not None else values

    def through(self, world: Any) -> Actor:
        """This actor as it would be in a stand-in for its world, deciding by what that holds."""
        seen: Actor = object.__new__(type(self))
        for name, value in {**vars(self), "model": world, "_population": getattr(world, self.group)}.items():
            object.__setattr__(seen, name, value)
        return seen

    def parameters(self, room: str) -> SimpleNamespace:
        """The parameters of a room, for calling its pure functions."""
        return self.model.parameters[room]


def _advice(error: Exception) -> str:
    """What to do about what happens to whoever takes an array over worlds for a number."""
    if "truth value of an array" not in str(error):
        return ""
    return "; its variables are arrays over worlds: write np.where(condition, this, that) in place of `if`"


@cache
def _decisions(group: str) -> tuple[tuple[str, str], ...]:
    """The decisions of a kind of actor, each with the room that declares it."""
    return tuple((v.key, v.room) for v in catalogue().variables.values() if v.group == group and v.kind == "decision")
