"""Running: the same worlds wherever they are played, and what happens when a chunk or a worker fails."""

from __future__ import annotations

import gc
import json
import os
import shutil
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import Notice, load_results, run
from sim.actors import CAST
from sim.errors import InputError, ModelError, StoreError, Unfinished
from sim.executors import Here, LocalPool, opened, over
from sim.running import Job, chosen_policies, make_job, run_job, world_numbers
from sim.scenario import Scenario
from sim.store import Store
from tests.durability.helpers import SHORT, assert_same_results

Serbia: Any = CAST["SRB"]
THREE = [*range(64), *range(4096, 4160), *range(8192, 8256)]  # a block of each of three chunks


def short() -> Scenario:
    return Scenario.from_text(SHORT, "short")


class Faulty(Serbia):
    """Fails in the second chunk unless the file `mended` stands beside its results."""

    mended = Path("/nonexistent")

    def decide(self) -> None:
        if 64 in self.model.blocks and not self.mended.exists():
            raise ZeroDivisionError("no minister was found")
        super().decide()


class Hopeless(Serbia):
    def decide(self) -> None:
        raise ZeroDivisionError("no minister was found")


class Killed(Serbia):
    """Kills its process, but only once."""

    once = Path("/nonexistent")

    def decide(self) -> None:
        if not self.once.exists():
            self.once.touch()
            os._exit(9)
        super().decide()


class Deadly(Serbia):
    """Kills its process in the second chunk."""

    def decide(self) -> None:
        if 64 in self.model.blocks:
            os._exit(9)
        super().decide()


class TestWorldNumbers:
    @pytest.mark.parametrize(
        "worlds", [0, -1, True, 10**9 + 1, [], [-1], [1.5], ["a"], range(0), [10**9], 3.0, None, "3", np.float64(3), [1, True]]
    )
    def test_refused(self, worlds: Any) -> None:
        with pytest.raises(InputError, match="worlds="):
            world_numbers(worlds)

    def test_ascending_each_once_a_range_where_there_are_no_gaps(self) -> None:
        assert world_numbers(3) == world_numbers(np.int64(3)) == world_numbers(np.uint8(3)) == range(3)
        assert world_numbers([3, 77, 3]) == (3, 77)
        assert world_numbers(np.array([5, 4, 6])) == range(4, 7)
        assert world_numbers(range(500, 600)) == range(500, 600)
        assert world_numbers(range(10, 0, -5)) == (5, 10)
        assert world_numbers(10**9) == range(10**9)

    def test_tasks_of_a_billion_worlds_are_made_one_by_one(self) -> None:
        job = make_job(short(), 10**9)
        tasks = job.tasks(job.plans[0], job.worlds)
        assert next(tasks).worlds == tuple(range(4096))
        assert next(tasks).worlds == tuple(range(4096, 8192))


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"scenario": 3}, "3 is neither a name nor a file; allowed: the name of a scenario"),
            ({"levers": "x"}, "levers: 'x' is text, not a mapping; allowed: a mapping of names to values"),
            ({"levers": {2024: 1}}, "levers: the key 2024 is not a word"),
            ({"levers": {"eu.mediation": float("nan")}}, "allowed: a finite number"),
            ({"policy": 3}, "policy=3: give a name, a list of names, or 'all'"),
            ({"actors": [Serbia]}, "actors="),
            ({"actors": {"srb": Serbia}}, "nearest: SRB"),
            ({"ledger": "yes"}, "ledger='yes': give True or False"),
            ({"seed": 1.0}, "seed=1.0: a seed is a whole number from 0"),
            ({"workers": "2"}, "workers='2': give a whole number from 1"),
            ({"out": 3}, "out=3: give a directory"),
            ({"progress": 5}, "progress=5: give a function that is called with (worlds done, worlds in all), or None"),
            ({"progress": 5, "workers": 0}, "workers=0: give a whole number from 1\nprogress=5"),
            ({"policy": ["all", "stagd"]}, "short: unknown policy 'stagd'; allowed: none, all"),
            ({"policy": ["stagd", "cleer"]}, "unknown policy 'cleer'"),
            ({"parameters": "postrior"}, "nearest: posterior"),
        ],
    )
    def test_a_wrong_type_is_told(self, arguments: dict[str, Any], words: str) -> None:
        with pytest.raises(InputError) as error:
            run(**({"scenario": short(), "worlds": 2} | arguments))
        assert words in str(error.value)

    def test_every_mistake_is_told_at_once(self) -> None:
        with pytest.raises(InputError) as error:
            run("baselin", 0, seed=-1, actors={"SRV": Serbia}, ledger=1, parameters="x")  # type: ignore[arg-type]
        assert len(error.value.findings) == 6
        with pytest.raises(InputError) as error:
            run(short(), 2, levers={"eu.mediatoin": 1, "eu.mediation": float("nan"), "russia.effort": 9})
        assert len(error.value.findings) == 3
        with pytest.raises(InputError) as error:
            run(short(), 0, seed=-1, levers={"eu.mediatoin": 1})
        assert len(error.value.findings) == 3

    def test_numbers_and_arrays_of_numpy_are_settings_like_others(self, tmp_path: Path) -> None:
        of_numpy = {"eu.mediation": np.float64(0.5), "eu.defence_access": np.array(["SRB"]), "nato.resilience_counts": np.bool_(True)}
        run(short(), 2, levers=of_numpy, out=tmp_path / "out")
        plain = {"eu.mediation": 0.5, "eu.defence_access": ["SRB"], "nato.resilience_counts": True}
        assert run(short(), 2, levers=plain, out=tmp_path / "out").manifest["levers"] == plain


