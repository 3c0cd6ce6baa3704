"""Who is served when: the newest question of a page replaces its older ones, and pages take turns."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import os
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from sim.app import engine
from sim.scenario import Scenario

MOST_OPEN = 64
"""Questions that may be open at once, over all pages."""
AHEAD = ("ahead", "further ahead")
"""Lanes of questions that a page will perhaps ask next: served only when nothing else waits, given up as soon as something does."""
FOR_TWO = 4
"""Processors from which on two workers share an answer. Half the worlds take two thirds of the time of all: with fewer, the page and other
programs want what is left."""
MOST_PLACED = 256
"""Pieces of which is remembered where they were begun."""
LAST = 2**62
"""No piece of work has a number as high."""


class SupersededError(Exception):
    """The same page has asked something newer."""


class BusyError(Exception):
    """More questions are open than can be served."""


class Ticket:
    """An open question of a page. `lane` is what it asks for: only questions of one lane replace each other."""

    def __init__(self, client: str, lane: str) -> None:
        self.client, self.lane = client, lane
        self.superseded = False
        self.waiting: set[asyncio.Future[None]] = set()
        self.running: dict[int, Worker] = {}  # pieces in hand, by number

    @property
    def ahead(self) -> bool:
        """Whether it is only a guess."""
        return self.lane in AHEAD

    def supersede(self) -> None:
        """Give up every turn not yet begun, and stop the pieces in hand."""
        self.superseded = True
        for future in self.waiting:
            if not future.done():
                future.set_exception(SupersededError())
        for piece, worker in self.running.items():
            worker.give_up(piece)


class Turns:
    """One worker's queue: a turn each, client after client; those who ask ahead come last."""

    def __init__(self) -> None:
        self.holder: Ticket | None = None
        self.queue: OrderedDict[str, deque[tuple[Ticket, asyncio.Future[None]]]] = OrderedDict()
        self.later: OrderedDict[str, deque[tuple[Ticket, asyncio.Future[None]]]] = OrderedDict()

    @property
    def load(self) -> int:
        """How many turns come before that of one who asks now."""
        return (self.holder is not None and not self.holder.ahead) + sum(map(len, self.queue.values()))

    async def take(self, ticket: Ticket) -> None:
        """Wait for a turn. Raises SupersededError where the question is given up before it comes."""
        if ticket.superseded:
            raise SupersededError
        if self.holder is None:
            self.holder = ticket
            return
        if self.holder.ahead and not ticket.ahead:
            self.holder.supersede()
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self.later if ticket.ahead else self.queue).setdefault(ticket.client, deque()).append((ticket, future))
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
        for queue in (self.queue, self.later):
            while queue:
                client, waiting = queue.popitem(last=False)
                ticket, future = waiting.popleft()
                if waiting:
                    queue[client] = waiting
                if not future.done():
                    self.holder = ticket
                    future.set_result(None)
                    return
        self.holder = None


