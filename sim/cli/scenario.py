"""`balkansim scenario`: list, check, show, schema, new."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.failures import BAD_INPUT, DONE, guarded
from sim.cli.output import bold, emit, say, say_notices, show, table
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.plan import Plan

app = typer.Typer(no_args_is_help=True, help="List, check, show and begin scenarios.")

Named = Annotated[str, typer.Argument(metavar="NAME", help="A shipped scenario's name, or a file.")]


@app.command("list")
@guarded
def list_(as_json: options.Json = False) -> None:
    """Print the scenarios of this folder and those that ship with balkansim, with their questions."""
    from sim.scenario import load_scenario, shipped_folder, shipped_names

    own, mistaken = _in_this_folder()
    others = [n for n in shipped_names() if n not in own and n not in {file.stem for file in mistaken}]
    shipped = {n: load_scenario(shipped_folder() / f"{n}.yaml") for n in others}
    notices = _in_place(own, mistaken)
    if as_json:
        listed = [_listed(s) | {"shipped": n in shipped} for n, s in {**own, **shipped}.items()]
        wrong = [{"name": file.stem, "file": file, "mistakes": count} for file, count in mistaken.items()]
        emit({"scenarios": listed, "with_mistakes": wrong, "notices": notices})
        return
    rows = [[f"{n} (here)", s.question or s.title] for n, s in own.items()]
    rows += [[f"{f.stem} (here)", f"has mistakes: see `balkansim scenario check {shlex.quote(str(f))}`"] for f in mistaken]
    rows += [[n, s.question or s.title] for n, s in shipped.items()]
    show(table(["scenario", "its question"], rows))
    show("Run one with: balkansim run NAME")
    say_notices(notices)


def _listed(scenario: Scenario) -> dict[str, Any]:
    said = {"name": scenario.name, "title": scenario.title, "question": scenario.question}
    return said | {"reference": scenario.reference, "policies": list(scenario.policies)}


def _in_this_folder() -> tuple[dict[str, Scenario], dict[Path, int]]:
    """Scenarios in the current folder by name, and its files that should be one with how many mistakes each has."""
    from sim.scenario import check, load_scenario

    found: dict[str, Scenario] = {}
    mistaken: dict[Path, int] = {}
    for file in sorted([*Path().glob("*.yaml"), *Path().glob("*.yml")]):
        if not _is_scenario(file):
            continue
        findings = check(file)
        if findings:
            mistaken[file] = len(findings)
        else:
            found[file.stem] = load_scenario(file)
    return found, mistaken


def _is_scenario(file: Path) -> bool:
    """Whether a file is meant as a scenario: it extends something or sets levers and is no sweep, or has the name of a shipped one."""
    from sim.scenario import shipped_names
    from sim.scenario.findings import Report
    from sim.scenario.folders import contents

    data = contents(file, Report())
    if data is None:
        return False
    lines = data.decode("utf-8", errors="replace").splitlines()
    child = any(line.startswith("extends:") for line in lines)
    sweep = any(line.startswith(("scenarios:", "uncertainties:", "design:")) for line in lines)
    return child or file.stem in shipped_names() or (not sweep and any(line.startswith("levers:") for line in lines))


def _in_place(own: Mapping[str, Scenario], mistaken: Mapping[Path, int]) -> list[str]:
    """What is said of files that are used in place of shipped scenarios."""
    from sim.scenario.folders import in_folder, in_place_of

    names = [*own, *(file.stem for file in mistaken)]
    files = {name: file for name in names if (file := in_folder(Path(), name))}
    return [told for name, file in files.items() if (told := in_place_of(file, name))]


@app.command("check")
@guarded
def check_(
    scenarios: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files or names of scenarios.")],
    as_json: options.Json = False,
) -> int:
    """Find every mistake in scenario files and in what they extend; exit 2 if there is one."""
    from sim.scenario import check

    found = {name: check(name) for name in scenarios}
    wrong = any(found.values())
    notices = {name: [] if findings else _notices(name) for name, findings in found.items()}
    if as_json:
        files = [{"file": n, "findings": [asdict(f) for f in findings], "notices": notices[n]} for n, findings in found.items()]
        emit({"valid": not wrong, "files": files})
        return BAD_INPUT if wrong else DONE
    lines = [line for name, findings in found.items() for line in ([str(f) for f in findings] or [f"{name}: nothing wrong"])]
    for line in dict.fromkeys(lines):  # a parent's mistakes once, however many children were given
        print(line)  # noqa: T201 -- one finding per line, neither wrapped nor coloured
    for name, told in notices.items():
        for notice in told:
            say(f"note: {name}: {notice}")
    return BAD_INPUT if wrong else DONE


def _notices(name: str) -> list[str]:
    """What a scenario sets without effect, as written or with one of its policies, each once."""
    from sim.scenario import load_scenario

    scenario = load_scenario(name)
    return list(dict.fromkeys(n for policy in (None, *scenario.policies) for n in scenario.plan(policy).notices))


@app.command("show")
@guarded
def show_(
    name: Named,
    policy: Annotated[str, typer.Option("--policy", help="With this policy.")] = "none",
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print the merged scenario as a file of its own.")] = False,
    as_json: options.Json = False,
) -> None:
    """Print what a scenario sets once all that it extends is merged, beside the defaults."""
    from sim.cli.plans import settings
    from sim.scenario import load_scenario

    scenario = load_scenario(name)
    plan = scenario.plan(None if policy == "none" else policy)
    if as_json:
        emit(
            {"name": scenario.name, "policy": policy, "document": scenario.document, "settings": settings(plan), "notices": plan.notices,
             "reference": scenario.reference, "branches": plan.branches}
        )  # fmt: skip
    elif as_yaml:
        import yaml

        show_plain(yaml.safe_dump(scenario.document, sort_keys=False, allow_unicode=True, width=100))
    else:
        _print(scenario, plan)


def show_plain(text: str) -> None:
    """Text as it is, for a file."""
    print(text, end="")  # noqa: T201 -- goes into a file as it is


def _print(scenario: Scenario, plan: Plan) -> None:
    from sim.cli.plans import settings

    rows = [[s.name, s.value, s.default] for s in settings(plan)]
    show(bold(scenario.title), *([scenario.question] if scenario.question else []), "")
    show(f"{scenario.start} to {scenario.end}; compared with {scenario.reference}; policy {plan.policy}")
    for branch, options_ in plan.branches.items():
        show(f"drawn per world: {branch}: " + ", ".join(f"{option} {100 * weight:.0f} in 100" for option, weight in options_))
    show(table(["set", "to", "default"], rows) if rows else "Nothing is set: every lever at its default.")
    if scenario.policies:
        show(f"Policies: {', '.join(scenario.policies)}")
    say_notices(plan.notices)


@app.command("schema")
@guarded
def schema_(as_json: options.Json = False) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario import schema

    emit(schema())


@app.command("new")
@guarded
def new_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new scenario; the file is NAME.yaml in this folder.")],
    as_json: options.Json = False,
) -> None:
    """Begin a scenario: a commented file in this folder, which runs as it stands."""
    from sim.scenario import new_text

    text, file = new_text(name), Path(f"{name}.yaml")
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise InputError(f"{file} is there already; give another name, or edit it") from None
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}; go to a folder that can") from None
    if as_json:
        emit({"file": file, "next": [f"balkansim scenario check {file}", f"balkansim run {name}"]})
        return
    show(f"{file} is there. Edit it, then: balkansim scenario check {file} && balkansim run {name}")
