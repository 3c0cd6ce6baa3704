"""Tensions in defence: one more format (T3), training or equipment (T8), forces that follow trouble and calm it (T9)."""

from __future__ import annotations

import numpy as np

from sim.tensions.arms import SHORT, Arm, Arms, Array
from sim.tensions.tension import Curve, Finding, Panel, Side, Tension, correlation, middle, named, peak, share

COUNTS = np.arange(1, 13)
SHARES = np.array([0.0, 0.2, 0.35, 0.45, 0.55, 0.7, 0.85, 1.0])
FLEETS = {"modern fleets": 0.1, "old fleets": 0.9}
TO_THE_THIRD, TO_THE_FOURTH, TO_THE_SEVENTH = 1, 2, 5
"""Positions among the steps from one number of formats to the next."""
GRID = np.linspace(0.2, 0.8, 61)


def cooperation(arm: Arm) -> Array:
    """Mean cooperation of the last three years of a short run, (worlds,)."""
    return arm.mean("regional.cooperation", "2027Q1", SHORT)


def readiness(arm: Arm) -> Array:
    """Mean readiness of the six in the last three years of a short run, (worlds,)."""
    return arm.mean("mean.readiness", "2027Q1", SHORT)


def one_more_format(arms: Arms) -> Finding:
    """Cooperation by the number of formats that share one budget, and whether the next one adds to it."""
    levels = arms.sweep("formats.count", COUNTS.tolist(), cooperation, SHORT)
    added = np.diff(levels, axis=0)
    helps, best = (added > 0).mean(axis=1), COUNTS[levels.argmax(axis=0)]
    numbers = {
        "second": float(helps[0]), "third": float(helps[TO_THE_THIRD]), "fourth": float(helps[TO_THE_FOURTH]),
        "seventh": float(helps[TO_THE_SEVENTH]), "fewest": int(best.min()), "most": int(best.max()),
    }  # fmt: skip
    gains = Curve("the next one helps", COUNTS[1:], 100 * helps, (8, "above"))
    losses = Curve("the next one harms", COUNTS[1:], 100 - 100 * helps, (8, "below"))
    panels = (
        Panel("cooperation", (middle("on the same budget", COUNTS, levels, 8, "left"),), under="number of formats"),
        Panel("worlds, %", (gains, losses), under="number of formats, the next one included"),
    )
    return Finding(share(added[TO_THE_FOURTH] < 0), share(added[TO_THE_FOURTH] > 0), numbers, panels)


T3 = Tension(
    "T3",
    "One more format: the first ones cover new tasks, the next ones repeat them, the last ones eat the budget",
    Side("Duplicated formats cost efficiency", "closing-the-capabilities-gap 188",
         "a fourth format on the same budget lowers cooperation", "A fourth format harms"),
    Side("B9+, SEDEFCO, the CHOD Forum, PESCO and EDF together", "closing-the-capabilities-gap 132-150, 200",
         "a fourth format on the same budget raises cooperation", "helps"),
    "One to twelve formats share the same budget from 2024; cooperation is the mean of 2027-2029.",
    "The second format helps in {second:.0%} of the worlds, the third in {third:.0%}, the fourth in {fourth:.0%}, the seventh in "
    "{seventh:.0%}. By world the best number lies between {fewest} and {most}; today there are six.",
    "The count is taken at the fourth format, where worlds differ most. At the seventh, the next one today, no doubt is left; where "
    "tasks overlap almost wholly even the second harms.",
    one_more_format,
)  # fmt: skip


def training_or_equipment(arms: Arms) -> Finding:
    """Readiness by the share of the cooperation budget spent on training, with modern and with old equipment."""
    found = {
        name: arms.sweep("formats.training_share", SHARES.tolist(), readiness, SHORT, {"states.legacy_equipment": legacy})
        for name, legacy in FLEETS.items()
    }
    best = {name: peak(SHARES, values) for name, values in found.items()}
    modern, old = best.values()
    every = np.concatenate([modern, old])
    numbers = {
        "modern": float(modern.mean()), "old": float(old.mean()), "training_modern": share(modern > 0.5), "training_old": share(old > 0.5),
        "lowest": float(every.min()), "highest": float(every.max()),
    }  # fmt: skip
    lower = tuple(_share_below(n, v, place) for (n, v), place in zip(best.items(), ((0.53, "right"), (0.4, "left")), strict=True))
    under = "share spent on training"
    panels = (
        Panel("readiness of the six", named(SHARES, found, ((0.62, "above"), (0.4, "below"))), under=under),
        Panel("worlds whose best share is lower, %", lower, under=under, at=0.5),
    )
    return Finding(share(every > 0.5), share(every < 0.5), numbers, panels)


