"""Tensions of politics: calm bought with silence (T6), an ally that is a rival (T10), taking part without agreeing (T11)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.catalogue import STATES
from sim.tensions.arms import DECADE, LONG, Arm, Arms, Array
from sim.tensions.tension import Curve, Finding, Panel, Side, Tension, first_lasting, median_year, named, reached_by, share

SERBIAN_ARMS: dict[str, dict[str, Any]] = {
    "defence closed": {"eu.defence_access": []},
    "talks suspended": {"states.SRB.suspend_accession": True},
    "courted": {"eu.veto_propensity": 0, "eu.conditionality_clarity": 0.9, "russia.effort": 0.3},
}
EFFORTS = np.array([0.0, 0.5, 1.0, 2.0, 3.0])
AS_TODAY = 2
"""Position of today's effort among them."""
LATE = ("2030Q1", DECADE)


def calm_and_its_price(arms: Arms) -> Finding:
    """Stability with autocrats tolerated less stability with democracy judged too; when the calm is spent for good."""
    silent, joint = arms.play({"eu.tolerance_of_autocracy": 0.95}, LONG), arms.play({"eu.tolerance_of_autocracy": 0.05}, LONG)
    stability = silent.series("mean.stability") - joint.series("mean.stability")
    democracy = silent.series("mean.democracy")[-1] - joint.series("mean.democracy")[-1]
    when, overall = first_lasting(stability < 0), stability.mean(axis=0)
    numbers = {
        "calmer_first_year": share(stability[:4].mean(axis=0) > 0), "calmer_late": share(stability[-20:].mean(axis=0) > 0),
        "calmer_overall": share(overall > 0), "median_year": median_year(silent.years, when), "democracy": float(democracy.mean()),
    }  # fmt: skip
    spent = reached_by(when, len(silent.years))
    gone, left = (
        Curve("calm spent", silent.years, spent, (2036, "right")),
        Curve("still calmer", silent.years, 100 - spent, (2035, "right")),
    )
    panels = (
        Panel("stability, change", named(silent.years, {"by tolerance": stability}, ((2034, "right"),)), nought=True),
        Panel("worlds, %", (gone, left)),
    )
    return Finding(share(overall > 0), share(overall < 0), numbers, panels)


T6 = Tension(
    "T6",
    "Tolerate autocrats and get calm: at first, and on credit",
    Side("Tolerating autocracies preserves stability (the premise)", "transatlantic-burden-sharing 28",
         "the region is more stable on the mean of 2024-2043", "Over twenty years tolerance is the calmer course"),
    Side("Democracy erodes and peace stalls", "transatlantic-burden-sharing 28",
         "the region is less stable on the mean of 2024-2043", "the less stable one"),
    "Tolerance of autocracy 0.95 against 0.05, for twenty years.",
    "Tolerance makes the first year calmer in {calmer_first_year:.0%} of the worlds and 2039-2043 in {calmer_late:.0%}. Where the calm is "
    "spent for good, half have spent it before {median_year:.0f}. Democracy ends up {democracy:+.2f}.",
    "The horizon: within five years tolerance would have won in most worlds.",
    calm_and_its_price,
)  # fmt: skip


def influences(arm: Arm) -> Array:
    """Third powers' influence on the six, Russia's and China's together, and third powers' on Serbia; means of late years, (3, worlds)."""
    russia, china = (arm.mean(f"mean.{power}_influence", *LATE) for power in ("russian", "chinese"))
    return np.stack([arm.mean("mean.third_power_influence", *LATE), russia + china, arm.mean("SRB.third_power_influence", *LATE)])


def two_roles(arms: Arms) -> Finding:
    """What Türkiye's effort adds to third powers and keeps from Russia and China, and what goes when it goes."""
    third, others, _ = np.moveaxis(arms.sweep("turkiye.effort", EFFORTS.tolist(), influences, DECADE), 1, 0)
    without = influences(arms.play({"powers.active": ["RUS", "CHN"]})) - influences(arms.play())
    lost, filled, serbia = without
    numbers = {
        "lost": float(lost.mean()), "loses": share(lost < 0), "filled": float(filled.mean()), "fills": share(filled > 0),
        "serbia_gains": share(serbia > 0), "rival_part": float((third[-1] - third[AS_TODAY]).mean()),
        "ally_part": float((others[-1] - others[AS_TODAY]).mean()),
    }  # fmt: skip
    lines = {"all third powers": (third, (1.3, "right")), "Russia and China": (others, (0.6, "right"))}
    under = "Türkiye's effort, 1 = as today"
    panels = tuple(
        Panel("influence, change", named(EFFORTS, {name: values - values[AS_TODAY]}, (place,)), under, at=1, nought=True)
        for name, (values, place) in lines.items()
    )
    return Finding(share(serbia > 0), share(serbia < 0), numbers, panels)


