"""Tensions between the two shores: what a US retreat costs and sets free (T1), and whether the EU can take over (T7)."""

from __future__ import annotations

import numpy as np

from sim.tensions.arms import LONG, Arms, ramp
from sim.tensions.tension import Curve, Finding, Panel, Side, Tension, first_lasting, median_year, named, reached_by, share

RETREAT = {"us.engagement": {"2024Q1": 1, "2026Q1": 0.3}}
EARLY = {"eu.security_ownership": ramp(0.35, 0.7, "2026Q1", 2)}
LATE = {"eu.security_ownership": ramp(0.35, 0.7, "2032Q1", 2)}
WHOLE = {"eu.security_ownership": ramp(0.35, 1.0, "2026Q1", 2)}
SINCE = 2026


def us_retreat(arms: Arms) -> Finding:
    """What the retreat takes and sets free by itself, and what becomes of stability with an early, a late or no answer of the EU."""
    stay, alone = arms.play({}, LONG), arms.play(RETREAT, LONG)
    answers = {"no answer": alone, "late answer": arms.play(RETREAT | LATE, LONG), "early answer": arms.play(RETREAT | EARLY, LONG)}
    followed = {"western leverage": "western_leverage", "own spending": "mean.defence_spending", "EU interest": "eu.defence_interest"}
    usual = {name: stay.series(key) for name, key in followed.items()}
    moved = {n: 100 * (alone.series(key) - usual[n]) / usual[n].mean(axis=1, keepdims=True) for n, key in followed.items()}
    stability = {name: arm.series("mean.stability") - stay.series("mean.stability") for name, arm in answers.items()}
    none, late, early = (values[-20:].mean(axis=0) for values in stability.values())
    leverage, spending, interest = (float(values[-20:].mean()) for values in moved.values())
    numbers = {
        "leverage": leverage, "spending": spending, "interest": interest,
        "stability_none": float(none.mean()), "stability_late": float(late.mean()), "stability_early": float(early.mean()),
        "better_none": share(none > 0), "better_late": share(late > 0), "better_early": share(early > 0),
    }  # fmt: skip
    places = (((2037, "below"), (2038, "below"), (2036, "above")), ((2034, "left"), (2040, "below"), (2032.5, "right")))
    panels = (
        Panel("change without an EU answer, %", named(stay.years, moved, places[0]), at=SINCE, nought=True),
        Panel("stability, change", named(stay.years, stability, places[1]), at=SINCE, nought=True),
    )
    return Finding(share(early < 0), share(early > 0), numbers, panels)


T1 = Tension(
    "T1",
    "When Washington turns away, leverage goes at once; what may make up for it comes later, and only if the EU answers",
    Side("US disengagement lowers what the West can move", "transatlantic-burden-sharing 40",
         "less stable in 2039-2043 than had Washington stayed, although the EU answers early", "The loss lasts"),
    Side("US disengagement makes the Balkans invest themselves and the EU take an interest", "closing-the-capabilities-gap 204, 256",
         "more stable in 2039-2043 than had Washington stayed, because the EU answers early", "an early EU answer outweighs it"),
    "US engagement falls to 0.3 of the usual in 2026. The EU raises its own security effort from 0.35 to 0.7 in 2026-2027 (early), in "
    "2032-2033 (late) or never. Always compared with the same world in which Washington stays and the EU does no more.",
    "In 2039-2043 leverage is {leverage:+.0f} %, the six's own spending {spending:+.0f} % and the EU's interest {interest:+.0f} % where "
    "the EU does not answer. The region ends up more stable than had Washington stayed in {better_none:.0%} of the worlds without an "
    "answer, in {better_late:.0%} with a late and in {better_early:.0%} with an early one.",
    "The retreat raises the EU's interest by itself, but not its effort, which is a lever: what wins for the other side is the "
    "answer, not the retreat, and a larger answer wins in most worlds. Under the same effort of the EU the region fares better with "
    "Washington than without.",
    us_retreat,
)  # fmt: skip


def take_over(arms: Arms) -> Finding:
    """When, if ever, the West's leverage is back at what it would have been, once the EU carries the whole effort without the US."""
    stay = arms.play({}, LONG)
    followed = {
        "the EU beside the US": WHOLE,
        "the EU instead of the US": RETREAT | WHOLE,
        "the US gone, the EU as today": RETREAT,
    }
    lead = {name: arms.play(levers, LONG).series("western_leverage") - stay.series("western_leverage") for name, levers in followed.items()}
    since = stay.at(f"{SINCE}Q1")
    when = since + first_lasting(lead["the EU instead of the US"][since:] >= 0)
    crossed = np.isfinite(when)
    beside, instead, gone = (float(values[-20:].mean()) for values in lead.values())
    numbers = {
        "crossed": share(crossed), "median_year": median_year(stay.years, when), "beside": beside, "instead": instead, "gone": gone
    }  # fmt: skip
    back = reached_by(when, len(stay.years))
    done, not_yet = Curve("made up for", stay.years, back, (2037, "below")), Curve("not yet", stay.years, 100 - back, (2037, "above"))
    places = ((2036, "above"), (2037, "above"), (2036, "below"))
    panels = (
        Panel("western leverage, change", named(stay.years, lead, places), at=SINCE, nought=True),
        Panel("the EU instead of the US: worlds, %", (done, not_yet), at=SINCE),
    )
    return Finding(share(crossed), share(~crossed), numbers, panels)


T7 = Tension(
    "T7",
    "Can European effort replace American leverage? In some worlds after years, in most not within two decades",
    Side("The EU should own security in the region", "transatlantic-burden-sharing 40",
         "leverage returns, for two years or more, to what it would have been had nothing changed", "The EU brings leverage back"),
    Side("US leverage cannot be replaced, even in the medium term", "transatlantic-burden-sharing 40",
         "leverage never returns for as long as two years before the end of 2043", "it does not"),
    "US engagement falls to 0.3 of the usual in 2026, while the EU raises its own security effort from 0.35 to 1, the whole western effort "
    "of 2023, in 2026-2027; beside it the same EU effort with Washington still there, and the retreat alone.",
    "With the whole western effort of 2023 in its own hands the EU brings leverage back for two years or more in {crossed:.0%} of the "
    "worlds, half of those before {median_year:.0f}. On the mean of 2039-2043 leverage is {instead:+.3f} against no change at all; the "
    "same effort beside the US would have made it {beside:+.3f}.",
    "The dose: at half the additional effort few worlds cross; with full coordination beside it nearly all do. Gaps shorter than two "
    "years do not count.",
    take_over,
)  # fmt: skip
