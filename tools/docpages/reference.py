"""Pages of the reference, wholly generated: levers, outcomes, events, commands, Python, figures, bibliography, decisions."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import typer

import sim
from sim.catalogue import catalogue
from sim.cli import build
from sim.data.figures import load_figures
from sim.provenance.references import load_references
from sim.provenance.rested import rested
from tools.docpages.model import lever_row, title
from tools.docpages.record import record
from tools.docpages.writing import NOTE, code, plain, table

DOCS = Path(__file__).parents[2] / "docs"
_PUBLIC = ("load_scenario", "run", "load_results", "Results", "Scenario", "compare", "explain")
_MORE = {
    "sim.analysis.twin": ("twin",),
    "sim.analysis.sensitivity": ("sensitivity",),
    "sim.provenance.rested": ("rested", "Rested"),
    "sim.actors": ("BalkanState", "EUMember", "EuropeanUnion", "UnitedStates", "NATO", "RepublikaSrpska", "Russia", "China", "Turkiye"),
}


def levers() -> str:
    """Every lever, by the actor or subject it belongs to."""
    groups: dict[str, list] = {}
    for lever in catalogue().levers.values():
        groups.setdefault(lever.name.split(".", 1)[0], []).append(lever)
    parts = [
        "# Levers",
        "What a scenario can set. `1 = as today` means the level of the end of 2023. `balkansim names WORD` searches them.",
    ]
    heads = ["lever", "allowed", "default", "meaning", "enters in", "default's source or reason"]
    for group, found in sorted(groups.items()):
        rows = [[*lever_row(v), f"[{title(v.room)}](../model/rooms/{v.room}.md)", _reason(v)] for v in found]
        parts += [f"## {group}", table(heads, rows)]
    return NOTE + "\n\n".join(parts)


def _reason(lever) -> str:
    said = "; ".join([*lever.source, *filter(None, [lever.because])])
    if said:
        return f"{lever.status}: {said}"
    return "by definition: today's level" if lever.multiplier else ""


def outcomes() -> str:
    """Every outcome of the tables, states' and the region's."""
    found = catalogue()
    told = (
        "What the tables of a run hold. A state's outcome is written `SRB.democracy`, or `mean.democracy` for the mean of the six; all "
        "others go by their own name. Changes smaller than *same* count as none."
    )
    parts = ["# Outcomes", told, "## Of each state", _outcomes(found.state_outcomes.values())]
    parts += ["## Of the region and the West", _outcomes(found.region_outcomes.values())]
    return NOTE + "\n\n".join(parts)


def _outcomes(found) -> str:
    rows = [[code(v.published), v.means, v.unit, "" if v.type == "string" else f"{v.range[0]:g} to {v.range[1]:g}", v.better,
             f"{v.same:g}", f"[{title(v.room)}](../model/rooms/{v.room}.md)"] for v in found]  # fmt: skip
    return table(["outcome", "meaning", "unit", "range", "better", "same", "room"], rows)


def events() -> str:
    """Events that a scenario can force."""
    rows = []
    for e in catalogue().events.values():
        name = f"force.{e.name}" + (f".<{e.target}>" if e.target else "") + (f".<{e.actor}>" if e.actor else "")
        when = "`2025Q1` or `[2025Q1, 2026Q3]`" + (", or `{from: 2025Q1, until: 2028Q4}`, or a list of these" if e.spell else "")
        rows.append([code(name), e.means, when, f"[{title(e.room)}](../model/rooms/{e.room}.md)"])
    told = (
        "The model makes these happen by itself, by chances that its rooms work out. A scenario can also force them. "
        "Forced events pass through the same rooms and have the same consequences. `results.events` lists all that happened, "
        "with `target`, `actor` and `because`; for what the scenario forced, `because` is `forced by the scenario`."
    )
    return NOTE + f"# Events\n\n{told}\n\n" + table(["written", "what happens", "when", "room"], rows)


# -- commands --------------------------------------------------------------------------------------------------------------------------


def commands() -> str:
    """Every command's help, from the commands themselves."""
    told = "`balkansim COMMAND`, also `python -m sim COMMAND`. Exit code 0: done; 1: it ran and the answer is no; 2: bad input."
    parts = ["# Commands", told, *_commands(typer.main.get_command(build()), "balkansim")]
    return NOTE + "\n\n".join(parts)


def _commands(command, path: str) -> list[str]:
    found = []
    for name, inner in command.commands.items():
        if hasattr(inner, "commands"):
            found += [f"## {path} {name}", (inner.help or "").strip(), *_commands(inner, f"{path} {name}")]
        else:
            found += [f"{'##' if path == 'balkansim' else '###'} {path} {name}", _help(inner), _options(inner, f"{path} {name}")]
    return found


def _help(command) -> str:
    return plain(inspect.cleandoc(command.help or ""))


def _options(command, path: str) -> str:
    words, rows = [], []
    for p in command.params:
        if p.param_type_name == "argument":
            word = p.metavar or p.name.upper()
            words.append(word)
            rows.append([code(word), p.help or ""])
        elif p.name != "help":
            flags = ", ".join(p.opts) + ("" if getattr(p, "is_flag", False) else f" {p.metavar or p.name.upper()}")
            default = f" Default: {p.default}." if p.default not in (None, False, (), "") and not callable(p.default) else ""
            rows.append([code(flags), (p.help or "") + default])
    usage = " ".join([path, *words, "[OPTIONS]"])
    return f"```text\n{usage}\n```\n\n" + table(["given", "meaning"], rows)