T10 = Tension(
    "T10",
    "Türkiye is an ally and a rival at once: its effort adds to third powers and keeps Russia and China out",
    Side("Türkiye is a member of NATO and of the region's formats", "closing-the-capabilities-gap 174-184",
         "in Serbia third powers have more influence without Türkiye: the ally held the place",
         "In Serbia third powers are stronger without Türkiye"),
    Side("Türkiye is one of the interfering powers", "closing-the-capabilities-gap 68, 106, 234",
         "in Serbia third powers have less influence without Türkiye: the rival is gone", "weaker"),
    "Türkiye's effort from nothing to three times today's, and Türkiye taken off the list of active powers; means of 2030-2034.",
    "Without Türkiye third powers' influence on the six changes by {lost:+.3f} (it falls in {loses:.0%} of the worlds) and that of Russia "
    "and China by {filled:+.4f} (it grows in {fills:.0%}). In Serbia, where Türkiye has few kin, third powers gain by its leaving in "
    "{serbia_gains:.0%}.",
    "Serbia is where the two roles are nearest in size. In the other five Türkiye's own part outweighs what it keeps out in all "
    "worlds or nearly all. Its contingent in KFOR goes with it; what it gives to regional formats is not in the model.",
    two_roles,
)  # fmt: skip


def taking_part_and_agreeing(arms: Arms) -> Finding:
    """Serbia's readiness and alignment when EU defence closes to it, when its talks stop, and when it is courted; each against baseline."""
    usual = arms.play()
    played = {name: arms.play(levers) for name, levers in SERBIAN_ARMS.items()}
    ready, agreed = (
        {name: arm.series(f"SRB.{outcome}") - usual.series(f"SRB.{outcome}") for name, arm in played.items()}
        for outcome in ("readiness", "eu_alignment")
    )
    forces, votes = ([values[-20:].mean(axis=0) for values in change.values()] for change in (ready, agreed))
    least = usual.by_state("eu_alignment")[-20:].mean(axis=0).argmin(axis=0) == STATES.index("SRB")
    numbers = {f"{what}_{arm.split()[-1]}": float(v.mean()) for what, values in (("forces", forces), ("votes", votes))
               for arm, v in zip(played, values, strict=True)}  # fmt: skip
    numbers |= {"least_aligned": share(least), "four_fifths": share(played["courted"].mean("SRB.eu_alignment", *LATE) > 0.8)}
    places = ((2029.5, "left"), (2029, "above"), (2033, "below")), ((2032, "above"), (2030, "below"), (2028.5, "left"))
    panels = (
        Panel("Serbia's readiness, change", named(usual.years, ready, places[0]), nought=True),
        Panel("Serbia's alignment, change", named(usual.years, agreed, places[1]), nought=True),
    )
    closed, suspended = (np.abs(forces[i]) - np.abs(votes[i]) for i in (0, 1))
    return Finding(share(closed > 0), share(suspended < 0), numbers, panels)


T11 = Tension(
    "T11",
    "Taking part is not agreeing: one lever moves Serbia's forces, another its votes",
    Side("Serbia has the only EDA arrangement and serves in EU missions", "closing-the-capabilities-gap 70, 72",
         "closing EU defence to Serbia moves its forces' readiness more than its alignment", "Closed defence moves forces more"),
    Side("Serbia is the least aligned", "transatlantic-burden-sharing 16",
         "with EU defence open all the while, suspended talks move its alignment more than its readiness", "stopped talks votes"),
    "EU defence projects closed to Serbia; Serbia's accession suspended; Serbia courted (no vetoes, clarity 0.9, Russia's effort 0.3). "
    "Each against the baseline in the same world; means of 2030-2034.",
    "Serbia, alone inside, is the least aligned of the six in {least_aligned:.0%} of the worlds. Closing EU defence moves its readiness by "
    "{forces_closed:+.3f} and its alignment by {votes_closed:+.3f}. With EU defence open all the while alignment moves by "
    "{votes_suspended:+.2f} where talks stop and by {votes_courted:+.2f} where Serbia is courted (then beyond four fifths of all positions "
    "in {four_fifths:.0%} of the worlds), readiness by {forces_suspended:+.3f} and {forces_courted:+.3f}.",
    "Nothing short of courting changes who is last: Serbia stays the least aligned in nearly every world under every lever tried. The "
    "two sides are counted by what each lever moves.",
    taking_part_and_agreeing,
    exclusive=False,
)  # fmt: skip
