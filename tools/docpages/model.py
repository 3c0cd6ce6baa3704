"""Sections of the model's pages: the schedule, the rooms, their declarations, the cast."""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
from functools import cache
from pathlib import Path

from sim.actors import CAST, EUMember
from sim.actors.base import Actor
from sim.catalogue import MEMBERS, STATE_NAMES, Parameter, Variable, catalogue
from sim.cli.names import written
from sim.provenance.references import cited_in
from sim.schedule import AFTERWARDS, QUARTER
from tools.docpages.writing import code, table

SIM = Path(__file__).parents[2] / "sim"
_ENTRY = re.compile(r'^    (perceive|decide|step|report)\("(\w+)"\),\s+# (.+)$')
_PART = re.compile(r"^    # (.+)$")
_HEAD = re.compile(r"^([A-Z][a-z]+) {2,}(?=\S)", re.M)
_VERBS = {"perceive": "perceives", "step": "books", "report": "reports", "decide": "decide"}
ACTORS = {
    "powers": "the outside powers", "members": "the 27 members", "us": "the United States", "eu": "the European Union",
    "nato": "NATO", "republika_srpska": "Republika Srpska", "states": "the six states",
}  # fmt: skip


def title(room: str) -> str:
    """A room's name as a heading."""
    return room.replace("_", " ").capitalize()


@cache
def docstring(room: str) -> dict[str, str]:
    """The text of a room, or of a part of one, in parts: `summary`, Claim, Equation, Sources, Doubts and what else it has."""
    source = (SIM / "mechanisms" / f"{room}.py").read_text(encoding="utf-8")
    text = ast.get_docstring(ast.parse(source)) or ""
    summary, _, rest = text.partition("\n\n")
    heads = list(_HEAD.finditer(rest))
    ends = [*(h.start() for h in heads[1:]), len(rest)][: len(heads)]
    parts = {h[1]: inspect.cleandoc(" " * 11 + rest[h.end() : end].rstrip()) for h, end in zip(heads, ends, strict=True)}
    return {"summary": " ".join(summary.split()), **parts}


def fingerprint(room: str) -> str:
    """A short hash of the equations in the text of a room and its parts: LaTeX that was checked against others must be looked at again."""
    texts = [docstring(f.stem).get("Equation", "") for f in files_of(room) if f.suffix == ".py"]
    return hashlib.sha256("".join("".join(texts).split()).encode()).hexdigest()[:8]


def prose(text: str) -> str:
    """A part of a docstring as a paragraph of Markdown."""
    return " ".join(text.split()).replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


# -- the quarter ---------------------------------------------------------------------------------------------------------------------


def quarter() -> str:
    """The schedule with its half-sentences, read from `sim/schedule.py`."""
    lines, number = [], 0
    source = (SIM / "schedule.py").read_text(encoding="utf-8").split("QUARTER:", 1)[1]
    for line in source.splitlines():
        part, entry = _PART.match(line), _ENTRY.match(line)
        if part:
            lines.append(f"\n**{part[1]}**\n")
        elif line.startswith("AFTERWARDS"):
            lines.append("\n**Before the first quarter, and after the sums of each**\n")
        elif entry:
            number += 1
            lines.append(f"{number}. {_who(entry[1], entry[2])}: {entry[3]}")
    if number != len(QUARTER) + len(AFTERWARDS):
        raise SystemExit(f"sim/schedule.py: {len(QUARTER) + len(AFTERWARDS)} entries, but {number} with a half-sentence")
    return "\n".join(lines)


def _who(verb: str, name: str) -> str:
    if verb == "decide":
        return f"*{ACTORS[name][0].upper()}{ACTORS[name][1:]}* decide" + ("s" if name in ("us", "eu", "nato", "republika_srpska") else "")
    return f"[{title(name)}](rooms/{name}.md) {_VERBS[verb]}"


def rooms() -> str:
    """All rooms, each with its first sentence."""
    return table(["room", "what it turns into what"], [[f"[{title(r)}](rooms/{r}.md)", docstring(r)["summary"]] for r in catalogue().rooms])


# -- a room's declarations -------------------------------------------------------------------------------------------------------------


def claim(room: str) -> str:
    """What the room claims, with the documents' lines."""
    return f"{docstring(room)['summary']}\n\n**Claim.** {prose(docstring(room)['Claim'])}"


def grounds(room: str) -> str:
    """Sources and doubts, then everything that the room declares."""
    text = docstring(room)
    works = cited_in("\n".join(t.read_text(encoding="utf-8") for t in files_of(room)))
    parts = ["## Sources", prose(text["Sources"]), *([_works(works)] if works else []), "## Doubts", prose(text["Doubts"])]
    found = catalogue()
    levers = [v for v in found.levers.values() if v.room == room]
    parts += ["## Levers that enter here", table(["lever", "allowed", "default", "meaning"], [lever_row(v) for v in levers])]
    own = [v for v in found.variables.values() if v.room == room]
    parts += [
        "## Variables that it owns",
        table(["variable", "kind", "unit and range", "meaning", "start"], [variable_row(v) for v in own]),
    ]
    numbers = [p for p in found.parameters.values() if p.room == room]
    heads = ["parameter", "value", "prior", "status", "meaning", "source or reason"]
    parts += [f"## Parameters ({len(numbers)})", table(heads, [parameter_row(p) for p in numbers])]
    return "\n\n".join(parts)


