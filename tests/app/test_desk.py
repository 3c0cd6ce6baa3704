"""Turns: the newest question of a page wins, and no page starves another."""

import asyncio
import json
import os
import time
from concurrent.futures.process import BrokenProcessPool

import pytest

from sim.app import desk
from sim.app.answers import pieces
from sim.app.desk import BusyError, Desk, SupersededError


def slow(log, name, seconds=0.05):
    time.sleep(seconds)
    log.append(name)


@pytest.fixture
def one():
    made = Desk({}, processes=False)
    yield made
    made.shut()


def test_clients_take_turns(one):
    """A page with ten pieces of work open does not keep another waiting for more than the piece in hand and one more."""

    async def go():
        log: list[str] = []
        worker, greedy, modest = one.front[0], one.ask("greedy", "answer"), one.ask("modest", "answer")
        many = [asyncio.ensure_future(worker.do(greedy, slow, log, "greedy")) for _ in range(10)]
        await asyncio.sleep(0.01)
        await worker.do(modest, slow, log, "modest")
        served = log.index("modest")
        await asyncio.gather(*many)
        return served

    assert asyncio.run(go()) <= 2


def test_a_newer_question_ends_the_waiting_of_the_older(one):
    async def go():
        log: list[str] = []
        worker = one.front[0]
        first = one.ask("page", "answer")
        work = [asyncio.ensure_future(worker.do(first, slow, log, f"old {i}")) for i in range(5)]
        await asyncio.sleep(0.01)
        second = one.ask("page", "answer")
        await worker.do(second, slow, log, "new")
        ends = await asyncio.gather(*work, return_exceptions=True)
        return log, ends

    log, ends = asyncio.run(go())
    assert log == ["old 0", "new"]
    assert [type(e) for e in ends[1:]] == [SupersededError] * 4


def test_lanes_and_other_pages_are_left_alone(one):
    async def go():
        mine, causes, other = one.ask("page", "answer"), one.ask("page", "causes"), one.ask("other", "answer")
        one.ask("page", "answer")
        return mine.superseded, causes.superseded, other.superseded

    assert asyncio.run(go()) == (True, False, False)


def test_a_burst_does_only_the_work_in_hand_and_the_last(one):
    async def go():
        log: list[int] = []

        async def ask(i):
            ticket = one.ask("page", "answer")
            await one.front[0].do(ticket, slow, log, i)

        work = []
        for i in range(20):
            work.append(asyncio.ensure_future(ask(i)))
            await asyncio.sleep(0.001)
        await asyncio.gather(*work, return_exceptions=True)
        return log

    log = asyncio.run(go())
    assert log[-1] == 19
    assert len(log) <= 3


def test_open_questions_are_bounded(one, monkeypatch):
    monkeypatch.setattr(desk, "MOST_OPEN", 3)

    async def go():
        kept = [one.ask(f"page{i}", "answer") for i in range(3)]
        with pytest.raises(BusyError):
            one.ask("late", "answer")
        one.close(kept[0])
        return one.ask("late", "answer")

    assert asyncio.run(go()).client == "late"


def test_who_leaves_gives_its_turn_back(one):
    async def go():
        log: list[str] = []
        worker, ticket = one.front[0], one.ask("gone", "answer")
        running = asyncio.ensure_future(worker.do(ticket, slow, log, "running"))
        await asyncio.sleep(0.01)
        waiting = asyncio.ensure_future(worker.do(ticket, slow, log, "never"))
        await asyncio.sleep(0.01)
        for task in (running, waiting):
            task.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)
        await asyncio.wait_for(worker.do(one.ask("next", "answer"), slow, log, "next"), 2)
        return log

    assert asyncio.run(go()) == ["running", "next"]


def test_a_failing_piece_gives_its_turn_back(one):
    async def go():
        worker, ticket = one.front[0], one.ask("page", "answer")
        with pytest.raises(ZeroDivisionError):
            await worker.do(ticket, divmod, 1, 0)
        return await asyncio.wait_for(worker.do(ticket, divmod, 7, 2), 2)

    assert asyncio.run(go()) == (3, 1)


@pytest.mark.parametrize("worlds", [64, 100, 128, 129, 500, 640, 641, 2000])
def test_pieces_cover_every_world_once(worlds):
    found = pieces(worlds)
    assert [w for a, b in found for w in range(a, b)] == list(range(worlds))
    assert found[0][1] <= 128
    assert all(b - a <= 512 for a, b in found)
    assert all(a % 64 == 0 for a, _ in found)


def test_a_page_that_left_before_its_answer_began_leaves_nothing_open(one, ask):
    from sim.app.asking import read
    from sim.app.library import open_library
    from sim.app.server import Site

    library = open_library()
    site = Site(library, one, 64)
    lines = site._lines(read(json.dumps(ask()).encode(), library))
    assert one.open == {}
    asyncio.run(lines.aclose())
    assert one.open == {}


def test_a_page_in_a_hurry_is_known_by_the_answers_it_left(one):
    first = one.ask("page", "answer")
    assert not first.hurried
    one.close(first)
    second = one.ask("page", "answer")
    third = one.ask("page", "answer")
    assert second.hurried
    assert third.hurried
    third.finished = True
    one.close(third)
    assert not one.ask("page", "answer").hurried
    assert not one.ask("other", "answer").hurried


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced():
    async def go():
        worker, ticket = desk.Worker({}, patient=False, processes=True), desk.Ticket("page", "answer")
        with pytest.raises(BrokenProcessPool):
            await worker.do(ticket, os._exit, 3)
        try:
            return await worker.do(ticket, divmod, 7, 2)
        finally:
            worker.executor.shutdown()

    assert asyncio.run(go()) == (3, 1)
