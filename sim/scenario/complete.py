"""What can be judged only of a whole scenario, after merging: its length, its weights, its distributions, dates within the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.quarters import index
from sim.scenario.findings import Place, Report
from sim.scenario.uncertain import check_entry

START, END = "2024Q1", "2034Q4"  # where a scenario without a parent says nothing
LONGEST = 200  # quarters


def complete(document: dict[str, Any], own: Mapping[str, Any], places: Mapping[str, Place], report: Report) -> None:
    """Check the merged `document`.

    `own` is the part that this file wrote itself: only its dates must lie within the run, since a child may shorten its parent's.
    """
    document.setdefault("start", START)
    document.setdefault("end", END)
    _run(document, places, report)
    for canonical, entry in document.get("uncertain", {}).items():
        check_entry(canonical, entry, places, report)
    for branch, options in document.get("branches", {}).items():
        _weights(branch, options, places, report)
    check_dates(own, document["start"], document["end"], places, report)


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


def check_dates(own: Mapping[str, Any], start: str, end: str, places: Mapping[str, Place], report: Report) -> None:
    """Events and forced moments that could never happen because they lie outside the run."""
    for path, events in dated_lists(own):
        for event in events:
            begin, last = event.get("at") or event.get("from"), event.get("at") or event.get("to")
            if not begin or not last:
                continue
            where = f"{path}[{event['id']}]"
            key = "at" if "at" in event else "from"
            place = places.get(f"{where}.{key}", places.get(where, Place()))
            _within(begin, last, start, end, place, f"{where}.{key}", report)
    for path, settings in setting_maps(own):
        check_forced(settings, path, start, end, places, report)


def check_forced(settings: Mapping[str, Any], path: str, start: str, end: str, places: Mapping[str, Place], report: Report) -> None:
    """Forced moments outside the run."""
    for name, moments in settings.items():
        if name.startswith("force."):
            for moment in moments:
                begin, last = (moment["from"], moment["until"]) if isinstance(moment, dict) else (moment, moment)
                _within(begin, last, start, end, places.get(f"{path}.{name}", Place()), f"{path}.{name}", report)


def _within(begin: str, last: str, start: str, end: str, place: Place, path: str, report: Report) -> None:
    if begin > end or last < start:
        what = begin if begin == last else f"{begin} to {last}"
        report.add(place, path, f"{what} lies outside the run; allowed: {start} to {end}")
