"""What can be judged only of a whole scenario, after merging: its length, its weights, its distributions, dates within the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import listed, nearest
from sim.quarters import index
from sim.scenario.findings import Place, Report, shown
from sim.scenario.merge import DATES, event
from sim.scenario.sections import Reader, shape_problems
from sim.scenario.uncertain import check_entry

START, END = "2024Q1", "2034Q4"  # where a scenario without a parent says nothing
LONGEST = 200  # quarters


def complete(
    document: dict[str, Any], own: Mapping[str, Any], parent: Mapping[str, Any], places: Mapping[str, Place], reader: Reader
) -> None:
    """Check the merged `document`; `places` knows where its parts stand, in this file or a parent.

    `own` is the part that this file wrote itself: only its dates must lie within the run, since a child may shorten its parent's.
    """
    report = reader.report
    document.setdefault("start", START)
    document.setdefault("end", END)
    _run(document, places, report)
    for canonical, entry in document.get("uncertain", {}).items():
        check_entry(canonical, entry, places, report, reader.written.get(f"uncertain.{canonical}", ()))
    for branch, options in document.get("branches", {}).items():
        _weights(branch, options, places, report)
    _dates(own, parent, document, reader)


def _run(document: Mapping[str, Any], places: Mapping[str, Place], report: Report) -> None:
    start, end = document["start"], document["end"]
    place = places.get("end") or places.get("start") or Place()
    quarters = index(end) - index(start) + 1
    if quarters < 1:
        report.add(place, "end", f"the run ends ({end}) before it starts ({start}); allowed: start <= end")
    elif quarters > LONGEST:
        report.add(place, "end", f"{quarters} quarters from {start} to {end}; allowed: up to {LONGEST}")


def _weights(branch: str, options: Mapping[str, Any], places: Mapping[str, Place], report: Report) -> None:
    path = f"branches.{branch}"
    place = places.get(path, Place())
    if not options:
        report.add(place, path, "a branch without options; allowed: options with weights")
        return
    lacking = [option for option, entry in options.items() if "weight" not in entry]
    for option in lacking:
        report.add(places.get(f"{path}.{option}", place), f"{path}.{option}", "lacks 'weight'; allowed: a number from 0")
    if not lacking and sum(entry["weight"] for entry in options.values()) <= 0:
        report.add(place, path, "the weights sum to nothing; allowed: numbers from 0, at least one above 0")


def _dated(own: Mapping[str, Any], parent: Mapping[str, Any], reader: Reader) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, key, event as it results) of every event to which this file gives a date; those that make no sense are reported."""
    inherited = {f"{path}[{e['id']}]": e for path, events in dated_lists(parent) for e in events if e["id"] not in own.get("remove", ())}
    for path, events in dated_lists(own):
        for written in events:
            where = f"{path}[{written['id']}]"
            keys = reader.written[where]
            result = event(inherited.get(where, {}), {**dict.fromkeys(keys, ""), **written})  # "" where a value could not be read
            problems = shape_problems({k: v for k, v in result.items() if v != ""}, result.keys())
            for problem in problems:
                reader.report.add(reader.places[where], where, problem + _meant(written["id"], path, inherited))
            given = [key for key in DATES if key in keys]
            if given and not problems:
                yield where, given[0], result


def _meant(identity: str, path: str, inherited: Mapping[str, Any]) -> str:
    """What to say of an incomplete event when there are inherited ones that it could have continued."""
    ids = [e["id"] for where, e in inherited.items() if where.rpartition("[")[0] == path]
    if not ids or identity in ids:
        return ""
    near = nearest(identity, ids)
    return f"; no inherited event has the id '{shown(identity)}'" + (f"; nearest: {near}" if near else f": {listed(ids)}")


def dated_lists(document: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """(path, events) of every list of events in a document."""
    yield "events", document.get("events", [])
    for branch, options in document.get("branches", {}).items():
        for option, entry in options.items():
            yield f"branches.{branch}.{option}.events", entry.get("events", [])
    for policy, entry in document.get("policies", {}).items():
        yield f"policies.{policy}.events", entry.get("events", [])


def setting_maps(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, settings) of every mapping of levers in a document."""
    yield "levers", document.get("levers", {})
    for branch, options in document.get("branches", {}).items():
        for option, entry in options.items():
            yield f"branches.{branch}.{option}.levers", entry.get("levers", {})
    for policy, entry in document.get("policies", {}).items():
        yield f"policies.{policy}.levers", entry.get("levers", {})


def _dates(own: Mapping[str, Any], parent: Mapping[str, Any], document: Mapping[str, Any], reader: Reader) -> None:
    """What this file dates and what could never happen because it lies outside the run."""
    start, end, places = document["start"], document["end"], reader.places
    for where, key, dated in _dated(own, parent, reader):
        begin, last = dated.get("at") or dated.get("from"), dated.get("at") or dated.get("to")
        if begin and last:
            _within(begin, last, start, end, places[f"{where}.{key}"], f"{where}.{key}", reader.report)
    for path, settings in setting_maps(own):
        check_moments(settings, path, start, end, places, reader.report)


def check_moments(settings: Mapping[str, Any], path: str, start: str, end: str, places: Mapping[str, Place], report: Report) -> None:
    """Forced moments outside the run, and paths that begin after it."""
    for name, value in settings.items():
        where, place = f"{path}.{name}", places.get(f"{path}.{name}", Place())
        if name.startswith("force."):
            for moment in value:
                begin, last = (moment["from"], moment["until"]) if isinstance(moment, dict) else (moment, moment)
                _within(begin, last, start, end, place, where, report)
        elif isinstance(value, dict) and min(value) > end:
            report.add(place, where, f"the path begins ({min(value)}) after the run; allowed: a first quarter up to {end}")


def _within(begin: str, last: str, start: str, end: str, place: Place, path: str, report: Report) -> None:
    if begin > end or last < start:
        what = begin if begin == last else f"{begin} to {last}"
        report.add(place, path, f"{what} lies outside the run; allowed: {start} to {end}")
