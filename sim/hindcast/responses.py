"""Two responses that the record lets one isolate: Serbia's refusal under a war, and KFOR's reinforcement in a crisis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim import quarters
from sim.catalogue import STATES
from sim.chunking import chunks
from sim.data.figures import load_figures
from sim.data.scales import THOUSAND
from sim.hindcast.ensemble import plan_of
from sim.hindcast.proper import quantile
from sim.hindcast.references import NAMES
from sim.hindcast.scoring import Judged
from sim.play import Task, play
from sim.scenario.plan import Plan

SERBIA = STATES.index("SRB")
WAR_YEARS = (2022, 2023)
ATTACK, BEFORE, AFTER = "2023Q2", "2023Q1", "2023Q4"


def rise_observed() -> tuple[float, float]:
    """Rise of KFOR from May to the end of 2023 by the lower and the higher count of its end, thousands."""
    at_end, counted_higher, in_may = (
        load_figures().at(name, "XKX", 2023).value / THOUSAND for name in ("kfor_troops", "kfor_troops_high", "kfor_troops_may")
    )
    return at_end - in_may, counted_higher - in_may


def _paths(plan: Plan, name: str, worlds: int, seed: int) -> np.ndarray:
    """A variable's path in every world, (quarters, *shape, worlds)."""
    parts = [play(Task(plan, seed, chunk, paths=(name,))).paths[name][1:] for chunk in chunks(range(worlds))]
    return np.concatenate(parts, axis=-1, dtype=float)


def _spread(values: np.ndarray) -> list[float]:
    """5 %, 50 % and 95 % points."""
    return [float(q) for q in quantile(values, np.ones(values.size), np.array([0.05, 0.5, 0.95]))]


def _point_in_words(p: Mapping[str, float]) -> str:
    low, median, high, seen = (100 * p[k] for k in ("low", "median", "high", "observed"))
    return f"{p['year']} {median:.0f} % [{low:.0f}, {high:.0f}], observed {seen:.0f} %"


def serbian_refusal(judged: Sequence[Judged], worlds: int = 1024, seed: int = 1, belief: str = "posterior_2019") -> dict[str, Any]:
    """Serbia's rate under the war, fitted on 2014 to 2019 and predicted untouched, and what it joins on Russia alone."""
    row = next(j for j in judged if j.row.key == "cfsp.SRB")
    war = [i for i, year in enumerate(row.row.years) if year in WAR_YEARS]
    own = sum(row.crps[i] for i in war)
    skills = {n: 1.0 - own / sum(row.references[n][i] for i in war) for n in NAMES}
    points = [
        {"year": int(row.row.years[i]), "observed": float(row.row.values[i]), "low": float(row.fan[i][0]), "median": float(row.fan[i][2]),
         "high": float(row.fan[i][4])}
        for i in war
    ]  # fmt: skip
    plan = plan_of(belief=belief)
    assent = _paths(plan, "states.assent_russia", worlds, seed)[:, SERBIA].mean(axis=1)
    by_year = assent.reshape(-1, 4).mean(axis=1)
    inside = sum(p["low"] <= p["observed"] <= p["high"] for p in points)
    words = (
        "Serbia's refusal, fitted on 2014 to 2019 and predicted untouched: "
        + "; ".join(_point_in_words(p) for p in points)
        + f". {inside} of {len(points)} inside the 90 % interval; skill against dressed persistence {skills['dressed_persistence']:+.2f}, "
        f"against the trend {skills['trend']:+.2f}. Of positions on Russia the model's Serbia joins {100 * by_year[:6].mean():.0f} % in "
        f"2014 to 2019 (recorded for sanctions: none) and {100 * by_year[8:].mean():.0f} % in 2022 and 2023."
    )  # fmt: skip
    return {"points": points, "skill": skills, "assent_russia": [float(a) for a in by_year], "inside": inside, "paragraph": words}


def kfor_given_crisis(worlds: int = 2048, seed: int = 1, belief: str = "posterior_2019") -> dict[str, Any]:
    """By how much and how soon KFOR grows when the crises of 2023 are given, against the same worlds without them."""
    told, usual = (plan_of(policy=policy, belief=belief) for policy in ("crisis_2023", None))
    given, free = (_paths(plan, "kfor.strength", worlds, seed) for plan in (told, usual))
    at = {q: quarters.index(q) - told.start for q in (BEFORE, ATTACK, AFTER)}
    rise = given[at[AFTER]] - given[at[BEFORE]]
    added = given - free
    first = added[at[ATTACK]].mean() / max(added[at[AFTER]].mean(), 1e-9)
    size, (low, high) = _spread(rise), rise_observed()
    inside = bool(size[0] <= high and low <= size[2])
    words = (
        f"KFOR given the crises of 2023. Rise from the first to the last quarter of 2023: {size[1]:+.2f} thousand "
        f"[{size[0]:+.2f}, {size[2]:+.2f}]; observed {low:+.2f} or {high:+.2f}, {'inside' if inside else 'outside'} the 90 % interval. "
        f"Of what the crises add by the end of the year, {100 * first:.0f} % is there in the quarter of the first attack; the record has "
        "700 more a day after that of 29 May, and further forces five days after that of 24 September. End of 2023 in the model: "
        f"{_spread(given[at[AFTER]])[1]:.2f} thousand."
    )
    return {
        "rise": size, "observed": [low, high], "inside": inside, "share_in_first_quarter": float(first),
        "strength": _spread(given[at[AFTER]]), "paragraph": words,
    }  # fmt: skip
