"""The trade-offs of the two documents, each played both ways in one model: `python -m sim.tensions`."""

from sim.tensions.arms import Arm, Arms
from sim.tensions.defence import T3, T8, T9
from sim.tensions.politics import T6, T10, T11
from sim.tensions.sequence import T2, T4, T5
from sim.tensions.tension import Finding, Side, Tension
from sim.tensions.west import T1, T7

TENSIONS: tuple[Tension, ...] = (T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11)

__all__ = ["TENSIONS", "Arm", "Arms", "Finding", "Side", "Tension"]
