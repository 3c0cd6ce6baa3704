"""`balkansim app`: what it says, what it refuses, how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import psutil
import pytest
from typer.testing import CliRunner

SERVE = "import typer; from sim.cli.app import command; app = typer.Typer(); app.command()(command); app()"
PATIENCE = 120  # seconds after which something has hung
OPTIONS = ["--port", "0", "--worlds", "64", "--no-open", "--json"]


def refused(**given):
    """(exit code, words) of the command with these options."""
    import typer

    from sim.cli.app import command

    app = typer.Typer()
    app.command()(command)
    words = [w for name, value in given.items() for w in (f"--{name}", str(value))]
    result = CliRunner().invoke(app, [*words, "--no-open"])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("option", "value", "said"), [("worlds", 63, "64 to 2000"), ("worlds", 5000, "64 to 2000"), ("port", 70000, "0 to 65535")]
)
def test_bounds(option, value, said):
    code, output = refused(**{option: value})
    assert code == 2
    assert said in output


def test_a_port_in_use_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, output = refused(port=taken.getsockname()[1])
    assert code == 2
    assert "--port" in output


def workers_of(server):
    """The worker processes of a running page, once they have begun: one that answers 64 worlds, one for details."""
    for _ in range(10 * PATIENCE):
        found = [p for p in psutil.Process(server.pid).children(recursive=True) if any("spawn_main" in word for word in p.cmdline())]
        if len(found) >= 2:
            return found
        time.sleep(0.1)
    raise AssertionError("the workers did not begin")


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_no_worker_outlives_the_page(ending):
    with subprocess.Popen([sys.executable, "-c", SERVE, *OPTIONS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            workers = workers_of(server)
            os.kill(server.pid, getattr(signal, ending))
            server.wait(timeout=PATIENCE)
        finally:
            server.kill()
        assert psutil.wait_procs(workers, timeout=PATIENCE)[1] == []


@pytest.mark.slow
def test_it_answers_at_once_and_ends_cleanly():
    with subprocess.Popen([sys.executable, "-c", SERVE, *OPTIONS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = ""
        while not said.rstrip().endswith("}"):
            said += server.stdout.readline()
        with urllib.request.urlopen(json.loads(said)["address"], timeout=PATIENCE) as reply:
            assert b"balkansim" in reply.read()
        os.kill(server.pid, signal.SIGINT)
        _, errors = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0
    assert "Traceback" not in errors
