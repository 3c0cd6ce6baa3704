"""Where work is done: in this process, in a pool of processes, or on a Dask cluster; each is a `concurrent.futures.Executor`.

Nothing that is computed depends on which: a task says everything that it needs, and a result says which task it belongs to.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process, set_forkserver_preload
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle

from sim.errors import BalkansimError, InputError, ModelError, Unfinished

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
"""Environment of worker processes: each has one core, and a library that takes all of them gets in the way of the others."""

NO_WORKERS_TIMEOUT = 300.0
"""Seconds that a cluster may be without any worker before a run gives up, unless `distributed.scheduler.no-workers-timeout` is set."""

_FROZEN_FROM_THE_START = gc.get_freeze_count()  # objects that the interpreter itself keeps out of collections; some versions have a few
_DEATHS = 3  # how often a task may lose its process before it is given up; from the second time on it is alone
_AHEAD_AT_LEAST = 16  # tasks out on a cluster, however few workers it has now: what waits is what makes it grow
_LOOK_EVERY = 5.0  # seconds between two looks at how many workers a cluster has

type Ahead = int | Callable[[], int]


@dataclass(frozen=True)
class Place:
    """An executor, how many tasks to hand out at a time, and what to say when it loses them."""

    executor: Executor
    ahead: Ahead
    threads: int = 1
    name: str = "this machine"


class Here(Executor):
    """Does each task at once, in this process."""

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it, and return a future that is done."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class LocalPool(Executor):
    """Processes of this machine. Once one is killed all are replaced; `over` hands their tasks out again."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._begin()

    def _begin(self) -> ProcessPoolExecutor:
        if _CONTEXT.get_start_method() == "forkserver":
            set_forkserver_preload(["sim.running"])
        return ProcessPoolExecutor(self._workers, mp_context=_Context(), initializer=_begin_worker)

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand it to a process; new ones replace a pool that has lost one."""
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self._pool.shutdown(wait=True)
            self._pool = self._begin()
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes once they have done what they are at."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


_CONTEXT: Any = get_context("forkserver" if sys.platform.startswith("linux") else "spawn")
"""Processes that have read everything before they are forked (Linux), or start afresh (elsewhere); never forks of this one."""
_HIDING = threading.Lock()


class _Process(_CONTEXT.Process):
    """A process that does not read the user's script again: what it needs of that travels with each task."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with _HIDING:
            script, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")  # one without a file
            try:
                return _CONTEXT.Process._Popen(process_obj)
            finally:
                sys.modules["__main__"] = script


