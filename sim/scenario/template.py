"""The text of a new scenario: everything a modeller may write, most of it commented out."""

from __future__ import annotations

from sim.errors import InputError
from sim.scenario.findings import shown
from sim.scenario.folders import shipped_names
from sim.scenario.sections import WORD

_TEMPLATE = """\
name: {name}
title: {title}
question: What changes for the Western Balkans, and why?
extends: baseline                       # whatever is not said here is as there

# What is set for the whole run. `balkansim names` lists every lever with its range, default and meaning.
levers:
  eu.veto_propensity: 1.5               # 1 = as today
# states.defence_budget: 1.2            # all six states
# states.SRB.defence_budget: 0.8        # one state; beats the line above
# eu.accession_pace: {{2024Q1: 2, 2029Q1: 0.5}}              # a path: from these quarters on
# eu.defence_access: [SRB, ALB]         # a list replaces the inherited list
# force.veto.MKD.BGR: {{from: 2025Q1, until: 2028Q4}}        # candidate, blocker
# initial.SRB.democracy: 0.3            # another starting value
# clamp.eu_alignment: baseline          # held at each world's own path without the clamp
# mechanisms.council: off               # a room switched off

# What nobody knows, drawn once per world.
# uncertain:
#   eu.mediation: {{distribution: uniform, low: 0.2, high: 0.6}}

# What happens at a date.
# events:
#   - {{id: surge, at: 2026Q1, set: {{russia.effort: 2}}}}
#   - {{id: fade, from: 2027Q1, to: 2028Q4, ramp: {{russia.effort: 1}}}}
#   - {{id: split, at: 2029Q2, force: secession}}

# Forks of history, drawn per world by weight.
# branches:
#   election:
#     continuity: {{weight: 1, levers: {{us.administration: continuity}}}}
#     transactional: {{weight: 1, levers: {{us.administration: transactional}}}}

# What could be done about it, compared in the same worlds: `balkansim run {name} --policy clear_rules`.
policies:
  clear_rules:
    title: Clear and predictable conditions
    levers: {{eu.conditionality_clarity: 0.9}}
"""


def new_text(name: str) -> str:
    """The text of a new scenario of that name, which checks clean. InputError if the name cannot be one."""
    if not WORD.fullmatch(name):
        raise InputError(f"'{shown(name)}' cannot name a scenario; allowed: up to 64 letters, digits, _ and -")
    if name in shipped_names():
        taken = f"'{name}' is the name of a shipped scenario, and the new file would be used in its place"
        raise InputError(f"{taken}; choose another name, such as my_{name}")
    title = name.replace("_", " ").strip().capitalize() or name
    return _TEMPLATE.format(name=_quoted(name), title=_quoted(title))


def _quoted(text: str) -> str:
    """Text that YAML could take for a number or for true stands in quotes."""
    plain = text[0].isalpha() and text.lower() not in ("true", "false", "null")
    return text if plain else f'"{text}"'
