"""Results on disk: complete or absent, once, and never silently wrong."""

from __future__ import annotations

import errno
import gc
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sim import load_results, load_scenario, run
from sim.errors import StoreError
from sim.play import play
from sim.running import Job, make_job
from sim.scenario import Scenario
from sim.spans import spans
from sim.store import MANIFEST, Store
from tests.durability.helpers import SHORT, assert_same_results, tables

WRITTEN = ("states", "region", "events", "worlds")


def short(**more: Any) -> Scenario:
    return Scenario.from_text(SHORT + "".join(f"{k}: {v}\n" for k, v in more.items()), "short")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two chunks: worlds 0 to 63 and 4096 to 4159."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    run(short(), WORLDS, out=folder)
    return folder


WORLDS = [*range(64), *range(4096, 4160)]


@pytest.fixture
def folder(tmp_path: Path, undisturbed: Path) -> Path:
    """A directory of one's own with the results of `undisturbed`."""
    return Path(shutil.copytree(undisturbed, tmp_path / "run"))


@pytest.fixture
def one_chunk(folder: Path) -> Path:
    """A directory of one's own with a single chunk, of worlds 0 to 63."""
    for second in folder.glob("*/*4096-*"):
        second.unlink()
    return folder


def written_chunks(folder: Path) -> dict[Path, float]:
    return {f.relative_to(folder): f.stat().st_mtime_ns for f in folder.glob("*/*.parquet")}


def put(store: Store, job: Job, worlds: range) -> None:
    """Write a chunk past all planning, as a stale worker might."""
    for task in job.tasks(job.plans[0], worlds):
        store.write(play(task), job.scenario.name)


