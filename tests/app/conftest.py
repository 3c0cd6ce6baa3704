"""A client of the page's server that simulates in a thread of the test, and a real server with a browser for what needs one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

pytest.importorskip("starlette")
pytest.importorskip("httpx")
from starlette.testclient import TestClient

from sim.app.server import create_app

CHROMIUM = os.environ.get("BALKANSIM_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def waves(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a short scenario, `waves`, that the client's page offers beside those that ship."""
    file = tmp_path_factory.mktemp("own") / "waves.yaml"
    file.write_text("name: waves\ntitle: Waves\nquestion: Until 2026?\nextends: enlargement_veto\nend: 2026Q4\n", encoding="utf-8")
    return str(file)


@pytest.fixture(scope="session")
def client(waves: str) -> Iterator[TestClient]:
    app = create_app(worlds=64, scenarios=[waves], processes=False)
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def ask():
    """A question as the page would ask it, with whatever is given on top."""

    def question(**given) -> dict:
        plain = {
            "client": "test", "scenario": "baseline", "policy": "none", "against": "reference", "settings": {}, "seed": 1,
            "worlds": 64, "charts": [{"outcome": "eu_alignment", "place": "mean"}], "map": "eu_alignment",
        }  # fmt: skip
        return plain | given

    return question


@pytest.fixture
def answer(client, ask):
    """The whole answer to a question."""

    def asked(**given) -> dict:
        reply = client.post("/api/answer", json=ask(**given))
        assert reply.status_code == 200, reply.text
        return json.loads(reply.text.splitlines()[-1])

    return asked


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a real server, with worker processes and 500 worlds."""
    command = "from sim.cli.app import command; command(port=0, worlds=500, no_open=True)"
    with subprocess.Popen([sys.executable, "-c", command], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        found = re.search(r"http://\S+", server.stderr.readline())
        assert found, server.stderr.read()
        yield found[0]
        server.terminate()


@pytest.fixture(scope="session")
def browser():
    play = pytest.importorskip("playwright.sync_api")
    if not os.path.exists(CHROMIUM):
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with play.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser, address):
    """The page, once its first picture stands; errors of its scripts fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto(address)
    opened.wait_for_selector('#chart-a[data-whole="true"]', timeout=60000)
    yield opened
    context.close()
    assert not wrong