def files_of(room: str) -> list[Path]:
    """The room's module, the parts of it that it imports, and its declarations."""
    folder = SIM / "mechanisms"
    own = (folder / f"{room}.py").read_text(encoding="utf-8")
    parts = [f for f in sorted(folder.glob("*.py")) if f.stem not in catalogue().rooms and f"sim.mechanisms.{f.stem} import" in own]
    return [folder / f"{room}.py", *parts, SIM / "parameters" / f"{room}.yaml"]


def _works(works: list) -> str:
    return "\n".join(f"- {w.written}" for w in works)


def lever_row(lever) -> list[str]:
    """Name, what is allowed, default and meaning."""
    allowed = f"{lever.range[0]:g} to {lever.range[1]:g}" if lever.range else ", ".join(lever.values)
    if lever.kind == "list":
        allowed = f"list of {allowed}" if len(lever.values) <= 6 else "list of members"
    name = lever.name.replace("states.", "states.<ISO>.", 1) if lever.per_state else lever.name
    return [code(name), allowed + (" (1 = as today)" if lever.multiplier else ""), written(lever.default), lever.means]


def variable_row(variable: Variable) -> list[str]:
    """Name, kind, unit with range, meaning and origin of the starting value."""
    unit = variable.unit if variable.type == "string" or variable.labels else f"{variable.unit}, {_span(variable.range)}"
    if variable.derived:
        return [code(variable.name), "derived", unit, variable.means, f"from {code(variable.derived[-1])}"]
    return [code(variable.name), variable.kind + (", outcome" if variable.outcome else ""), unit, variable.means, start_of(variable)]


def _span(found: tuple[float, float]) -> str:
    return f"{found[0]:g} to {found[1]:g}"


def start_of(variable: Variable) -> str:
    """Where the starting value comes from, in words."""
    spec = variable.initial
    if "lever" in spec:
        return f"default of {code(spec['lever'])}"
    if "table" in spec:
        return f"{spec['table']}.csv, {spec['column']}"
    told = [f"figure {code(spec['figure'])}"] if "figure" in spec else []
    if "assumed" in spec:
        told.append(f"assumed: {spec.get('because', '')}")
    return "; else ".join(told)


def parameter_row(parameter: Parameter) -> list[str]:
    """Name, value, prior, status, meaning and source or reason."""
    prior = parameter.prior or {}
    spread = ", ".join(f"{k} {written(v)}" for k, v in prior.items() if k != "distribution")
    drawn = f"{prior['distribution']} ({spread})" if prior else ""
    reason = "; ".join([*parameter.source, *filter(None, [parameter.because])])
    value = f"{written(parameter.value)} {parameter.unit}"
    return [code(parameter.key), value, drawn, parameter.status, parameter.means, reason]


# -- the cast ----------------------------------------------------------------------------------------------------------------------------


def cast() -> str:
    """Who decides what, from the classes' own words."""
    rows = []
    kinds: dict[type[Actor], list[str]] = {}
    for actor, kind in CAST.items():
        kinds.setdefault(kind, []).append(actor)
    for kind, codes in kinds.items():
        who = f"{len(MEMBERS)} members" if kind is EUMember else ", ".join(STATE_NAMES.get(c, c) for c in codes)
        rows.append([code(kind.__name__), who, _first_line(kind), ", ".join(code(d) for d in _decisions(kind))])
    return table(["class", "plays", "in its own words", "decides"], rows)


def _first_line(kind: type[Actor]) -> str:
    return (inspect.getdoc(kind) or "").split("\n\n")[0]


def _decisions(kind: type[Actor]) -> list[str]:
    return [v.key for v in catalogue().variables.values() if v.kind == "decision" and v.group == kind.group]


def state_variables() -> str:
    """Every stock and signal, by group."""
    rows = [[code(v.name), v.kind, v.unit, _span(v.range) if v.type != "string" else "", f"[{title(v.room)}](rooms/{v.room}.md)"] for v in
            sorted(catalogue().variables.values(), key=lambda v: (v.group, v.kind, v.name))]  # fmt: skip
    return table(["variable", "kind", "unit", "range", "room"], rows)


def counts() -> str:
    """How much there is, and how it is known."""
    found = catalogue()
    status = [p.status for p in found.parameters.values()]
    kinds = [v.kind for v in found.variables.values()]
    known = ", ".join(f"{status.count(s)} {s}" for s in ("measured", "calibrated", "assumed"))
    drawn = sum(p.prior is not None for p in found.parameters.values())
    return (
        f"{len(found.rooms)} rooms, {len(CAST)} actors, {len(found.levers)} levers, {len(found.events)} events that a scenario can force; "
        f"{len(kinds)} variables ({kinds.count('stock')} stocks, {kinds.count('signal')} signals, {kinds.count('decision')} decisions, "
        f"{kinds.count('derived')} derived); {len(status)} parameters, {known}, "
        f"of which {drawn} have a prior and are drawn afresh in every world."
    )