def everything(folder: Path) -> dict[Path, bytes]:
    return {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


class TestContinuing:
    def test_only_new_worlds_are_computed(self, tmp_path: Path) -> None:
        run(short(), 100, out=tmp_path / "run")
        before = written_chunks(tmp_path / "run")
        told: list[tuple[int, int]] = []
        run(short(), 1100, out=tmp_path / "run", progress=lambda done, total: told.append((done, total)))
        after = written_chunks(tmp_path / "run")
        assert before.items() <= after.items()
        assert told[0] == (100, 1100)
        assert told[-1] == (1100, 1100)
        run(short(), 1100, out=tmp_path / "fresh")
        assert_same_results(tmp_path / "run", tmp_path / "fresh")

    @pytest.mark.slow
    def test_a_thousand_grow_to_ten_thousand(self, tmp_path: Path) -> None:
        run(short(), 1000, out=tmp_path / "run")
        before = written_chunks(tmp_path / "run")
        told: list[int] = []
        run(short(), 10_000, out=tmp_path / "run", workers=2, progress=lambda done, _: told.append(done))
        assert told[0] == 1000
        assert before.items() <= written_chunks(tmp_path / "run").items()
        run(short(), 10_000, out=tmp_path / "fresh")
        assert_same_results(tmp_path / "run", tmp_path / "fresh")

    def test_a_finished_run_is_left_as_it_is(self, undisturbed: Path) -> None:
        before = written_chunks(undisturbed)
        run(short(), WORLDS, out=undisturbed)
        assert written_chunks(undisturbed) == before

    def test_worlds_with_gaps(self, tmp_path: Path, undisturbed: Path) -> None:
        run(short(), [3, 5, 77, 4100], out=tmp_path / "run")
        assert load_results(tmp_path / "run").world_numbers().tolist() == [3, 5, 77, 4100]
        run(short(), [3, 6, 77], out=tmp_path / "run")
        run(short(), WORLDS, out=tmp_path / "run")
        assert load_results(tmp_path / "run").world_numbers().tolist() == sorted({77, *WORLDS})

    def test_what_a_run_killed_at_once_leaves_is_no_obstacle(self, tmp_path: Path, undisturbed: Path) -> None:
        folder = tmp_path / "run"
        folder.mkdir()
        (folder / "lock").touch()
        (folder / "manifest.json.abcd.part").write_text("{")
        run(short(), WORLDS, out=folder)
        assert_same_results(folder, undisturbed)


class TestRefusing:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"seed": 2}, "seed is 1 there and 2 here"),
            ({"levers": {"eu.mediation": 0.5}}, "levers.eu.mediation is not set there and 0.5 here"),
            ({"ledger": True}, "ledger is false there and true here"),
        ],
    )
    def test_another_run(self, undisturbed: Path, change: dict[str, Any], said: str) -> None:
        before = everything(undisturbed)
        with pytest.raises(StoreError, match=said) as raised:
            run(short(), 64, out=undisturbed, **change)
        assert "nothing was changed; give another --out" in str(raised.value)
        assert everything(undisturbed) == before

    def test_a_changed_scenario(self, undisturbed: Path) -> None:
        with pytest.raises(StoreError, match=r"scenario\.levers\.eu\.mediation is not set there and 0.4 here"):
            run(short(levers="{eu.mediation: 0.4}"), 64, out=undisturbed)

    def test_two_runs_at_once(self, undisturbed: Path) -> None:
        before = written_chunks(undisturbed)
        job = make_job(short(), WORLDS)
        with (
            Store(undisturbed, job.identity()).lock(),
            pytest.raises(StoreError, match=f"another run is writing .*process {os.getpid()} on"),
        ):
            run(short(), 2000, out=undisturbed)
        assert written_chunks(undisturbed) == before
        run(short(), WORLDS, out=undisturbed)

    def test_something_else_in_the_way(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("mine")
        with pytest.raises(StoreError, match="is not empty and holds no manifest"):
            run(short(), 64, out=tmp_path)
        with pytest.raises(StoreError, match="cannot be used for results: Not a directory"):
            run(short(), 64, out=tmp_path / "notes.txt")
        assert everything(tmp_path) == {Path("notes.txt"): b"mine"}

    @pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
    def test_a_damaged_manifest(self, tmp_path: Path, text: str) -> None:
        (tmp_path / MANIFEST).write_text(text)
        with pytest.raises(StoreError, match=f"{MANIFEST}.*move the directory away or give another --out"):
            run(short(), 64, out=tmp_path)
        assert everything(tmp_path) == {Path(MANIFEST): text.encode()}


def cut_short(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def emptied(file: Path) -> None:
    os.truncate(file, 0)


def altered(file: Path) -> None:
    """One byte in the middle is another; length and footer stay."""
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 0xFF
    file.write_bytes(data)


class TestDamage:
    @pytest.mark.parametrize(
        ("damage", "table"),
        [*((altered, t) for t in WRITTEN), (cut_short, "states"), (cut_short, "worlds"), (emptied, "events"), (os.remove, "region"),
         (os.remove, "worlds")],
    )  # fmt: skip
    def test_a_damaged_chunk_is_computed_again(
        self, folder: Path, undisturbed: Path, table: str, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
    ) -> None:
        chunk = sorted((folder / table).glob("*.parquet"))[0]
        other = sorted((folder / "states").glob("*.parquet"))[1].stat().st_mtime_ns
        damage(chunk)
        run(short(), WORLDS, out=folder)
        if damage is not os.remove or table != "worlds":  # without its mark a chunk was simply never complete
            assert f"{chunk} is damaged and is put aside; its 64 worlds are computed again" in caplog.text
        assert sorted((folder / "states").glob("*.parquet"))[1].stat().st_mtime_ns == other
        for kept in folder.glob("*/*.damaged"):
            kept.unlink()
        assert_same_results(folder, undisturbed)

    def test_any_byte_of_a_mark_that_is_altered_is_noticed(self, one_chunk: Path) -> None:
        (mark,) = (one_chunk / "worlds").glob("*.parquet")
        whole = mark.read_bytes()
        assert pq.read_table(mark).num_rows == 64  # the seal is no obstacle to a reader
        for at in [*range(0, len(whole), len(whole) // 40), *range(len(whole) - 12, len(whole))]:
            mark.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
            store = Store(one_chunk)
            assert store.mend() == 1, at
            mark.with_name(mark.name + ".damaged").rename(mark)

    @pytest.mark.parametrize("damage", [cut_short, altered, os.remove])
    def test_reading_a_damaged_chunk_says_which_and_what_to_do(self, one_chunk: Path, damage: Callable[[Path], None]) -> None:
        chunk = next((one_chunk / "states").glob("*.parquet"))
        damage(chunk)
        with pytest.raises(StoreError, match=f"{chunk} is (damaged|missing).* run the same command again"):
            _ = load_results(one_chunk).states

    def test_a_foreign_file_is_not_taken_for_a_chunk(self, one_chunk: Path) -> None:
        (one_chunk / "worlds" / "notes.parquet").write_bytes(b"")
        assert load_results(one_chunk).world_numbers().size == 64


class TestOverlap:
    """Two writers at once are kept apart by the lock; should a stale one write all the same, no world is counted twice."""

    def test_no_world_is_read_twice(self, tmp_path: Path) -> None:
        run(short(), 100, out=tmp_path / "run")
        job = make_job(short(), 1)
        store = Store(tmp_path / "run")
        put(store, job, range(200))
        put(store, job, range(150, 260))
        read = store.read("worlds", ["world"])["world"].to_pylist()
        assert read == sorted(set(read))
        assert store.done("none") == [range(200)]
        states = load_results(tmp_path / "run").states
        assert not states.duplicated(["world", "quarter", "state"]).any()

    def test_a_run_leaves_no_overlap_behind(self, tmp_path: Path) -> None:
        run(short(), 100, out=tmp_path / "run")
        store, job = Store(tmp_path / "run"), make_job(short(), 1)
        put(store, job, range(50, 300))
        run(short(), 400, out=tmp_path / "run")
        run(short(), 400, out=tmp_path / "fresh")
        assert_same_results(tmp_path / "run", tmp_path / "fresh")

    def test_a_stale_chunk_that_comes_during_the_run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It takes the place of a smaller one that was just written, and the worlds lost with that one are played again."""
        store_write, job, stale = Store.write, make_job(short(), 1), []

        def write(store: Store, recording: Any, scenario: str) -> None:
            store_write(store, recording, scenario)
            if not stale:
                stale.append(1)
                put(store, job, range(90))

        monkeypatch.setattr(Store, "write", write)
        run(short(), range(50, 130), out=tmp_path / "run")
        assert load_results(tmp_path / "run").world_numbers().tolist() == list(range(130))


class TestTheDisk:
    def test_full(self, tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real, calls = os.fsync, []

        def full(handle: int) -> None:
            calls.append(handle)
            if len(calls) > 14:  # in the second chunk
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(handle)

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left on device; what is complete is kept"):
            run(short(), WORLDS, out=tmp_path / "run")
        assert Store(tmp_path / "run").done("none") == [range(64)]
        assert not list((tmp_path / "run").rglob("*.part"))
        gc.collect()  # what the error held of the table goes without harm
        monkeypatch.setattr(os, "fsync", real)
        run(short(), WORLDS, out=tmp_path / "run")
        assert_same_results(tmp_path / "run", undisturbed)

    @pytest.mark.slow
    def test_really_full(self, small_disk: Path) -> None:
        with pytest.raises(StoreError, match="No space left on device; what is complete is kept"):
            run(short(), range(0, 40 * 4096, 256), out=small_disk / "run", workers=2)
        kept = Store(small_disk / "run").done("none")
        assert kept
        assert load_results(small_disk / "run").states["world"].nunique() == sum(map(len, kept))

    def test_really_read_only(self, small_disk: Path) -> None:
        run(short(), 64, out=small_disk / "run")
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        for worlds, folder in ((128, "run"), (64, "new")):
            with pytest.raises(StoreError, match="cannot be written: Read-only file system; give another --out"):
                run(short(), worlds, out=small_disk / folder)
        assert len(load_results(small_disk / "run").states) == 64 * 8 * 6

    def test_no_access(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        monkeypatch.setattr(Path, "mkdir", refuse)
        with pytest.raises(StoreError, match="cannot be written: Permission denied; give another --out"):
            run(short(), 64, out=tmp_path / "run")

    def test_a_file_system_without_locks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        import fcntl

        def unsupported(*_: Any) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "flock", unsupported)
        run(short(), 64, out=tmp_path / "run")
        assert "do not let two runs write into it at once" in caplog.text
        assert load_results(tmp_path / "run").world_numbers().size == 64


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte, where this user may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("only root may mount a small disk; the same errors are simulated above")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # what was read last is closed by a thread of its own, soon


class TestTheOrderOfWriting:
    def test_synced_then_renamed_then_the_directory_synced_and_the_mark_last(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[tuple[str, str]] = []
        fsync, replace = os.fsync, os.replace

        def watched_fsync(handle: int) -> None:
            seen.append(("sync", os.path.basename(os.readlink(f"/proc/self/fd/{handle}"))))
            fsync(handle)

        def watched_replace(old: Path, new: Path) -> None:
            seen.append(("rename", new.parent.name))
            assert seen[-2] == ("sync", old.name)
            replace(old, new)

        monkeypatch.setattr(os, "fsync", watched_fsync)
        monkeypatch.setattr(os, "replace", watched_replace)
        run(short(), 64, out=tmp_path / "run")
        renamed = [i for i, (what, _) in enumerate(seen) if what == "rename"]
        assert [seen[i][1] for i in renamed] == ["run", "states", "region", "events", "worlds"]
        assert all(seen[i + 1] == ("sync", seen[i][1]) for i in renamed)

    @pytest.mark.slow
    def test_stopped_at_any_step_it_is_continued_to_the_same_results(
        self, tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every call that touches the disk is the last one, once: what is found then is what a power cut or SIGKILL leaves."""

        class Cut(BaseException):
            pass

        calls = ("fsync", "replace")
        real = {name: getattr(os, name) for name in calls}
        for last in range(1000):
            left = [last]
            with monkeypatch.context() as patched:

                def counted(name: str, left: list[int] = left) -> Callable[..., Any]:
                    def call(*arguments: Any) -> Any:
                        if not left[0]:
                            raise Cut
                        left[0] -= 1
                        return real[name](*arguments)

                    return call

                for name in calls:
                    patched.setattr(os, name, counted(name))
                try:
                    run(short(), WORLDS, out=tmp_path / f"{last}")
                except Cut:
                    pass
                else:
                    break
            if last % 3 == 0:  # and what the write cache held is lost as well
                for half in (tmp_path / f"{last}").rglob("*.part"):
                    os.truncate(half, 0)
            run(short(), WORLDS, out=tmp_path / f"{last}")
            assert_same_results(tmp_path / f"{last}", undisturbed)
        assert last > 25


def test_identity_is_content_only(undisturbed: Path) -> None:
    text = (undisturbed / MANIFEST).read_text()
    assert os.uname().nodename not in text
    assert str(undisturbed) not in text
    assert {"balkansim", "data", "scenario", "policies", "levers", "seed"} <= set(load_results(undisturbed).manifest)


def test_every_table_has_every_world(undisturbed: Path) -> None:
    for name, table in tables(undisturbed).items():
        if name != "events":
            assert set(table["world"].to_pylist()) == set(WORLDS), name
    assert spans(load_results(undisturbed).world_numbers()) == [range(64), range(4096, 4160)]


def test_a_policy_has_chunks_of_its_own(tmp_path: Path) -> None:
    scenario = load_scenario("enlargement_veto")
    if not scenario.policies:
        pytest.skip("no policies to play")
    name = scenario.policies[0]
    run(scenario, 3, policy=name, out=tmp_path / "run")
    assert {f.name.split(".")[0] for f in (tmp_path / "run" / "worlds").iterdir()} == {"none", name}
