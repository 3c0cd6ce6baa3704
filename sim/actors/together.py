"""All actors of a population decide in one go, where each of them is of its shipped kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from sim.fusing import fused

if TYPE_CHECKING:
    from sim.world import World


def decide_together(world: World, group: str) -> None:
    """As if each actor of the group were asked by itself."""
    due = [actor.due for actor in world.actors_of(group)]
    if any(due):
        _deciding(group, tuple(due))(world)


@cache
def _deciding(group: str, due: tuple[frozenset[str], ...]) -> Callable[[World], None]:
    """For actors to whom these decisions are due: with a room off, fewer are."""

    def decide(world: World) -> None:
        for actor in world.actors_of(group):
            actor.through(world).act()

    decide.__qualname__ = f"decide.{group}"
    return fused(decide)