class Worker:
    """A process that simulates, one piece of work at a time."""

    def __init__(self, scenarios: dict[str, Scenario], patient: bool = False, processes: bool = True) -> None:
        self.turns, self._numbers = Turns(), itertools.count(1)
        self._context = multiprocessing.get_context("spawn")
        self._given_up = self._context.RawValue("q", 0)
        leash: Connection | None
        self._hold: Connection | None
        leash, self._hold = self._context.Pipe(duplex=False) if processes else (None, None)
        self._arguments = (scenarios, self._given_up, leash, patient)
        self.executor = self._open()

    def _open(self) -> Executor:
        if self._hold is None:
            return ThreadPoolExecutor(1, initializer=engine.start, initargs=self._arguments)
        return ProcessPoolExecutor(1, mp_context=self._context, initializer=engine.start, initargs=self._arguments)

    def end(self) -> None:
        """Stop the work in hand and end the process."""
        self.give_up(LAST)
        if self._hold is not None:
            self._hold.close()
        self.executor.shutdown(wait=False, cancel_futures=True)

    def give_up(self, piece: int) -> None:
        """Stop a piece of work if it is in hand; pieces are numbered in the order in which they are done."""
        self._given_up.value = max(self._given_up.value, piece)

    async def do(self, ticket: Ticket, work: Callable[..., Any], *arguments: Any) -> Any:
        """Take a turn and carry out one piece of work; where the worker dies of it, once more in a new one.

        Raises SupersededError where the question is given up before the work is done.
        """
        try:
            return await self._once(ticket, work, *arguments)
        except BrokenProcessPool:
            return await self._once(ticket, work, *arguments)
        except engine.StoppedError:
            raise SupersededError from None

    async def _once(self, ticket: Ticket, work: Callable[..., Any], *arguments: Any) -> Any:
        await self.turns.take(ticket)
        piece = next(self._numbers)
        try:
            running = self._submit(piece, work, *arguments)
        except BaseException:
            self.turns.give_back()
            raise
        ticket.running[piece] = self
        running.add_done_callback(lambda done: self._done(ticket, piece, done))  # the turn lasts as long as the work, whoever listens
        return await asyncio.shield(running)

    def _done(self, ticket: Ticket, piece: int, running: asyncio.Future[Any]) -> None:
        ticket.running.pop(piece, None)
        if not running.cancelled():
            running.exception()  # whoever asked may have gone
        self.turns.give_back()
        if self.turns.holder is None and self._hold is not None:
            with suppress(BrokenProcessPool, RuntimeError):  # dead or shut down: nothing to tidy
                self.executor.submit(engine.tidy)

    def _submit(self, *arguments: Any) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        try:
            return loop.run_in_executor(self.executor, engine.carry_out, *arguments)
        except BrokenProcessPool:
            self.executor = self._open()
            return loop.run_in_executor(self.executor, engine.carry_out, *arguments)


def processors() -> int:
    """How many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Desk:
    """The workers and the open questions. Two workers answer, each by itself or sharing an answer; details have one of their own."""

    def __init__(self, scenarios: dict[str, Scenario], processes: bool = True) -> None:
        count = min(2, processors()) if processes else 1
        self.shares = 2 if count == 2 and processors() >= FOR_TWO else 1
        self.front = [Worker(scenarios, processes=processes) for _ in range(count)]
        self.back = Worker(scenarios, patient=True) if processes else self.front[0]
        self.open: dict[tuple[str, str], Ticket] = {}
        self._places: OrderedDict[Hashable, Worker] = OrderedDict()

    def places(self, pieces: Sequence[Hashable]) -> list[Worker]:
        """A worker for each piece of a question: the one that has begun it, unless others wait there, else the least busy in turn."""
        ordered = sorted(self.front, key=lambda w: (w.turns.load, w.turns.holder is not None))
        free, found = itertools.cycle(ordered), []
        for piece in pieces:
            known = self._places.pop(piece, None)
            found.append(known if known is not None and known.turns.load <= ordered[0].turns.load + 1 else next(free))
            self._places[piece] = found[-1]
        while len(self._places) > MOST_PLACED:
            self._places.popitem(last=False)
        return found

    def check_room(self, client: str, lane: str) -> None:
        """Raises BusyError where a question of this page and lane would be one too many; those who ask ahead leave half the room."""
        most = MOST_OPEN // 2 if lane in AHEAD else MOST_OPEN
        if len(self.open.keys() - {(client, lane)}) >= most:
            raise BusyError

    def ask(self, client: str, lane: str) -> Ticket:
        """Open a question; an older one of the same page and lane is given up, and what it asked ahead too. Raises BusyError."""
        self.check_room(client, lane)
        for old in (lane, *AHEAD) if lane == "answer" else (lane,):
            older = self.open.pop((client, old), None)
            if older is not None:
                older.supersede()
        ticket = self.open[client, lane] = Ticket(client, lane)
        return ticket

    def guess(self, client: str) -> Ticket:
        """Open a question that a page will perhaps ask: two at once, the newest two. Raises BusyError."""
        free = [lane for lane in AHEAD if (client, lane) not in self.open]
        oldest = [lane for (asker, lane) in self.open if asker == client and lane in AHEAD]
        return self.ask(client, (free + oldest)[0])

    def close(self, ticket: Ticket) -> None:
        """The question is answered or nobody listens any more."""
        if self.open.get((ticket.client, ticket.lane)) is ticket:
            del self.open[ticket.client, ticket.lane]
        ticket.supersede()

    def shut(self) -> None:
        """End the workers."""
        for worker in {*self.front, self.back}:
            worker.end()