class _Context(type(_CONTEXT)):  # type: ignore[misc]
    Process = _Process


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and end with it: a worker whose parent was killed would wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def opened(workers: int = 1, scheduler: str | None = None, most: int | None = None) -> Iterator[Place]:
    """A place to work: a Dask cluster if a scheduler is named, else this process or a pool of processes (of at most `most`).

    Raises InputError where the scheduler cannot be reached, ImportError's advice where Dask is not installed.
    """
    if scheduler is not None:
        with _cluster(scheduler) as place:
            yield place
        return
    processes = workers if most is None else max(min(workers, most), 1)
    if processes == 1:
        with _only_new_garbage():
            yield Place(Here(), 1)
        return
    with _environment(ONE_THREAD):
        pool = LocalPool(processes)
        try:
            yield Place(pool, 2 * processes, processes)
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _only_new_garbage() -> Iterator[None]:
    """Let collections look only at what is made from here on, so that one after each chunk costs next to nothing."""
    ours = gc.get_freeze_count() <= _FROZEN_FROM_THE_START
    if ours:
        gc.freeze()
    try:
        yield
    finally:
        if ours:
            gc.unfreeze()


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for processes begun meanwhile, where the user has not set them."""
    added = [name for name in values if name not in os.environ]
    os.environ.update({name: values[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextmanager
def _cluster(scheduler: str) -> Iterator[Place]:
    """An existing Dask cluster, by the address of its scheduler or the file that the scheduler wrote."""
    try:
        from distributed import Client
    except ImportError:
        raise InputError("--scheduler needs Dask, which is not installed; install it: pip install 'balkansim[cluster]'") from None
    address = {"scheduler_file": scheduler} if _is_file(scheduler) else {"address": scheduler}
    try:
        client = Client(**address, set_as_default=False, direct_to_workers=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"no Dask scheduler answers at {scheduler} ({error or type(error).__name__}); allowed: an address or FILE"
        ) from error
    try:
        _set_timeout(client)
        threads = sum(client.nthreads().values())
        yield Place(client.get_executor(pure=False), _Twice(client), max(threads, 1), f"the cluster at {scheduler}")
    finally:
        with suppress(Exception):  # a scheduler that is gone cannot be taken leave of
            client.close(timeout=5)


def _is_file(scheduler: str) -> bool:
    """Whether a scheduler is given by its file. Raises InputError for what is neither a file nor an address."""
    if Path(scheduler).is_file():
        return True
    if ":" not in scheduler:
        raise InputError(
            f"--scheduler {scheduler}: there is no such file; allowed: a scheduler file, or an address such as tcp://host:8786"
        )
    return False


def _set_timeout(client: Any) -> None:
    """Have the scheduler fail tasks that wait without any worker, instead of keeping them for ever."""
    import dask

    seconds = dask.config.get("distributed.scheduler.no-workers-timeout", None)
    patience = dask.utils.parse_timedelta(seconds) if seconds is not None else NO_WORKERS_TIMEOUT

    def be_impatient(dask_scheduler: Any = None) -> None:  # nested, so that a scheduler without balkansim can read it
        if getattr(dask_scheduler, "no_workers_timeout", None) is None:
            dask_scheduler.no_workers_timeout = patience

    client.run_on_scheduler(be_impatient)


class _Twice:
    """Two tasks for every thread of the cluster, counted anew every few seconds: clusters grow and shrink."""

    def __init__(self, client: Any) -> None:
        self._client, self._looked, self._threads = client, -_LOOK_EVERY, 0

    def __call__(self) -> int:
        if time.monotonic() - self._looked >= _LOOK_EVERY:
            self._looked = time.monotonic()
            with suppress(Exception):  # a scheduler that is gone is noticed where its results are waited for
                self._threads = sum(self._client.nthreads().values())
        return max(2 * self._threads, _AHEAD_AT_LEAST)


def over[T, R](
    pool: Executor, work: Callable[[T], R], tasks: Iterable[T], ahead: Ahead, lost: Callable[[T, Unfinished], R] | None = None
) -> Iterator[R]:
    """Results of tasks over any executor, in the order they finish, with at most `ahead` tasks handed out at a time.

    Tasks travel through cloudpickle, so that an actor class typed into a notebook reaches the workers too. Tasks whose process died are
    done again, one at a time: tasks may be done twice, with the same result. One that kills its process even when it is alone raises
    Unfinished, or yields what `lost` makes of it.
    """
    waiting: dict[Future[R], tuple[T, int]] = {}
    suspects: list[tuple[T, int]] = []  # tasks that were out when a process died, and how often
    queue = iter(tasks)
    exhausted = False

    def hand_out(task: T, deaths: int) -> None:
        waiting[pool.submit(_unpack_and, cloudpickle.dumps((work, task)))] = (task, deaths)

    while waiting or suspects or not exhausted:
        if suspects and not waiting:
            hand_out(*suspects.pop())
        while not (suspects or exhausted) and len(waiting) < (ahead() if callable(ahead) else ahead):
            try:
                hand_out(next(queue), 0)
            except StopIteration:
                exhausted = True
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            task, deaths = waiting.pop(future)
            try:
                result = future.result()
            except Exception as error:
                if not _killed(error):
                    raise
                if isinstance(error, BrokenExecutor) and deaths + 1 < _DEATHS:
                    suspects.append((task, deaths + 1))
                    continue
                if lost is None:
                    raise Unfinished(_KILLED) from error
                result = lost(task, Unfinished(_KILLED))
            yield result


_KILLED = f"its worker process was killed {_DEATHS} times, perhaps for want of memory (use fewer workers)"


def _killed(error: Exception) -> bool:
    """Whether a task died with its process: a pool's word for it, or Dask's, which has tried several times by then."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


@contextmanager
def lost_workers_told(place: Place) -> Iterator[None]:
    """Turn what executors raise when they lose their workers into Unfinished."""
    try:
        yield
    except BalkansimError:
        raise
    except CancelledError as error:
        raise Unfinished(f"the scheduler of {place.name} is gone") from error
    except Exception as error:
        words = _DASK.get(type(error).__name__)
        if words is None or not type(error).__module__.startswith("distributed"):
            raise
        raise Unfinished(words.format(place.name)) from error


_DASK = {
    "NoWorkerError": "{} has lost all its workers",
    "NoValidWorkerError": "{} has no worker that may do this work",
    "FutureCancelledError": "the scheduler of {} is gone",
    "CommClosedError": "the connection to the scheduler of {} is lost",
    "ClosedClientError": "the scheduler of {} is gone",
}
"""What Dask's errors mean for a run, by their names: Dask may not be installed."""


def _unpack_and(packed: bytes) -> Any:
    work, task = cloudpickle.loads(packed)
    try:
        return work(task)
    except Exception as error:
        if not _travels(error):
            raise ModelError(f"{type(error).__name__}: {error}") from error
        raise


def _travels(error: Exception) -> bool:
    """Whether an error comes out of a worker as it went in: our own do, and Python's own with plain words in them.

    One of a class typed into a notebook may not be known where it arrives, nor can one always be built again from what it says.
    """
    ours = isinstance(error, BalkansimError) and type(error).__module__ == BalkansimError.__module__
    return ours or (type(error).__module__ == "builtins" and all(isinstance(a, _PLAIN) for a in error.args))


_PLAIN = (str, bytes, int, float, type(None))
