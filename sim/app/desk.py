"""Who is served when: the newest question of a page replaces its older ones, and pages take turns."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from sim.app import engine
from sim.scenario import Scenario

MOST_OPEN = 64
"""Questions that may be open at once, over all pages."""


class SupersededError(Exception):
    """The same page has asked something newer."""


class BusyError(Exception):
    """More questions are open than can be served."""


class Ticket:
    """An open question of a page. `lane` is what it asks for: only questions of one lane replace each other.

    `hurried`: the page did not wait for its last answer, so it may not wait for this one either.
    """

    def __init__(self, client: str, lane: str, hurried: bool = False) -> None:
        self.client, self.lane, self.hurried = client, lane, hurried
        self.superseded = self.finished = False
        self.waiting: set[asyncio.Future[None]] = set()

    def supersede(self) -> None:
        """Give up every turn not yet begun."""
        self.superseded = True
        for future in self.waiting:
            if not future.done():
                future.set_exception(SupersededError())


class Turns:
    """One worker's queue: a turn each, client after client."""

    def __init__(self) -> None:
        self.busy = False
        self.queue: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    async def take(self, ticket: Ticket) -> None:
        """Wait for a turn. Raises SupersededError where the question is given up before it comes."""
        if ticket.superseded:
            raise SupersededError
        if not self.busy:
            self.busy = True
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.queue.setdefault(ticket.client, deque()).append(future)
        ticket.waiting.add(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.give_back()  # the turn came as the asker went
            raise
        finally:
            ticket.waiting.discard(future)

    def give_back(self) -> None:
        """Hand the worker to the next client in line; one that still waits for more goes to the end."""
        while self.queue:
            client, futures = self.queue.popitem(last=False)
            future = futures.popleft()
            if futures:
                self.queue[client] = futures
            if not future.done():
                future.set_result(None)
                return
        self.busy = False


class Worker:
    """A process that simulates, one piece of work at a time."""

    def __init__(self, scenarios: dict[str, Scenario], patient: bool, processes: bool) -> None:
        self.turns = Turns()
        self._arguments, self._processes = (scenarios, patient), processes
        self.executor = self._open()

    def _open(self) -> Executor:
        if not self._processes:
            return ThreadPoolExecutor(1, initializer=engine.start, initargs=self._arguments)
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(1, mp_context=context, initializer=engine.start, initargs=self._arguments)

    async def do(self, ticket: Ticket, work: Callable[..., Any], *arguments: Any) -> Any:
        """Take a turn and carry out one piece of work; a worker that died is replaced once."""
        await self.turns.take(ticket)
        try:
            running = self._submit(work, *arguments)
        except BaseException:
            self.turns.give_back()
            raise
        running.add_done_callback(lambda _: self.turns.give_back())  # the turn lasts as long as the work, whoever still listens
        return await asyncio.shield(running)

    def _submit(self, work: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        try:
            return loop.run_in_executor(self.executor, work, *arguments)
        except BrokenProcessPool:
            self.executor = self._open()
            return loop.run_in_executor(self.executor, work, *arguments)


class Desk:
    """The workers and the open questions. With two processors or more, two workers share each answer; details have one of their own."""

    def __init__(self, scenarios: dict[str, Scenario], processes: bool = True) -> None:
        count = min(2, os.cpu_count() or 1) if processes else 1
        self.front = [Worker(scenarios, patient=False, processes=processes) for _ in range(count)]
        self.back = Worker(scenarios, patient=True, processes=True) if processes else self.front[0]
        self.open: dict[tuple[str, str], Ticket] = {}
        self.cut_short: set[tuple[str, str]] = set()  # pages that left their last question before its end

    def check_room(self, client: str, lane: str) -> None:
        """Raises BusyError where a question of this page and lane would be one too many."""
        if len(self.open.keys() - {(client, lane)}) >= MOST_OPEN:
            raise BusyError

    def ask(self, client: str, lane: str) -> Ticket:
        """Open a question; an older one of the same page and lane is given up. Raises BusyError."""
        self.check_room(client, lane)
        older = self.open.pop((client, lane), None)
        if older is not None:
            older.supersede()
        hurried = older is not None or (client, lane) in self.cut_short
        self.cut_short.discard((client, lane))
        ticket = self.open[client, lane] = Ticket(client, lane, hurried)
        return ticket

    def close(self, ticket: Ticket) -> None:
        """The question is answered or nobody listens any more."""
        if self.open.get((ticket.client, ticket.lane)) is ticket:
            del self.open[ticket.client, ticket.lane]
            if not ticket.finished and len(self.cut_short) < MOST_OPEN:
                self.cut_short.add((ticket.client, ticket.lane))
        ticket.supersede()

    def shut(self) -> None:
        """End the workers."""
        for worker in {*self.front, self.back}:
            worker.executor.shutdown(wait=False, cancel_futures=True)
