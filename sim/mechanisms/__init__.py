"""The rooms: what follows from decisions and circumstances, one mechanism per module; `sim/schedule.py` puts them in order."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from sim.schedule import QUARTER

ROOMS: dict[str, ModuleType] = {
    name: import_module(f"sim.mechanisms.{name}")
    for name in dict.fromkeys(e.room for e in QUARTER if e.room)
    if find_spec(f"sim.mechanisms.{name}")
}
"""Every room of the schedule that is built, in order of first appearance."""
