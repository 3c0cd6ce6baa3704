"""A back-test that knows of vetoes: North Macedonia's path to 2023, told only what was known at the end of 2013.

A forecast of readiness alone (Böhmelt & Freyburg 2018, Forecasting candidate states' compliance with EU accession rules, 2017-2050) found
that of five candidates only this one might comply by 2023; vetoes overtook it. Here the same model is played with the Council as it is, and
with a Council that never blocks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.hindcast.ensemble import SCENARIO, chapters, plan_of, simulate
from sim.hindcast.proper import crps_of_sample
from sim.hindcast.targets import FIRST, LAST

STATE = "MKD"
NEGOTIATING, MEMBER = 2.0, 4.0
OBSERVED = {"talks_opened": 2022, "chapters": 0, "member": False}
"""First conference on 19 July 2022; the first cluster still held at the end of 2023 (milestones.csv, vetoes.csv)."""
COUNCILS: dict[str, dict[str, Any]] = {"as it is": {}, "never blocks": {"eu.veto_propensity": 0}}


def path(levers: dict[str, Any], worlds: int, seed: int) -> dict[str, float]:
    """What a Council gives for the candidate by the end of 2023, at the priors."""
    plan = plan_of(SCENARIO, levers=levers)
    played = simulate(plan, worlds, seed, [("accession_stage", "end"), ("accession", "end")])
    years = np.arange(FIRST, LAST + 1)
    stage = played.of("accession_stage", "end", STATE, years)
    opened = chapters(played.of("accession", "end", STATE, [LAST]))[0]
    talks = stage >= NEGOTIATING
    by_2019 = talks[: 2019 - FIRST + 1].any(axis=0)
    first = np.where(talks.any(axis=0), years[talks.argmax(axis=0)], LAST + 1)
    return {
        "crps_of_year": crps_of_sample(first.astype(float), np.ones(worlds), OBSERVED["talks_opened"]),
        "talks_by_2019": float(by_2019.mean()),
        "talks_by_2022": float(talks[: 2022 - FIRST + 1].any(axis=0).mean()),
        "talks_by_2023": float(talks.any(axis=0).mean()),
        "median_year_of_talks": float(np.median(first)),  # 2024: not by the end of 2023
        "no_chapter_by_2023": float((opened < 0.5).mean()),
        "chapters_median": float(np.median(opened)),
        "chapters_high": float(np.quantile(opened, 0.95)),
        "member_by_2023": float((stage >= MEMBER).any(axis=0).mean()),
    }


def back_test(worlds: int = 2048, seed: int = 1) -> dict[str, Any]:
    """Both Councils, beside what happened."""
    found = {name: path(levers, worlds, seed) for name, levers in COUNCILS.items()}
    return {"test": "North Macedonia by 2023", "observed": OBSERVED, "councils": found, "paragraph": _in_words(found)}


def _in_words(found: dict[str, dict[str, float]]) -> str:
    a, b = found["as it is"], found["never blocks"]
    year = "not by the end of 2023" if a["median_year_of_talks"] > LAST else f"{a['median_year_of_talks']:.0f}"
    better = "better" if a["crps_of_year"] < b["crps_of_year"] else "worse"
    return (
        f"North Macedonia, told only what was known at the end of 2013. Talks opened by 2019: probability {a['talks_by_2019']:.2f} with "
        f"the Council as it is, {b['talks_by_2019']:.2f} with one that never blocks; by 2023: {a['talks_by_2023']:.2f} against "
        f"{b['talks_by_2023']:.2f} (median year: {year}). No chapter open at the end of 2023: {a['no_chapter_by_2023']:.2f} against "
        f"{b['no_chapter_by_2023']:.2f}; membership: {a['member_by_2023']:.2f} against {b['member_by_2023']:.2f}. What happened: talks in "
        f"July 2022, no chapter, no membership. For the year of the talks the forecast that knows of vetoes is {better}: mean error "
        f"(CRPS) of {a['crps_of_year']:.1f} years against {b['crps_of_year']:.1f}."
    )
