"""Turns: the newest question of a page wins, and no page starves another."""

import asyncio
import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest

from sim import run
from sim.app import desk, engine
from sim.app.answers import pieces, stages
from sim.app.asking import Setup
from sim.app.desk import AHEAD, BusyError, Desk, SupersededError
from sim.app.library import open_library
from sim.scenario import Scenario

PATIENCE = 60  # seconds after which something has hung


def finished(work):
    """What a coroutine returns, run in a thread of its own: a browser that another test has open keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class Pieces:
    """Pieces of work that go on until the test lets them go, and which of them were done, in order."""

    def __init__(self):
        self.done, self._begun, self._go = [], threading.Event(), threading.Event()

    def do(self, name):
        self._begun.set()
        assert self._go.wait(PATIENCE)
        self.done.append(name)

    def do_while_wanted(self, name):
        self._begun.set()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not self._go.wait(0.002):
            engine.refuse_unwanted()
        self.done.append(name)

    async def begun(self):
        """A piece is in hand."""
        assert await asyncio.to_thread(self._begun.wait, PATIENCE)

    async def let_go(self, *works):
        """Once every task has come as far as it can; waits for these."""
        await asyncio.sleep(0)
        self._go.set()
        return await asyncio.gather(*works, return_exceptions=True)


@pytest.fixture
def one():
    made = Desk({}, processes=False)
    yield made
    made.shut()


def test_clients_take_turns(one):
    """A page with ten pieces of work open does not keep another waiting for more than the piece in hand and one more."""

    async def go():
        work = Pieces()
        worker, greedy, modest = one.front[0], one.ask("greedy", "answer"), one.ask("modest", "answer")
        many = [asyncio.ensure_future(worker.do(greedy, work.do, "greedy")) for _ in range(10)]
        await asyncio.sleep(0)
        await work.let_go(*many, asyncio.ensure_future(worker.do(modest, work.do, "modest")))
        return work.done.index("modest")

    assert finished(go()) <= 2


def test_a_newer_question_ends_the_waiting_of_the_older(one):
    async def go():
        work, worker, first = Pieces(), one.front[0], one.ask("page", "answer")
        old = [asyncio.ensure_future(worker.do(first, work.do, f"old {i}")) for i in range(5)]
        await work.begun()
        second = one.ask("page", "answer")
        *ends, _ = await work.let_go(*old, asyncio.ensure_future(worker.do(second, work.do, "new")))
        return work.done, ends

    done, ends = finished(go())
    assert done == ["old 0", "new"]
    assert [type(e) for e in ends[1:]] == [SupersededError] * 4


def test_lanes_and_other_pages_are_left_alone(one):
    async def go():
        mine, causes, other = one.ask("page", "answer"), one.ask("page", "causes"), one.ask("other", "answer")
        one.ask("page", "answer")
        return mine.superseded, causes.superseded, other.superseded

    assert finished(go()) == (True, False, False)


def test_a_burst_does_only_the_work_in_hand_and_the_last(one):
    async def go():
        work, asked = Pieces(), []

        async def ask(i):
            await one.front[0].do(one.ask("page", "answer"), work.do, i)

        for i in range(20):
            asked.append(asyncio.ensure_future(ask(i)))
            await work.begun()
        await work.let_go(*asked)
        return work.done

    assert finished(go()) == [0, 19]


def test_open_questions_are_bounded(one, monkeypatch):
    monkeypatch.setattr(desk, "MOST_OPEN", 3)

    async def go():
        kept = [one.ask(f"page{i}", "answer") for i in range(3)]
        with pytest.raises(BusyError):
            one.ask("late", "answer")
        one.close(kept[0])
        return one.ask("late", "answer")

    assert finished(go()).client == "late"


def test_who_leaves_gives_its_turn_back(one):
    async def go():
        work, worker, ticket = Pieces(), one.front[0], one.ask("gone", "answer")
        leaving = [asyncio.ensure_future(worker.do(ticket, work.do, name)) for name in ("running", "never")]
        await work.begun()
        for task in leaving:
            task.cancel()
        await work.let_go(*leaving)
        await asyncio.wait_for(worker.do(one.ask("next", "answer"), work.do, "next"), PATIENCE)
        return work.done

    assert finished(go()) == ["running", "next"]


def test_a_failing_piece_gives_its_turn_back(one):
    async def go():
        worker, ticket = one.front[0], one.ask("page", "answer")
        with pytest.raises(ZeroDivisionError):
            await worker.do(ticket, divmod, 1, 0)
        return await asyncio.wait_for(worker.do(ticket, divmod, 7, 2), PATIENCE)

    assert finished(go()) == (3, 1)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("worlds", [64, 100, 128, 129, 500, 640, 641, 2000])
def test_pieces_cover_every_world_once_and_are_alike(worlds, workers):
    found = pieces(worlds, workers)
    assert [w for a, b in found for w in range(a, b)] == list(range(worlds))
    sizes = [b - a for a, b in found]
    assert max(sizes) <= 512
    assert max(sizes) - min(sizes) < 128
    assert all(a % 64 == 0 for a, _ in found)
    assert len(found) == 1 or len(found) % workers == 0


@pytest.mark.parametrize("quarters", [1, 2, 4, 44, 120])
def test_stages_grow_to_the_whole(quarters):
    *some, last = stages(quarters)
    assert last is None
    assert some == sorted(set(some))
    assert all(1 <= s <= quarters for s in some)


def test_a_page_that_left_before_its_answer_began_leaves_nothing_open(one, ask):
    from sim.app.asking import read
    from sim.app.server import Site

    library = open_library()
    site = Site(library, one, 64)
    lines = site._lines(read(json.dumps(ask()).encode(), library))
    assert one.open == {}
    finished(lines.aclose())
    assert one.open == {}


def test_a_newer_question_stops_the_piece_in_hand(one):
    async def go():
        work, worker = Pieces(), one.front[0]
        old = asyncio.ensure_future(worker.do(one.ask("page", "answer"), work.do_while_wanted, "old"))
        await work.begun()
        await worker.do(one.ask("page", "answer"), work.done.append, "new")
        with pytest.raises(SupersededError):
            await old
        return work.done

    assert finished(go()) == ["new"]


def test_what_is_asked_ahead_waits_for_everybody_and_stops_for_anybody(one):
    async def go():
        work, worker = Pieces(), one.front[0]
        begun = asyncio.ensure_future(worker.do(one.guess("idle"), work.do_while_wanted, "begun ahead"))
        await work.begun()
        queued = [
            asyncio.ensure_future(worker.do(one.ask(page, lane), work.done.append, lane))
            for page, lane in (("first", AHEAD[0]), ("second", "answer"), ("third", "causes"))
        ]
        await asyncio.gather(*queued)
        with pytest.raises(SupersededError):
            await begun
        return work.done

    assert finished(go()) == ["answer", "causes", AHEAD[0]]


def test_a_question_gives_up_what_its_page_asked_ahead(one):
    mine, other = [one.guess("page"), one.guess("page")], one.guess("other")
    one.ask("page", "causes")
    assert not any(t.superseded for t in mine)
    one.ask("page", "answer")
    assert all(t.superseded for t in mine)
    assert not other.superseded


def test_a_page_asks_two_questions_ahead_the_newest(one):
    first, second, third, fourth = (one.guess("page") for _ in range(4))
    assert (first.superseded, second.superseded, third.superseded, fourth.superseded) == (True, True, False, False)


def test_asking_ahead_leaves_room_for_questions(one, monkeypatch):
    monkeypatch.setattr(desk, "MOST_OPEN", 4)
    for i in range(2):
        one.guess(f"page{i}")
    with pytest.raises(BusyError):
        one.guess("late")
    assert one.ask("late", "answer").lane == "answer"


def test_a_piece_goes_on_where_it_was_begun_and_others_where_there_is_room(one):
    async def go():
        busy, idle = desk.Worker({}, processes=False), desk.Worker({}, processes=False)
        one.front = [busy, idle]
        await busy.turns.take(one.ask("page", "answer"))
        chosen = [one.places([piece])[0] for piece in ("new", "new")]
        [begun] = one.places(["shared"])
        await idle.turns.take(one.ask("other", "answer"))
        again = one.places(["shared"])[0]
        waiting = [asyncio.ensure_future(idle.turns.take(one.ask(f"page{i}", "answer"))) for i in range(3)]
        await asyncio.sleep(0)
        crowded = one.places(["shared"])[0]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        names = {id(busy): "busy", id(idle): "idle"}
        return [names[id(w)] for w in (*chosen, begun, again, crowded)]

    assert finished(go()) == ["idle", "idle", "idle", "idle", "busy"]


def test_the_pieces_of_one_question_are_shared_out(one):
    workers = [desk.Worker({}, processes=False), desk.Worker({}, processes=False)]
    one.front = workers
    assert set(map(id, one.places(["first half", "second half"]))) == set(map(id, workers))


THREE_YEARS = Scenario.from_text("extends: baseline\nend: 2026Q4", "baseline")


@pytest.fixture
def played():
    """An engine of this process, and a setup for it."""
    return engine.Engine({"baseline": THREE_YEARS}), Setup("baseline", "none", '{"eu.mediation": 0.8}', 3)


def test_a_run_goes_on_where_it_stopped_and_is_the_run_of_the_public_api(played):
    made, setup = played
    some = made.results(setup, 64, 100, 9).values("mean.democracy")
    whole = made.results(setup, 64, 100)
    expected = run(THREE_YEARS, range(64, 100), seed=3, levers={"eu.mediation": 0.8})
    for reference in ("mean.democracy", "SRB.eu_alignment", "kosovo_serbia.tension"):
        np.testing.assert_array_equal(whole.values(reference), expected.values(reference))
    np.testing.assert_array_equal(some, expected.values("mean.democracy")[:, :9])
    assert whole.events.equals(expected.events)
    assert made.results(setup, 64, 100, 9) is whole


def test_a_run_given_up_is_not_lost(played, monkeypatch):
    made, setup = played
    left = iter([None] * 5)
    monkeypatch.setattr(engine, "refuse_unwanted", lambda: next(left))
    with pytest.raises(StopIteration):
        made.results(setup, 0, 64)
    (life,) = made._begun.values()
    assert life.played == 5
    monkeypatch.setattr(engine, "refuse_unwanted", lambda: None)
    made.results(setup, 0, 64)
    assert life.finished


def test_unfinished_runs_are_bounded_and_a_forgotten_one_begins_anew(played):
    made, _ = played
    setups = [Setup("baseline", "none", "{}", seed) for seed in range(engine.MOST_BEGUN + 2)]
    first = [made.results(setup, 0, 64, 2).values("mean.democracy") for setup in setups]
    assert len(made._begun) == engine.MOST_BEGUN
    for setup, some in zip(setups, first, strict=True):
        np.testing.assert_array_equal(made.results(setup, 0, 64).values("mean.democracy")[:, :2], some)


NAP_ONCE = """
import pathlib, time
mark = pathlib.Path({!r})
if not mark.exists():
    mark.touch()
    time.sleep(600)
"""


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced_and_the_work_done_again(tmp_path):
    mark = tmp_path / "begun"

    async def go():
        worker, ticket = desk.Worker({}), desk.Ticket("page", "answer")
        try:
            with pytest.raises(BrokenProcessPool):  # work that kills every worker is told so
                await worker.do(ticket, os._exit, 3)
            victim = await worker.do(ticket, os.getpid)
            napping = asyncio.ensure_future(worker.do(ticket, exec, NAP_ONCE.format(str(mark))))
            while not mark.exists():
                await asyncio.sleep(0.01)
            os.kill(victim, signal.SIGKILL)
            await napping
            return victim != await worker.do(ticket, os.getpid)
        finally:
            worker.end()

    assert finished(go())
