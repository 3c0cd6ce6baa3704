"""The cast: who decides, one file per kind. CAST says which class plays which actor."""

from sim.actors.base import Actor, Decision
from sim.actors.european_union import EuropeanUnion
from sim.actors.members import EUMember
from sim.actors.nato import NATO
from sim.actors.powers import China, Russia, Turkiye
from sim.actors.republika_srpska import RepublikaSrpska
from sim.actors.states import Albania, BalkanState, Bosnia, Kosovo, Montenegro, NorthMacedonia, Serbia
from sim.actors.together import decide_together
from sim.actors.united_states import UnitedStates
from sim.catalogue import MEMBERS

CAST: dict[str, type[Actor]] = {
    "ALB": Albania,
    "BIH": Bosnia,
    "XKX": Kosovo,
    "MNE": Montenegro,
    "MKD": NorthMacedonia,
    "SRB": Serbia,
    "RS": RepublikaSrpska,
    "EU": EuropeanUnion,
    "USA": UnitedStates,
    "NATO": NATO,
    "RUS": Russia,
    "CHN": China,
    "TUR": Turkiye,
    **dict.fromkeys(MEMBERS, EUMember),
}
"""Actor code -> class, in the order in which agents are made."""

__all__ = [
    "CAST", "NATO", "Actor", "Albania", "BalkanState", "Bosnia", "China", "Decision", "EUMember", "EuropeanUnion", "Kosovo",
    "Montenegro", "NorthMacedonia", "RepublikaSrpska", "Russia", "Serbia", "Turkiye", "UnitedStates", "decide_together",
]  # fmt: skip
