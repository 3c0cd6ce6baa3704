"""The part of a report that says what it rests on: claims touched, assumptions drawn, sources, the run's identity."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from sim.catalogue import Parameter, catalogue
from sim.claims.reading import not_expressed, read_claims, shipped_file
from sim.report.html import folded, paragraph, section, table, text
from sim.report.sources import Citations, starts_of
from sim.results import Results

_LINES = re.compile(r"([a-z][a-z-]+)\s+((?:\d+(?:-\d+)?)(?:\s*,\s*\d+(?:-\d+)?)*)")


def grounds_of(results: Results, outcome: str, name: str) -> list[str]:
    """Sections on what a run's answer about an outcome rests on; `name` is that of the part."""
    citations = Citations(name)
    said = "Figures are observed up to 2023, each with its owner; works are cited where a sign, a form or a size comes from them."
    return [
        starts_of(results, outcome, citations),
        section("Claims touched", _claims(results)),
        section("What is assumed", _assumptions(results, citations)),
        section("Sources", [paragraph(f"{said} Outlines of the map: Natural Earth."), *citations.lists()]),
        section("This run", _identity(results)),
    ]


def lines_of(sources: Iterable[str]) -> set[tuple[str, int]]:
    """(document, line) pairs named by texts such as `transatlantic-burden-sharing 16, 24` or `... 16-18`."""
    found = set()
    for document, numbers in _LINES.findall("; ".join(sources)):
        for part in numbers.split(","):
            first, _, last = part.strip().partition("-")
            found |= {(document, line) for line in range(int(first), int(last or first) + 1)}
    return found


def _claims(results: Results) -> list[str]:
    """Claims that rest on the same lines of the two documents as the scenario."""
    given = [str(s) for s in results.manifest["scenario"].get("sources", [])]
    mine = lines_of(given)
    if not mine:
        return []
    stated = [(c.id, c.claim, c.source) for c in read_claims(shipped_file())]
    stated += [(u.id, f"{u.claim} (cannot be stated: {u.reason})", u.source) for u in not_expressed()]
    rows = [[*map(text, claim)] for claim in stated if lines_of([claim[2]]) & mine]
    rests = f"The scenario rests on {'; '.join(given)}."
    told = [paragraph(f"{rests} The same lines carry these claims; the command balkansim claims checks them." if rows else rests)]
    return [*told, table(["claim", "what it says", "document and lines"], rows)] if rows else told


def _assumptions(results: Results, citations: Citations) -> list[str]:
    """What was drawn afresh in each world: branches, levers, parameters, each with the range it took."""
    drawn = results.worlds
    drawn = drawn[drawn["policy"] == "none"]
    branches = [c for c in drawn.columns if c.startswith("branch.")]
    levers = [c for c in drawn.columns if c not in ("scenario", "policy", "world") and not c.startswith(("branch.", "parameters."))]
    numbers = [c for c in drawn.columns if c.startswith("parameters.")]
    parts = [_branch(b, drawn[b].value_counts(normalize=True)) for b in branches]
    if levers:
        parts.append(table(["lever drawn", "5 % to 95 % of worlds", "what it is"], [_lever(c, drawn[c].to_numpy()) for c in levers]))
    if numbers:
        known = catalogue().parameters
        rows = [_parameter(known[c.removeprefix("parameters.")], drawn[c].to_numpy(dtype=float), citations) for c in numbers]
        heads = ["parameter", "what it is", "drawn, 5 % to 95 %", "status", "source or reason"]
        counts = {s: sum(known[c.removeprefix("parameters.")].status == s for c in numbers) for s in ("measured", "calibrated", "assumed")}
        said = ", ".join(f"{n} {s}" for s, n in counts.items())
        parts.append(paragraph(f"In every world {len(numbers)} parameters are drawn within what is known of them: {said}."))
        parts.append(folded(f"The {len(numbers)} parameters", table(heads, rows)))
    return parts


def _branch(name: str, shares: pd.Series) -> str:
    options = ", ".join(f"{option} in {100 * share:.0f}" for option, share in sorted(shares.items()))
    return paragraph(f"{name.removeprefix('branch.').replace('_', ' ').capitalize()}, of 100 worlds: {options}.")


def _spread(values: np.ndarray) -> str:
    if values.dtype.kind not in "fiu":
        return text(", ".join(sorted({str(v) for v in values})))
    low, high = np.quantile(values.astype(float), [0.05, 0.95])
    return text(f"{low:.3g} to {high:.3g}")


def _lever(name: str, values: np.ndarray) -> list[str]:
    known = catalogue().levers.get(name)
    return [text(name), _spread(values), text(known.means if known else "")]


def _parameter(parameter: Parameter, values: np.ndarray, citations: Citations) -> list[str]:
    reason = "; ".join(dict.fromkeys([*parameter.source, *filter(None, [parameter.because])]))
    # a parameter with a value per actor is drawn as one factor common to them all
    unit = "common factor" if not isinstance(parameter.value, int | float) else parameter.unit
    name = text(parameter.name).replace(".", ".<wbr>").replace("_", "_<wbr>")  # where a long name may break
    return [name, text(parameter.means), f"{_spread(values)} ({text(unit)})", text(parameter.status), citations.linked(reason)]


def _identity(results: Results) -> list[str]:
    """What makes this run this run; with it anyone gets the same numbers."""
    manifest = results.manifest
    held = "; ".join(f"{k} = {v}" for k, v in manifest["levers"].items()) or "none"
    facts = {
        "scenario": results.name,
        "policies": ", ".join(results.policies),
        "worlds": f"{results.world_numbers().size:,}",
        "seed": manifest["seed"],
        "levers held": held,
        "model": manifest["balkansim"],
        "data": manifest["data"],
        "own actors": ", ".join(manifest["actors"]) or "none",
    }
    rows = [[text(name), text(value)] for name, value in facts.items()]
    document = json.dumps(manifest["scenario"], indent=1, ensure_ascii=False, default=str)
    return [table(["", ""], rows), folded("The scenario, resolved", f"<pre>{text(document)}</pre>")]
