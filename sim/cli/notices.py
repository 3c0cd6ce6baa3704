"""What a reader should know about a run although nothing is wrong: what was ignored, what has no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.catalogue import catalogue

if TYPE_CHECKING:
    from sim.running import Job
    from sim.scenario.plan import Plan


def notices_of(job: Job) -> list[str]:
    """Every notice of every plan of a job, each once."""
    found = [n for plan in job.plans for n in (*plan.notices, *without_effect(plan))]
    return list(dict.fromkeys(found))


def without_effect(plan: Plan) -> list[str]:
    """Levers and parameters that this plan sets in rooms that are switched off or not built."""
    from sim.mechanisms import ROOMS

    silent: dict[str, list[str]] = {}
    for name in plan.levers:
        silent.setdefault(catalogue().lever_named(name)[0].room, []).append(name)
    for name in plan.parameters:
        silent.setdefault(name.split(".", 1)[0], []).append(name)
    off = {room for room in silent if not plan.mechanisms.get(room, True)}
    notices = [f"{', '.join(silent[room])}: no effect, the room {room} is off" for room in sorted(off)]
    unbuilt = sorted(room for room in silent if room not in ROOMS and room not in off)
    return notices + [f"{', '.join(silent[room])}: no effect, the room {room} is not built" for room in unbuilt]
