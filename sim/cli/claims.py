"""`balkansim claims`: which causal claims hold in the model, with intervals, and which die when a room is switched off."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.failures import NO, guarded

if TYPE_CHECKING:
    from sim.claims.reading import Claim
    from sim.claims.runner import Answer

File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A claims file; the claims of the source documents by default.")]
Only = Annotated[str | None, typer.Option("--only", metavar="C03,C10", help="Only these claims (C29 means C29a and C29b too).")]
Without = Annotated[
    list[str] | None, typer.Option("--without", metavar="ROOM", help="Also without this room (repeatable); which claims die?")
]
Page = Annotated[Path | None, typer.Option("--page", metavar="FILE", help="Also write the answers as a page of Markdown.")]
Workers = Annotated[int | None, typer.Option("--workers", help="Processes to share the arms among; every core by default.")]


@guarded
def command(
    file: File = None,
    worlds: options.Worlds = 1000,
    seed: options.Seed = 1,
    workers: Workers = None,
    only: Only = None,
    without: Without = None,
    page: Page = None,
    as_json: options.Json = False,
) -> int:
    """Check causal claims against the model. Exit 1 if one fails."""
    from sim.claims.reading import read_claims, shipped_file
    from sim.claims.runner import check_rooms

    claims = chosen(read_claims(file or shipped_file()), only)
    check_rooms(without or ())
    answers = play(claims, worlds, seed, workers, (), "claims")
    reduced = play(claims, worlds, seed, workers, without, f"without {', '.join(without)}") if without else None
    if page is not None:
        from sim.claims.page import written

        page.write_text(written(answers, worlds, seed, shipped=file is None and only is None), encoding="utf-8")
    shown = answers if reduced is None else reduced
    from sim.cli.output import emit, say_notices

    if as_json:
        emit(as_data(shown, worlds, seed) | ({} if reduced is None else {"without": without, "lost": lost(answers, reduced)}))
    else:
        show_table(shown, answers, without or [])
    say_notices(told([*answers, *(reduced or [])]))
    return NO if any(a.verdict.verdict == "fails" for a in shown) else 0


def play(claims: Sequence[Claim], worlds: int, seed: int, workers: int | None, without: Sequence[str] | None, label: str) -> list[Answer]:
    """Judge the claims, with a bar on stderr for whoever watches."""
    from sim.claims.runner import check_claims
    from sim.cli.progress import watched

    with watched(label) as progress:
        return check_claims(claims, worlds, seed, (os.cpu_count() or 1) if workers is None else workers, without or (), progress)


def chosen(claims: Sequence[Claim], only: str | None) -> list[Claim]:
    """The claims asked for, by identifier or by the identifier that several statements share. Raises InputError for unknown ones."""
    if only is None:
        return list(claims)
    from sim.claims.reading import parent_of
    from sim.errors import InputError, unknown

    wanted = [word.strip() for word in only.split(",") if word.strip()]
    known = {name for claim in claims for name in (claim.id, parent_of(claim.id))}
    wrong = [unknown("claim", word, sorted(known)) for word in wanted if word not in known]
    if wrong or not wanted:
        raise InputError(wrong or f"--only '{only}' names no claim; allowed: identifiers separated by commas, such as C03,C10")
    return [claim for claim in claims if claim.id in wanted or parent_of(claim.id) in wanted]


def as_data(answers: Sequence[Answer], worlds: int, seed: int) -> dict[str, Any]:
    """What `--json` prints."""
    return {"worlds": worlds, "seed": seed, "claims": [{"id": a.claim.id, **a.verdict.as_dict()} for a in answers]}


def told(answers: Sequence[Answer]) -> list[str]:
    """The notices of all arms, each once, after the claims that it is about."""
    from sim.cli.output import held_by

    found: dict[str, dict[str, None]] = {}
    for answer in answers:
        for notice in held_by("an arm", answer.notices):
            found.setdefault(notice, {})[answer.claim.id] = None
    return [f"{', '.join(claims)}: {notice}" for notice, claims in found.items()]


def lost(full: Sequence[Answer], reduced: Sequence[Answer]) -> list[str]:
    """Claims that hold in the full model and no longer hold in the reduced one."""
    pairs = zip(full, reduced, strict=True)
    return [a.claim.id for a, b in pairs if a.verdict.verdict == "holds" and b.verdict.verdict != "holds"]


def show_table(answers: Sequence[Answer], full: Sequence[Answer], without: Sequence[str]) -> None:
    """A row per claim, why those that do not hold do not, and the count."""
    from sim.claims.runner import counts
    from sim.cli.output import bold, show, table

    columns = ["id", "claim", "verdict", "effect", "95 % interval", "share", "mediated"]
    rows = [row(answer) for answer in answers]
    parts: list[Any] = [table(columns, rows, right=(3, 4, 5, 6))]
    parts += [f"{a.claim.id}: {a.verdict.reason}" for a in answers if a.verdict.verdict != "holds"]
    count = counts(answers)
    parts += ["", bold(f"{count['holds']} hold, {count['fails']} fail, {count['undecided']} undecided, of {len(answers)}")]
    if without:
        gone = lost(full, answers)
        names = ", ".join(gone) or "none"
        parts.append(f"Without {', '.join(without)}, {len(gone)} claims that hold in the full model no longer do: {names}")
    show(*parts)


def row(answer: Answer) -> list[str]:
    """One line of the table."""
    claim, verdict = answer.claim, answer.verdict
    low, high = verdict.interval
    share = "" if verdict.share is None else f"{verdict.share:.0%}"
    mediated = "" if verdict.mediated_effect is None else f"{verdict.mediated_effect:+.4f}"
    return [claim.id, short(claim.claim), verdict.verdict, f"{verdict.effect:+.4f}", f"{low:+.4f} {high:+.4f}", share, mediated]


def short(text: str, longest: int = 60) -> str:
    """The claim, cut at a word."""
    return text if len(text) <= longest else text[: longest - 3].rsplit(" ", 1)[0] + " ..."
