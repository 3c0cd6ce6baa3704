"""The hindcast as a whole: runs, forecasts, scores.

The scored forecast plays `hindcast_2014` with parameters of the sample `posterior_2019`, conditions each row on its own record of 2014 to
2019, and is scored on 2020 to 2023. Every run beside it differs in one thing, so that its contribution can be read off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.hindcast.calibrate import targets_wanted
from sim.hindcast.ensemble import SCENARIO, Ensemble, plan_of, simulate
from sim.hindcast.hindsight import blinded
from sim.hindcast.references import yearly_step
from sim.hindcast.scoring import Judged, figures_of, judge, overall, predict, seen
from sim.hindcast.targets import FIRST, LAST, LAUNCH, TEST, TRAIN, Row, before, read_record
from sim.scenario.plan import Plan

WORLDS, SEED = 4096, 1
BELIEF = "posterior_2019"


@dataclass(frozen=True)
class Variant:
    """One way to make the forecast. `blind` spreads every parameter that was set by figures of the test years."""

    name: str
    title: str
    scenario: str = SCENARIO
    policy: str | None = None
    belief: str = BELIEF
    conditioned: bool = True
    blind: bool = False
    only: tuple[str, ...] = ()  # series to score; all where empty
    years: tuple[int, int] = TEST

    def plan(self) -> Plan:
        """What the engine plays."""
        plan = plan_of(self.scenario, self.policy, self.belief)
        return replace(plan, parameters=plan.parameters | blinded(plan.start)) if self.blind else plan


SCORED = Variant("scored", "The scored forecast: told the years to 2019, vetoes and crises its own")
VARIANTS = (
    SCORED,
    Variant("prior", "Parameters at their priors", belief="prior"),
    Variant(
        "blind", "Priors, but every parameter that was set by figures of 2020 to 2023 is spread evenly from half to twice its value",
        belief="prior", blind=True,
    ),
    Variant("no_war", "Without the invasion of 2022, which the references do not know either", scenario="hindcast_2014_no_war"),
    Variant("vetoes", "Conditional on the documented vetoes", scenario="hindcast_2014_vetoes"),
    Variant("crisis", "Conditional on the crises in north Kosovo: KFOR only", policy="crisis_2023", only=("kfor",)),
    Variant("without_belief", "Rooms credibility and accession off", policy="without_belief"),
    Variant(
        "rehearsal", "A rehearsal inside the training years: priors, told the years to 2017, scored on 2018 and 2019", belief="prior",
        years=(2018, 2019),
    ),
    Variant("unconditioned", "Played from 2013 to 2023 without looking up, scored against references that know 2019", conditioned=False),
    Variant(
        "decade", "Played from 2013 to 2023 at the priors, all ten years, against references that know the last value of 2013 "
        "and, unlike the model, the spread of the training years", belief="prior", conditioned=False, years=(FIRST, LAST),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """A variant with its judged rows and the ensemble it came from."""

    variant: Variant
    judged: list[Judged]
    figures: dict[str, Any]
    ensemble: Ensemble = field(repr=False)


def play_variant(
    variant: Variant, record: Sequence[Row], worlds: int = WORLDS, seed: int = SEED, ensemble: Ensemble | None = None
) -> Outcome:
    """Run one variant and score it. `ensemble` saves the run where another variant has played the same plan."""
    wanted = [row for row in record if not variant.only or row.series.name in variant.only]
    played = ensemble or simulate(variant.plan(), worlds, seed, targets_wanted(record))
    judged = judge_rows(variant, wanted, played, seed)
    return Outcome(variant, judged, overall(judged, seed), played)


def judge_rows(variant: Variant, record: Sequence[Row], ensemble: Ensemble, seed: int) -> list[Judged]:
    """Forecast and score every row that has observations in the variant's years."""
    first, last = variant.years
    launched = {row.key: row for row in before(record, first - 1 if first > FIRST else LAUNCH)}
    trained = {row.key: row for row in before(record, first - 1 if first > FIRST else TRAIN[1])}
    judged = []
    for row in record:
        target = row.within(first, last)
        if target.years.size:
            predicted = predict(ensemble, launched[row.key], target, seed, variant.conditioned)
            judged.append(judge(predicted, trained))
    return judged


def play_all(worlds: int = WORLDS, seed: int = SEED, record: Sequence[Row] | None = None) -> dict[str, Outcome]:
    """Every variant by name; runs of the same plan are played once."""
    rows = list(record or read_record())
    plans: dict[str, Ensemble] = {}
    outcomes: dict[str, Outcome] = {}
    for variant in VARIANTS:
        key = repr(variant.plan())
        outcomes[variant.name] = play_variant(variant, rows, worlds, seed, plans.get(key))
        plans[key] = outcomes[variant.name].ensemble
    return outcomes


def as_data(outcomes: Mapping[str, Outcome], worlds: int, seed: int) -> dict[str, Any]:
    """The scores as the JSON holds them."""
    main = outcomes[SCORED.name]
    return {
        "train": list(TRAIN),
        "test": list(TEST),
        "worlds": worlds,
        "seed": seed,
        "overall": main.figures,
        "series": [row_data(j) for j in main.judged],
        "restlessness": restlessness(read_record(), main.ensemble, seed),
        "variants": [{"name": o.variant.name, "means": o.variant.title, **o.figures} for o in outcomes.values()],
    }


def restlessness(record: Sequence[Row], ensemble: Ensemble, seed: int) -> list[dict[str, Any]]:
    """Yearly steps of the training years, in the record and in the median world; a model that moves too little has narrow intervals."""
    found = []
    for row in record:
        known = row.within(*TRAIN)
        if known.years.size >= 4 and row.series.scored:
            gaps = np.diff(known.years)
            worlds = seen(ensemble, known, known.years, seed, "restless")
            steps = np.sqrt((np.diff(worlds, axis=0) ** 2 / gaps[:, None]).mean(axis=0))
            found.append({"series": row.series.name, "state": row.entity, "record": yearly_step(known), "model": float(np.median(steps))})
    return found


def row_data(judged: Judged) -> dict[str, Any]:
    """One row of the table of scores, with the fan behind it."""
    row = judged.row
    points = [
        {"year": int(year), "observed": float(value), "fan": [float(q) for q in fan]}
        for year, value, fan in zip(row.years, row.values, judged.fan, strict=True)
    ]
    return {
        "series": row.series.name,
        "state": row.entity,
        "n": len(judged.crps),
        "scored": row.series.scored,
        "unit": row.series.unit,
        **figures_of([judged]),
        "points": points,
    }
