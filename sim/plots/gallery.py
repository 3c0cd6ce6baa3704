"""The gallery: every figure, drawn from small runs, with the words that make it.

    python -m sim.plots.gallery [FOLDER]        # writes gallery.md and figures/*.svg; FOLDER is docs by default

The words on the page are those that are carried out, so the page cannot promise what the functions do not do.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sim import explain, load_scenario, plots, run
from sim.catalogue import catalogue
from sim.results import Results

WORLDS = 200
CALLS = (
    'fan(vetoes, "SRB.eu_alignment", ghost=baseline)',
    'small_multiples(vetoes, "membership_credibility", ghost=baseline)',
    'slope(baseline, vetoes, "membership_credibility")',
    'ridgeline(vetoes, "eu_alignment", ghost=baseline)',
    'hundred_dots(baseline, vetoes, "eu_alignment")',
    'waterfall(explain(baseline, vetoes, "SRB.public_support_eu"), title="Support for the EU in Serbia, 2034: why vetoes lower it", '
    'unit="share")',
    'tornado(sensitivities, title="Serbia\'s EU alignment in 2034: which lever moves it how far", unit="share")',
    'pareto(policies, "eu_alignment", "democracy", units={"eu_alignment": "share", "democracy": "V-Dem index"})',
    'map_of(vetoes, "eu_alignment")',
    "timeline(baseline, world=3, twin=vetoes)",
)
"""One call per figure, in the order of the page."""

_LEVERS = {
    "tolerance of autocrats": "eu.tolerance_of_autocracy",
    "clarity of conditions": "eu.conditionality_clarity",
    "readiness to block": "eu.veto_propensity",
    "Russian effort": "russia.effort",
    "mediation by the EU": "eu.mediation",
}
_HEAD = """# Gallery of figures

Every figure of `sim.plots`, drawn by `python -m sim.plots.gallery` from {worlds} worlds of two shipped scenarios. The page is
generated; do not edit it. Each function returns a matplotlib `Figure`; `save(figure, "name.svg")` or `"name.png"` writes it,
the same bytes every time.

    from sim import explain, load_scenario, run
    from sim.plots import *

    baseline = run(load_scenario("baseline"), worlds={worlds})
    vetoes = run(load_scenario("enlargement_veto"), worlds={worlds}, policy="all")

`sensitivities` is a table with the columns name, low and high; `policies` has a row per policy and a column per outcome.
"""


def names(worlds: int = WORLDS) -> dict[str, Any]:
    """What the calls speak of: the two runs and the two tables."""
    vetoes = run(load_scenario("enlargement_veto"), worlds, policy="all")
    return {
        "baseline": run(load_scenario("baseline"), worlds),
        "vetoes": vetoes,
        "policies": policies_of(vetoes),
        "sensitivities": sensitivities(worlds // 2 or 1),
        "explain": explain,
        **{function.__name__: function for function in plots.FIGURES},
    }


def policies_of(results: Results) -> pd.DataFrame:
    """Mean of alignment and democracy over the six and all worlds at the end, one row per policy."""
    rows = []
    for policy in results.policies:
        ends = {name: float(results.values(f"mean.{name}", policy)[:, -1].mean()) for name in ("eu_alignment", "democracy")}
        rows.append({"policy": "as written" if policy == "none" else policy, **ends})
    return pd.DataFrame(rows)


def sensitivities(worlds: int, outcome: str = "SRB.eu_alignment") -> pd.DataFrame:
    """The mean change of an outcome at the end with each of a few levers at either end of its range."""
    base = run("baseline", worlds).values(outcome)[:, -1].mean()
    rows = []
    for words, lever in _LEVERS.items():
        low, high = catalogue().levers[lever].range or (0.0, 1.0)
        at_low, at_high = (run("baseline", worlds, levers={lever: edge}).values(outcome)[:, -1].mean() - base for edge in (low, high))
        rows.append({"name": f"{words} ({low:g} to {high:g})", "low": float(at_low), "high": float(at_high)})
    return pd.DataFrame(rows)


def drawn(worlds: int = WORLDS) -> dict[str, tuple[str, Figure]]:
    """The call and the figure of every function, by the function's name."""
    known = names(worlds)
    return {call.split("(")[0]: (call, eval(call, dict(known))) for call in CALLS}


def write(folder: str | Path = "docs", worlds: int = WORLDS) -> Path:
    """Draw everything into FOLDER/figures and write FOLDER/gallery.md; returns the page's path."""
    folder = Path(folder)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    figures = drawn(worlds)
    parts = [_HEAD.format(worlds=worlds)]
    for function in plots.FIGURES:
        name = function.__name__
        call, figure = figures[name]
        plots.save(figure, folder / "figures" / f"{name}.svg")
        said = " ".join((function.__doc__ or "").split("\n\n")[0].split())
        alternative = f"{plots.title_of(figure)}. {plots.caption_of(figure)}"
        parts.append(f"## `{name}`\n\n{said}\n\n    {call}\n\n![{alternative}](figures/{name}.svg)\n")
    page = folder / "gallery.md"
    page.write_text("\n".join(parts), encoding="utf-8")
    return page


if __name__ == "__main__":
    print(write(sys.argv[1] if len(sys.argv) > 1 else "docs"))  # noqa: T201 -- the command's answer
