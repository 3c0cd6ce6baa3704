"""`balkansim doctor`: fine where tests run, 1 where something is wrong."""

from __future__ import annotations

from sim.cli import doctor


def test_all_is_well_here(command, monkeypatch):
    monkeypatch.setitem(doctor.LOOKS, "terminal", lambda: doctor.Check("terminal", "a test", True))  # pytest's own stdout
    data = command("doctor", "--json")
    assert (data.code, data.data["fine"]) == (0, True)
    names = [c["name"] for c in data.data["checks"]]
    assert {"python", "cores", "free memory", "free disk", "tables", "64 worlds", "numpy", "pandas", "mesa"} <= set(names)


def test_what_fails_is_named_with_advice_and_1(command, monkeypatch):
    def broken() -> doctor.Check:
        raise OSError("the disk is gone")

    monkeypatch.setattr(doctor, "LOOKS", {"tables": broken})
    done = command("doctor")
    assert done.code == 1
    assert "the disk is gone" in done.out
    assert "reinstall" in done.out
    assert command("doctor", "--json").data["fine"] is False


def test_a_missing_package_is_wrong(command, monkeypatch):
    monkeypatch.setattr(doctor, "LOOKS", {})
    monkeypatch.setattr(doctor, "PACKAGES", ("numpy", "a-package-that-is-not-there"))
    done = command("doctor")
    assert done.code == 1
    assert "pip install a-package-that-is-not-there" in done.out