def _share_below(label: str, values: Array, place: tuple[float, str]) -> Curve:
    """Percentage of the worlds whose value lies below each point of the grid."""
    return Curve(label, GRID, 100 * (values[None, :] <= GRID[:, None]).mean(axis=1), place)


T8 = Tension(
    "T8",
    "Training or equipment? Neither alone: the best split lies inside, and old fleets move it towards equipment",
    Side("Training before procurement", "closing-the-capabilities-gap 154", "the best split gives training more than half",
         "Training deserves more than half"),
    Side("Obsolete equipment is the binding gap", "closing-the-capabilities-gap 112, 210", "the best split gives equipment more than half",
         "equipment"),
    "The share of training goes from nothing to everything at the same budget, once with a tenth and once with nine tenths of the "
    "equipment obsolete; readiness is the mean of 2027-2029. Each world is counted twice, with either fleet.",
    "The best training share lies inside in every world, between {lowest:.2f} and {highest:.2f}: {modern:.2f} on the mean where fleets are "
    "modern, {old:.2f} where they are old. It is more than half in {training_modern:.0%} and {training_old:.0%} of the worlds.",
    "Both fleets are extremes; with equipment as it is, the best share lies between the two and a little below one half.",
    training_or_equipment,
    cases="cases",
)  # fmt: skip


def forces_and_trouble(arms: Arms) -> Finding:
    """How KFOR and Kosovo's instability go together as they come, and what forces that respond do in the same world."""
    usual = arms.play()
    strong, absent = arms.play({"nato.presence_response": 2}), arms.play({"nato.presence_response": 0})
    forces, unstable = usual.series("kfor.strength"), 1 - usual.series("XKX.stability")
    raw = correlation(forces, unstable)
    eased = absent.series("XKX.stability") - strong.series("XKX.stability")
    late = eased[usual.at("2030Q1") :].mean(axis=0)
    numbers = {"correlation": float(raw.mean()), "together": share(raw > 0), "effect": float(late.mean()), "calmed": share(late < 0)}
    panels = (
        Panel("instability of Kosovo", (_by_tenths("as seen", forces, unstable),), under="KFOR, thousands"),
        Panel("instability of Kosovo, change", (middle("because forces respond", usual.years, eased, 2028, "right"),), nought=True),
    )
    return Finding(share(raw > 0), share(late < 0), numbers, panels)


def _by_tenths(label: str, x: Array, y: Array) -> Curve:
    """Means of y, and the middle half of it, in tenths of x of equal size."""
    order = np.argsort(x, axis=None, kind="stable")
    tenths = [(x.ravel()[part], y.ravel()[part]) for part in np.array_split(order, 10)]
    low, high = (np.array([np.quantile(b, q) for _, b in tenths]) for q in (0.25, 0.75))
    across, up = (np.array([pair[i].mean() for pair in tenths]) for i in (0, 1))
    return Curve(label, across, up, (float(across[3]), "right"), (low, high))


T9 = Tension(
    "T9",
    "Troops go where trouble is, so the two are seen together; but the troops calm it",
    Side("Instability compels NATO to increase its presence", "transatlantic-burden-sharing 14",
         "within the world KFOR and Kosovo's instability rise and fall together", "Troops and trouble go together"),
    Side("NATO's engagement brings stability", "transatlantic-burden-sharing 50",
         "in the same world Kosovo is steadier in 2030-2034 with forces that respond than with forces that do not",
         "troops calm trouble"),
    "Left, the baseline as it comes. Right, forces that respond twice as strongly as usual against forces that do not respond at all, in "
    "the same worlds.",
    "Within a world more troops go with more instability (mean correlation {correlation:+.2f}, positive in {together:.0%} of the worlds), "
    "and yet forces that respond leave Kosovo steadier in {calmed:.0%}: its instability changes by {effect:+.3f}.",
    "That forces calm is assumed in every world, after the record of peacekeeping; how much is open. Only the correlation can come "
    "out either way.",
    forces_and_trouble,
    exclusive=False,
)  # fmt: skip
