"""What a worker does with a chunk: play it with the same model as whoever asked, write it or send it back, say why it failed."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from socket import gethostname

from sim.errors import InputError, StoreError
from sim.identity import data_version, model_version, posterior_version
from sim.play import Task, play
from sim.recorder import Recording
from sim.spans import Spans, spans
from sim.store import Store


def versions() -> str:
    """The text of the model, the figures and the posterior samples that this process plays with."""
    return f"{model_version()} {data_version()} {posterior_version()}"


@dataclass(frozen=True)
class Call:
    """A task for a worker. With `folder` it writes the chunk from where it was played; without, the recording comes back."""

    task: Task
    versions: str
    folder: str | None = None
    scenario: str = ""


@dataclass(frozen=True)
class Failure:
    """What is known of a chunk that the model could not play."""

    policy: str
    worlds: Spans
    error: str
    traceback: str


def play_call(call: Call) -> Recording:
    """Play a chunk, with the same text of the model and the same figures as whoever asked for it."""
    if versions() != call.versions:
        raise StoreError(
            f"a worker on {gethostname()} has another balkansim ({versions()}) than this run ({call.versions}); install the same on "
            "all machines, and do not change the model during a run"
        )
    return play(call.task)


def attempt(call: Call) -> Recording | int | Failure:
    """Play and write a chunk: how many worlds were written, or the recording where it is to be written elsewhere, or why it failed."""
    store = None if call.folder is None else _reached(Path(call.folder))
    try:
        recording = play_call(call)
    except (InputError, StoreError):
        raise
    except Exception as error:
        return failure_of(call, error)
    if store is None:
        return recording
    store.write(recording, call.scenario)
    return int(recording.worlds.size)


def failure_of(call: Call, error: Exception) -> Failure:
    """What is to be known of a chunk that failed with this error."""
    words = "".join(traceback.format_exception(error))
    return Failure(call.task.plan.policy, spans(sorted(call.task.worlds)), f"{type(error).__name__}: {error}", words)


def _reached(folder: Path) -> Store:
    try:
        return Store(folder)
    except StoreError as error:
        raise StoreError(
            f"a worker on {gethostname()} does not see the results ({error}); --out must be on a file system that all machines share, "
            "or add --collect"
        ) from error
