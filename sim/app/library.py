"""The scenarios that the page offers: those that ship with balkansim and those named when it was started, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.errors import InputError, unknown
from sim.scenario import Scenario, load_scenario, shipped_folder, shipped_names


@dataclass(frozen=True)
class Library:
    """Scenarios by name, and for each the key of the run that it is compared with."""

    scenarios: dict[str, Scenario]
    references: dict[str, str]
    offered: tuple[str, ...]

    def named(self, name: str) -> Scenario:
        """An offered scenario. Raises InputError."""
        if name not in self.offered:
            raise InputError(unknown("scenario", name, self.offered))
        return self.scenarios[name]


def open_library(extra: Sequence[str] = ()) -> Library:
    """Load the shipped scenarios and those in `extra` (names or files); baseline comes first."""
    folder = shipped_folder()
    names = sorted(shipped_names(), key=lambda n: (n != "baseline", n))
    found = {name: load_scenario(folder / f"{name}.yaml") for name in names}
    for given in extra:
        own = load_scenario(given)
        found[own.name] = own
    scenarios, references = dict(found), {}
    for name, scenario in found.items():
        root = reference_of(scenario)
        same = found.get(root.name)
        key = root.name if same is not None and same.document == root.document else f"{root.name} {scenario.start}-{scenario.end}"
        scenarios.setdefault(key, root)
        references[name] = key
    return Library(scenarios, references, tuple(found))


def reference_of(scenario: Scenario) -> Scenario:
    """The root of `extends`, over the scenario's own quarters."""
    root = scenario.root()
    if (root.start, root.end) == (scenario.start, scenario.end):
        return root
    return Scenario.from_document(root.document | {"start": scenario.start, "end": scenario.end})
