"""Tensions on the way in: what comes first (T2), how firmly (T4), and what becomes of the effort after arrival (T5)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.tensions.arms import LONG, Arms, Array
from sim.tensions.tension import Finding, Panel, Side, Tension, named, share

SECOND, AFTER = "2029Q1", "2034Q1"
FIRM = {"eu.conditionality_clarity": 0.9}
FLEXIBLE = {
    "eu.conditionality_clarity": 0.2, "eu.tolerance_of_autocracy": 0.7, "eu.entry_mode": "all_at_once", "eu.accession_pace": 1.5,
}  # fmt: skip
BEFORE, SINCE_JOINING = 20, 24
"""Quarters shown on either side of accession."""


def phases(first: float, second: float, usual: float = 1.0) -> dict[str, float]:
    """A lever's path through two phases of five years and as today afterwards."""
    return {"2024Q1": first, SECOND: second, AFTER: usual}


def order(cooperation: tuple[float, float], accession: tuple[float, float]) -> dict[str, Any]:
    """Levers of a sequence; high-level contact goes between 0.4 and 0.8 as the formats' budget goes between 0.5 and 2."""
    contact = {0.5: 0.4, 2: 0.8}
    return {
        "formats.budget": phases(*cooperation),
        "formats.joint_training": phases(*cooperation),
        "formats.high_level_contact": phases(contact[cooperation[0]], contact[cooperation[1]], 0.5),
        "eu.accession_pace": phases(*accession),
    }


def sequence(arms: Arms) -> Finding:
    """The same two efforts in either order; what is left when both have been made."""
    cooperate = arms.play(order((2, 0.5), (0.5, 2)), LONG)
    integrate = arms.play(order((0.5, 2), (2, 0.5)), LONG)
    keys = {"stability": "mean.stability", "convergence": "defence_convergence", "accession": "mean.accession"}
    lead = {name: cooperate.series(key) - integrate.series(key) for name, key in keys.items()}
    decided, turn = lead["stability"].mean(axis=0), cooperate.at("2028Q4")
    numbers = {
        "calmer_first": share(lead["stability"][turn] > 0),
        "calmer_last": share(lead["stability"][-1] > 0),
        "calmer_overall": share(decided > 0),
        "behind_in_accession": share(lead["accession"][turn] < 0),
        **{name: float(values.mean()) for name, values in lead.items()},
    }
    progress = {"accession": lead.pop("accession")}
    name = "cooperation first less membership first"
    panels = (
        Panel(name, named(cooperate.years, lead, ((2034.5, "right"), (2040, "below"))), at=2034, nought=True),
        Panel(name, named(cooperate.years, progress, ((2031, "right"),)), at=2034, nought=True),
    )
    return Finding(share(decided > 0), share(decided < 0), numbers, panels)


T2 = Tension(
    "T2",
    "Cooperate first or join first? Cooperation calms sooner, membership lasts longer",
    Side("Regional cooperation must happen before integrating into the bloc", "closing-the-capabilities-gap 274",
         "cooperation first is the more stable road on the mean of 2024-2043", "Cooperation first is the more stable road"),
    Side("Membership itself brings peace and convergence; integrate beyond enlargement", "closing-the-capabilities-gap 90, 288",
         "membership first is the more stable road on the mean of 2024-2043", "membership first"),
    "Two phases of five years, then everything as today. In one the formats get twice their money and training and much contact while "
    "accession goes at half its pace, in the other the formats get half and accession goes at twice its pace: the same effort in either "
    "order. Shown is cooperation first less membership first.",
    "Cooperation first is the more stable road in {calmer_first:.0%} of the worlds at the end of 2028, but in {calmer_last:.0%} at the end "
    "of 2043; on the mean of the twenty years it is in {calmer_overall:.0%}. Accession is behind in {behind_in_accession:.0%} in 2028.",
    "How long one looks on. Where the second phase is hardly over at the end, as with two phases of eight years up to 2039, "
    "cooperation first wins in nearly every world; what was built last is also what is freshest at the end.",
    sequence,
)  # fmt: skip


def firm_or_flexible(arms: Arms) -> Finding:
    """Clear conditions one by one against all at once, faster and with an eye closed."""
    roads = {"firm, one by one": arms.play(FIRM, LONG), "flexible, all at once": arms.play(FLEXIBLE, LONG)}
    firm, flexible = roads.values()
    soon = firm.at("2030Q4")
    lead = {k: flexible.series(f"mean.{k}") - firm.series(f"mean.{k}") for k in ("accession", "membership_credibility", "stability")}
    along, believed, stable = (values[-20:].mean(axis=0) for values in lead.values())
    numbers = {
        "faster_soon": share(lead["accession"][soon] > 0), "faster_late": share(along > 0), "credible_firm": share(believed < 0),
        "stable_soon": share(lead["stability"][soon] > 0), "stable_late": share(stable > 0),
    }  # fmt: skip
    shown = (
        ("accession progress", "mean.accession", ((2037, "below"), (2033, "above"))),
        ("credibility of membership", "mean.membership_credibility", ((2031, "above"), (2032, "below"))),
    )
    panels = tuple(Panel(n, named(firm.years, {r: a.series(key) for r, a in roads.items()}, places)) for n, key, places in shown)
    return Finding(share(along < 0), share(along > 0), numbers, panels)


