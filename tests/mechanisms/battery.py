"""The battery that every room passes, whatever it is about."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sim.catalogue import catalogue
from sim.world import World


class Spy:
    """Stands before a population and notes who reads, books and publishes what."""

    def __init__(self, world: World, group: str, notes: dict[str, dict[str, set[str]]]) -> None:
        self.__dict__["_seen"] = (world, getattr(world, group), group, notes)

    def __getattr__(self, key: str) -> Any:
        world, population, group, notes = self.__dict__["_seen"]
        if key in ("change", "pull", "jump", "jump_at", "set"):
            return self._writing(key)
        if f"{group}.{key}" in catalogue().variables:
            notes[world.room]["reads"].add(f"{group}.{key}")
        return getattr(population, key)

    def _writing(self, verb: str) -> Any:
        world, population, group, notes = self.__dict__["_seen"]

        def write(key: str, *args: Any, **more: Any) -> None:
            notes[world.room]["signals" if verb == "set" else "books"].add(f"{group}.{key}")
            getattr(population, verb)(key, *args, **more)

        return write


def watched(plan: Any, quarters: int) -> dict[str, dict[str, set[str]]]:
    """Play some quarters and return, per room, the variables it read, booked and published."""
    world = World(plan, 1, [0])
    world.fuses = False  # what a tape reads is not read call by call
    notes: dict[str, dict[str, set[str]]] = defaultdict(lambda: {"reads": set(), "books": set(), "signals": set()})
    for group in {v.group for v in catalogue().variables.values() if v.kind != "derived"}:
        setattr(world, group, Spy(world, group, notes))
    for _ in range(quarters):
        world.step()
    return notes