class TestNotices:
    IGNORED = {"initial.vetoed": True, "force.crisis.BIH": "2024Q1", "mechanisms.stability": "off"}

    def test_each_is_warned_of_once_at_the_line_of_the_call_and_kept(self, tmp_path: Path) -> None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            results = run(short(), np.int64(2), seed=np.int64(1), workers=np.int64(1), levers=self.IGNORED, out=tmp_path / "out")
        assert [str(w.message) for w in caught] == list(results.notices) == list(load_results(tmp_path / "out").notices)
        assert results.notices[0] == "force.crisis.BIH: no effect, the room stability is off"
        assert {(w.category, Path(w.filename)) for w in caught} == {(Notice, Path(__file__))}
        assert issubclass(Notice, UserWarning)

    def test_a_policy_speaks_too_and_what_has_its_effect_is_silent(self) -> None:
        text = "name: x\nend: 2024Q2\nevents: [{id: e, at: 2024Q2, set: {russia.effort: 2}}]\npolicies: {p: {levers: {russia.effort: 1}}}"
        scenario = Scenario.from_text(text)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert run(scenario, 1).notices == ()
            with pytest.raises(Notice, match=r"russia\.effort is held by policy p; ignored: event e"):
                run(scenario, 1, policy="p")

    def test_a_world_named_twice_is_said(self) -> None:
        with pytest.warns(Notice, match=r"worlds: named more than once and played once: 1, 5$"):
            results = run(short(), [5, 1, 1, 3, 5])
        assert results.world_numbers().tolist() == [1, 3, 5]
        assert results.notices == ("worlds: named more than once and played once: 1, 5",)
        for worlds in (3, range(3), [0, 1, 2], np.array([4, 2])):
            assert make_job(short(), worlds).notices == ()

    def test_a_file_in_place_of_a_shipped_scenario_is_warned_of(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("no_veto.yaml").write_text("extends: baseline\nend: 2024Q2\n", encoding="utf-8")
        with pytest.warns(Notice, match=r"no_veto\.yaml is used in place of the shipped scenario 'no_veto'"):
            results = run("no_veto", 1)
        assert len(results.notices) == 1


class TestPolicies:
    def test_all_may_stand_in_a_list_beside_names(self) -> None:
        scenario = Scenario.from_text("name: x\nend: 2024Q2\npolicies: {p: {}, q: {}}")
        assert chosen_policies(scenario, "all") == ["none", "p", "q"]
        assert chosen_policies(scenario, ["all", "q"]) == ["none", "p", "q"]
        assert chosen_policies(scenario, ["q", "none", "q"]) == ["none", "q"]
        with pytest.raises(InputError, match="unknown policy 'r'; allowed: none, all, p, q"):
            chosen_policies(scenario, ["all", "r"])


class TestRepr:
    def test_one_line_says_what_the_results_are(self, tmp_path: Path) -> None:
        told = "<Results of short: policies=['none'], worlds=3, seed=4, quarters=2024Q1-2025Q4, {}>"
        assert repr(run(short(), 3, seed=4)) == told.format("in memory")
        folder = tmp_path / "run"
        assert repr(run(short(), 3, seed=4, out=folder)) == repr(load_results(folder)) == told.format(f"folder={str(folder)!r}")

    def test_it_never_fails(self, tmp_path: Path) -> None:
        results = run(short(), 3, out=tmp_path / "run")
        shutil.rmtree(tmp_path / "run")
        assert "worlds=unreadable" in repr(results)


class TestWhereverItRuns:
    @pytest.mark.parametrize("workers", [0, -1, True, 1.5, "2"])
    def test_workers_refused(self, workers: Any) -> None:
        with pytest.raises(InputError, match="workers="):
            run(short(), 1, workers=workers)

    def test_two_processes_give_the_same_tables(self, tmp_path: Path) -> None:
        one = run(short(), THREE, out=tmp_path / "one")
        two = run(short(), THREE, workers=2, out=tmp_path / "two")
        assert_same_results(tmp_path / "one", tmp_path / "two")
        assert one.states.equals(two.states)
        assert run(short(), THREE, workers=2).states.equals(one.states)

    def test_an_actor_typed_into_a_notebook_reaches_the_workers(self) -> None:
        there: dict[str, Any] = {"Serbia": Serbia, "__name__": "__main__"}
        exec("class Mine(Serbia):\n    def decide(self):\n        super().decide()\n        self.reform_effort = 0.0\n", there)
        here = run(short(), THREE, actors={"SRB": there["Mine"]})
        away = run(short(), THREE, actors={"SRB": there["Mine"]}, workers=2)
        assert here.states.equals(away.states)
        assert not here.states.equals(run(short(), THREE).states)

    def test_a_worker_with_another_model_is_refused(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr("sim.running.versions", lambda: "0.0+other data")
        with pytest.raises(StoreError, match="another balkansim"):
            run(short(), 64, out=tmp_path / "run")

    def test_dask_is_asked_for_only_when_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import sys

        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(InputError, match=r"pip install 'balkansim\[cluster\]'"):
            run(short(), 1, scheduler="tcp://127.0.0.1:8786")


class Counting(Executor):
    """Keeps tasks until asked for their results, and how many were out at most."""

    def __init__(self) -> None:
        self.out: list[tuple[Future[Any], Any, Any]] = []
        self.most = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.out.append((future, fn, args))
        self.most = max(self.most, len(self.out))
        return future

    def serve(self) -> None:
        future, fn, args = self.out.pop(0)
        future.set_result(fn(*args))


class TestOver:
    def test_no_more_than_ahead_are_out_and_tasks_are_made_when_there_is_room(self) -> None:
        made, pool = [], Counting()

        def tasks() -> Iterator[int]:
            for number in range(100):
                made.append(number)
                if len(pool.out) == 3:  # the fourth would be one too many
                    pool.serve()
                yield number
                if len(pool.out) == 4 or number == 99:
                    while pool.out:
                        pool.serve()

        found = []
        for result in over(pool, lambda n: n * n, tasks(), 4):
            found.append(result)
            assert len(made) <= len(found) + 8
        assert sorted(found) == [n * n for n in range(100)]
        assert pool.most <= 4

    def test_here_each_task_is_done_when_it_is_asked_for(self) -> None:
        made: list[int] = []
        tasks = (made.append(n) or n for n in range(10))
        results = over(Here(), abs, tasks, 1)
        assert next(results) == 0
        assert made == [0]

    def test_ahead_may_change(self) -> None:
        room = chain([1, 2], repeat(5))
        assert sorted(over(Here(), abs, range(10), lambda: next(room))) == list(range(10))

    @pytest.mark.parametrize("kind", [InputError, ModelError, StoreError, ZeroDivisionError])
    def test_errors_keep_their_type_and_words(self, kind: type[Exception]) -> None:
        def fail(_: int) -> None:
            raise kind("two\nlines")

        with LocalPool(1) as pool, pytest.raises(kind, match="two\nlines") as raised:
            list(over(pool, fail, [1], 2))
        if isinstance(raised.value, InputError):
            assert raised.value.findings == ["two\nlines"]

    def test_an_error_that_cannot_travel_keeps_its_name(self) -> None:
        class Mine(Exception):
            def __init__(self, one: int, two: int) -> None:
                super().__init__("one and two")

        def fail(_: int) -> None:
            raise Mine(1, 2)

        with LocalPool(1) as pool, pytest.raises(ModelError, match="Mine: one and two"):
            list(over(pool, fail, [1], 2))

    def test_processes_have_one_thread_each(self) -> None:
        with opened(2) as place:
            found = set(over(place.executor, lambda _: os.environ["OMP_NUM_THREADS"], range(2), 2))
        assert found == {os.environ.get("OMP_NUM_THREADS", "1")}

    def test_collections_during_a_run_look_only_at_what_it_makes(self) -> None:
        before = len(gc.get_objects())
        with opened(1):
            assert len(gc.get_objects()) < before / 10
        assert len(gc.get_objects()) > before / 2

    def test_what_was_kept_out_of_collections_before_a_run_stays_out(self) -> None:
        gc.freeze()
        try:
            with opened(1):
                pass
            assert len(gc.get_objects()) < gc.get_freeze_count()
        finally:
            gc.unfreeze()

    def test_a_killed_process_is_replaced(self, tmp_path: Path) -> None:
        def fall(number: int, mark: Path = tmp_path / "fell") -> int:
            if number == 2 and not mark.exists():
                mark.touch()
                os._exit(9)
            return number

        with LocalPool(2) as pool:
            assert sorted(over(pool, fall, range(6), 4)) == list(range(6))

    def test_a_task_that_kills_its_process_every_time_is_given_up_and_the_others_are_not(self) -> None:
        def fall(number: int) -> int:
            return os._exit(9) if number == 2 else number

        with LocalPool(2) as pool:
            found = list(over(pool, fall, range(6), 4, lambda number, error: str(error)))
            assert sorted(n for n in found if isinstance(n, int)) == [0, 1, 3, 4, 5]
            (given_up,) = (n for n in found if isinstance(n, str))
            assert "killed 3 times, perhaps for want of memory" in given_up
            with pytest.raises(Unfinished, match="killed 3 times"):
                list(over(pool, fall, range(6), 4))

    def test_dask_gives_up_a_task_in_its_own_words(self) -> None:
        found = list(over(Losing(), int, range(4), 1, lambda number, error: -number))
        assert found == [0, 1, -2, 3]


class KilledWorker(Exception):
    """Named as Dask's."""


class Losing(Here):
    """Loses the worker that does the third task, as Dask's client tells it."""

    def submit(self, *given: Any, **named: Any) -> Future[Any]:
        done = super().submit(*given, **named)
        if done.result() != 2:
            return done
        lost: Future[Any] = Future()
        lost.set_exception(KilledWorker("after 4 attempts"))
        return lost


class TestFailing:
    def job(self, kind: type) -> Job:
        return make_job(short(), THREE, actors={"SRB": kind})

    def test_a_failing_chunk_is_recorded_and_the_rest_is_kept(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Faulty, "mended", tmp_path / "mended")
        folder = tmp_path / "run"
        with pytest.raises(Unfinished) as raised:
            run_job(self.job(Faulty), out=folder, again="balkansim run short")
        said = str(raised.value)
        assert (
            "a chunk (64 worlds) failed, the first, from world 4096 of policy none, with ZeroDivisionError: no minister was found" in said
        )
        assert "128 of 192 worlds are complete and kept in" in said
        assert "continue with: balkansim run short" in said
        assert Store(folder).done("none") == [range(64), range(8192, 8256)]
        (record,) = [json.loads(f.read_text()) for f in (folder / "failures").iterdir()]
        assert record["worlds"] == [[4096, 4159]]
        assert record["error"] == "ZeroDivisionError: no minister was found"
        assert record["retry"] == "balkansim run short"
        assert "worlds=[*range(4096, 4160)], seed=1, policy='none'" in record["alone"]
        assert 'raise ZeroDivisionError("no minister was found")' in " ".join(record["traceback"])

        (tmp_path / "mended").touch()
        run_job(self.job(Faulty), out=folder)
        assert load_results(folder).world_numbers().tolist() == THREE
        assert not list((folder / "failures").iterdir())

    def test_what_the_record_says_to_play_alone_plays_just_that(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from sim import running

        real = running.attempt

        def faulty(call: Any) -> Any:
            if call.task.worlds[0] != 4096:
                return real(call)
            try:
                raise ZeroDivisionError("no minister was found")
            except ZeroDivisionError as error:
                from sim.working import failure_of

                return failure_of(call, error)

        monkeypatch.setattr(running, "attempt", faulty)
        with pytest.raises(Unfinished):
            run(short(), THREE, levers={"eu.mediation": 0.5}, out=tmp_path / "run")
        record = json.loads(next((tmp_path / "run" / "failures").iterdir()).read_text())
        before, _, call = record["alone"].partition("; ")
        scope: dict[str, Any] = {}
        exec(before, scope)
        alone = eval(call, scope)
        assert alone.world_numbers().tolist() == list(range(4096, 4160))
        assert alone.values("SRB.eu_alignment").shape == (64, 8)

    def test_a_run_in_which_nothing_succeeds_is_given_up(self, tmp_path: Path) -> None:
        job = make_job(short(), range(0, 10 * 4096, 256), actors={"SRB": Hopeless})
        with pytest.raises(Unfinished, match=r"3 chunks .* failed and the run was given up"):
            run_job(job, out=tmp_path / "run")
        assert len(list((tmp_path / "run" / "failures").iterdir())) == 3

    def test_in_memory_the_error_itself_is_raised(self) -> None:
        with pytest.raises(ZeroDivisionError, match="no minister"):
            run_job(self.job(Hopeless))

    def test_a_killed_worker_costs_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Killed, "once", tmp_path / "once")
        job = make_job(short(), THREE, actors={"SRB": Killed})
        run_job(job, workers=2, out=tmp_path / "run")
        assert load_results(tmp_path / "run").world_numbers().tolist() == THREE

    def test_a_chunk_that_kills_its_worker_every_time_does_not_keep_the_others_back(self, tmp_path: Path) -> None:
        with pytest.raises(Unfinished, match=r"from world 4096 .* killed 3 times"):
            run_job(self.job(Deadly), workers=2, out=tmp_path / "run")
        assert load_results(tmp_path / "run").world_numbers().tolist() == [*range(64), *range(8192, 8256)]
        assert len(list((tmp_path / "run" / "failures").iterdir())) == 1

    def test_a_directory_that_is_not_the_same_everywhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A worker writes into a directory that only it sees."""
        from sim import running

        real = running.attempt

        def elsewhere(call: Any) -> Any:
            kept = shutil.copytree(tmp_path / "run", tmp_path / "other", dirs_exist_ok=True)
            object.__setattr__(call, "folder", str(kept))
            return real(call)

        monkeypatch.setattr(running, "attempt", elsewhere)
        with pytest.raises(StoreError, match="is it the same directory on all machines"):
            run(short(), 64, out=tmp_path / "run")


def test_parameters_are_drawn_from_what_is_asked_for():
    prior, posterior = (run("baseline", 64, parameters=p) for p in ("prior", "posterior"))
    assert prior.manifest["parameters"] == "prior"
    assert prior.manifest != posterior.manifest
    drawn = [c for c in prior.worlds.columns if c.startswith("parameters.")]
    differing = [c for c in drawn if not prior.worlds[c].equals(posterior.worlds[c])]
    assert 0 < len(differing) < len(drawn)
    with pytest.raises(InputError, match="nearest: posterior"):
        run("baseline", 64, parameters="posteriour")


class Own(ValueError):
    """As typed into a notebook."""


class TestTravel:
    """What becomes of an error on its way out of a worker process."""

    @pytest.mark.parametrize(
        "error", [ZeroDivisionError("no minister"), KeyError(3), InputError(["one", "two"]), StoreError("full"), OSError(28, "full")]
    )
    def test_ours_and_pythons_own_come_as_they_are(self, error: Exception) -> None:
        told = self.out_of_a_worker(error)
        assert (type(told), str(told)) == (type(error), str(error))

    @pytest.mark.parametrize(("error", "words"), [(Own("no minister"), "Own: no minister"), (ValueError(Own), "ValueError: <class")])
    def test_others_come_as_words(self, error: Exception, words: str) -> None:
        told = self.out_of_a_worker(error)
        assert type(told) is ModelError
        assert str(told).startswith(words)

    @staticmethod
    def out_of_a_worker(error: Exception) -> BaseException:
        def work(task: Exception) -> None:
            raise task

        with opened(2) as place, pytest.raises(Exception, match=r".") as raised:
            list(over(place.executor, work, [error], 1))
        return raised.value