T4 = Tension(
    "T4",
    "Firm and credible or flexible and fast: speed is bought with belief in the rules",
    Side("Clear, firm conditionality", "transatlantic-burden-sharing 30, 50",
         "the firm road is the further along in 2039-2043, for all its slow start", "In the end the firm road is further along"),
    Side("Take the Balkans in all at once, pragmatic and flexible", "closing-the-capabilities-gap 256, 274",
         "the flexible road is still the further along in 2039-2043", "the flexible one"),
    "Firm: clarity of conditions 0.9, one by one. Flexible: all at once at 1.5 times the pace, clarity 0.2, tolerance of autocracy 0.7.",
    "The flexible road is further along in {faster_soon:.0%} of the worlds at the end of 2030 and in {faster_late:.0%} in 2039-2043, while "
    "the firm one leaves membership the more credible in {credible_firm:.0%}. The flexible road is the more stable in {stable_soon:.0%} of "
    "the worlds at the end of 2030 and in {stable_late:.0%} in 2039-2043.",
    "What counts as arriving: on stability the firm road wins in nearly all worlds in the end. The flexible road's lead comes from "
    "pace and convoy; less clarity alone only slows.",
    firm_or_flexible,
)  # fmt: skip


def around(joined: Array, values: Array) -> Array:
    """Paths (quarters, states, worlds) laid over each other at the quarter of joining (states, worlds), (BEFORE + 1 + SINCE_JOINING, n)."""
    fits = (joined >= BEFORE) & (joined + SINCE_JOINING < values.shape[0])
    state, world = np.nonzero(fits)
    at = joined[fits][None, :] + np.arange(-BEFORE, SINCE_JOINING + 1)[:, None]
    return np.asarray(values[at, state[None, :], world[None, :]])


def after_joining(arms: Arms) -> Finding:
    """Effort, democracy and stability around accession, against the same state in the same world kept outside."""
    joining, outside = arms.play({"eu.accession_pace": 1.5}, LONG), arms.play({"eu.accession_pace": 0}, LONG)
    member = joining.by_state("accession") >= 1
    joined = np.where(member.any(axis=0), member.argmax(axis=0), -1)
    effort, democracy, stability, fatigue = (
        around(joined, joining.by_state(k)) for k in ("reform_effort", "democracy", "stability", "policy_fatigue")
    )
    twin, calmer = around(joined, outside.by_state("reform_effort")), stability - around(joined, outside.by_state("stability"))
    before, after = slice(BEFORE - 8, BEFORE), slice(BEFORE + 9, None)
    tired = effort[before].mean(axis=0) > effort[after].mean(axis=0)
    stopped = democracy[after].mean(axis=0) <= democracy[BEFORE]
    safer = calmer[after].mean(axis=0)
    numbers = {
        "joiners": effort.shape[1], "effort_before": float(effort[before].mean()), "effort_after": float(effort[after].mean()),
        "tired": share(tired), "stopped": share(stopped), "safer": share(safer > 0), "stability_won": float(safer.mean()),
        "fatigue_on_joining": float(fatigue[BEFORE].mean()), "fatigue_six_years_later": float(fatigue[-1].mean()),
    }  # fmt: skip
    years, under = np.arange(-BEFORE, SINCE_JOINING + 1) / 4, "years since joining"
    efforts = named(years, {"joins": effort, "kept outside": twin}, ((3, "below"), (3, "above")))
    gain = named(years, {"joins, less outside": calmer}, ((1, "left"),))
    panels = (Panel("reform effort", efforts, under, at=0), Panel("stability, change", gain, under, at=0, nought=True))
    return Finding(share(safer > 0), share(tired & stopped), numbers, panels)


T5 = Tension(
    "T5",
    "Effort peaks at the door and falls behind it, and yet membership pays",
    Side("Joining is the safe and effective option", "transatlantic-burden-sharing 50",
         "from the third year on the member is more stable than the same state in the same world kept outside",
         "More stable than outside"),
    Side("New members tire and stop improving", "closing-the-capabilities-gap 188, 198",
         "from the third year on effort is below that of the two years before, and democracy no better than on joining",
         "tired and no freer"),
    "Accession at 1.5 times its pace against no accession at all; every accession of every world is laid over the others at its date.",
    "Over {joiners:,} accessions reform effort falls from {effort_before:.2f} to {effort_after:.2f}, in {tired:.0%} of them, and "
    "democracy is no better afterwards than on joining in {stopped:.0%}; yet the member is more stable than the same state kept outside "
    "in {safer:.0%}.",
    "That effort falls is built in, since the Union's reward ends with accession; only whether democracy goes on improving is open. "
    "The gain in stability is that of the whole way in, not of the last step.",
    after_joining,
    exclusive=False,
    cases="accessions",
)  # fmt: skip