# -- python ----------------------------------------------------------------------------------------------------------------------------


def python() -> str:
    """Signatures and docstrings of what notebooks use, and of a few modules behind it."""
    parts = ["# Python", "Everything an analysis needs comes from `sim`; the rest is for those who look further."]
    parts.append("## from sim import ...")
    for name in _PUBLIC:
        parts += _described(name, getattr(sim, name), "###")
    for module, names in _MORE.items():
        parts.append(f"## from {module} import ...")
        for name in names:
            parts += _described(name, getattr(importlib.import_module(module), name), "###")
    return NOTE + "\n\n".join(parts)


def _described(name: str, thing, level: str) -> list[str]:
    if inspect.isclass(thing):
        said = [f"{level} `{name}`", _doc(thing)]
        for key, member in vars(thing).items():
            shown = member.func if hasattr(member, "func") else member.fget if isinstance(member, property) else member
            shown = shown.__func__ if isinstance(shown, staticmethod | classmethod) else shown
            if key.startswith("_") or not inspect.isfunction(shown) or not shown.__doc__:
                continue
            attribute = isinstance(member, property) or hasattr(member, "func")
            said.append(f"- `.{key}{'' if attribute else _signature(shown)}`: {_one_line(shown)}")
        bullets = [s for s in said if s.startswith("- ")]
        return [*said[:2], *(["\n".join(bullets)] if bullets else [])]
    return [f"{level} `{name}`", f"```py\n{name}{_wrapped(thing)}\n```", _doc(thing)]


def _wrapped(function) -> str:
    text = _signature(function)
    if len(text) < 100:
        return text
    given, _, back = text.rpartition(") -> ")
    return "(\n    " + ",\n    ".join(re.split(r", (?=\w+(?::|=|$)|\*)", given[1:])) + f",\n) -> {back}"


def _signature(function) -> str:
    text = str(inspect.signature(function)).replace("'", "")
    return re.sub(r"\b(?:sim|pandas|numpy|collections|pathlib)(?:\.\w+)*\.(?=\w)", "", text)


def _one_line(function) -> str:
    return plain(" ".join((inspect.getdoc(function) or "").split("\n\n")[0].split()))


def _doc(thing) -> str:
    text = inspect.getdoc(thing) or ""
    return plain(re.sub(r"^(Args|Returns|Raises):$", r"**\1**\n", text, flags=re.M))


# -- data -------------------------------------------------------------------------------------------------------------------------------


def data() -> str:
    """Owners, licences and figures; tables; starting values."""
    figures = load_figures()
    owners = [[s.source, s.licence, ", ".join(code(f) for f in s.figures), ", ".join(f"[{i}]({u})" for i, u in enumerate(s.urls, 1))]
              for s in figures.sources()]  # fmt: skip
    found = rested()
    used = {f["figure"] for f in found.figures}
    listed = []
    for name in figures.names():
        rows = [f for entity in figures.entities(name) for f in figures.series(name, entity)]
        years = sorted({f.year for f in rows})
        what = f"{years[0]}-{years[-1]}" if len(years) > 1 else str(years[0])
        listed.append([code(name), len(rows), ", ".join(figures.entities(name)), what, rows[0].unit, "yes" if name in used else ""])
    starts = [[code(s["variable"]), s["row"], s["status"], s["source"]] for s in found.starting_values]
    parts = [
        "# Data and licences",
        "Figures belong to their owners, on these terms. `balkansim sources --json` prints every single number with its address; "
        "`sim/data/README.md` tells how the extract was made and what it does not know. "
        "Events, milestones, vetoes, quarrels, formats and the other tables stand on [a page of their own](record.md).",
        "## Owners", table(["owner", "terms", "figures", "addresses"], owners),
        "## Figures", "*Used* marks those that a starting value or a parameter rests on; the others score the model or are just there.",
        table(["figure", "values", "for", "years", "unit", "used"], listed, right=(1,)),
        "## Where the starting values come from", table(["variable", "for", "from", "source or reason"], starts),
    ]  # fmt: skip
    return NOTE + "\n\n".join(parts)


def bibliography() -> str:
    """All works cited."""
    works = "\n".join(f"- <a id='{r.key}'></a>{r.written} Cited as *{r.short}*." for r in load_references().values())
    told = "`balkansim sources --bibtex` prints those that the model or a run cites. DOIs stand here only where they are certain."
    return NOTE + f"# Works cited\n\n{told}\n\n{works}"


def decisions() -> str:
    """Records of decisions, by number."""
    found = [(f.name, f.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")) for f in sorted((DOCS / "decisions").glob("[0-9]*.md"))]
    listed = "\n".join(f"- [{name}](../decisions/{file})" for file, name in found)
    return NOTE + f"# Decisions\n\nWhat was decided, why, and at what price.\n\n{listed}"


PAGES = {
    "reference/levers.md": levers,
    "reference/outcomes.md": outcomes,
    "reference/events.md": events,
    "reference/commands.md": commands,
    "reference/python.md": python,
    "reference/decisions.md": decisions,
    "data/sources.md": data,
    "data/record.md": record,
    "data/bibliography.md": bibliography,
}
"""Page -> what writes it."""
