"""What the server refuses, and that it says so in a sentence."""

import json

import pytest

from sim.app.asking import LARGEST_BODY

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost.evil.example:80", "[::2]:80", "10.0.0.7"]
)
def test_a_foreign_host_is_refused(client, host):
    reply = client.get("/api/about", headers={"host": host})
    assert reply.status_code == 403
    assert "addressed to" in reply.text


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "LOCALHOST"])
def test_this_machine_is_known(client, host):
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8000.evil.example", "file://"]
)
def test_a_foreign_origin_is_refused(client, ask, origin):
    for reply in (client.post("/api/answer", json=ask(), headers={"origin": origin}), client.get("/api/about", headers={"origin": origin})):
        assert reply.status_code == 403
        assert reply.text.endswith(".")
        assert "access-control-allow-origin" not in reply.headers


def test_the_pages_own_origin_is_known(client):
    assert client.get("/api/about", headers={"origin": "http://127.0.0.1:8000"}).status_code == 200


def test_a_foreign_site_is_refused_by_what_its_browser_says(client):
    assert client.get("/api/about", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_two_hosts_are_refused(client):
    request = client.build_request("GET", "/")
    request.headers = type(request.headers)([("host", "127.0.0.1:8000"), ("host", "evil.example")])
    assert client.send(request).status_code == 403


def test_other_machines_are_let_in_by_address_only_where_the_server_is_opened_to_them():
    from sim.app.safety import Gate

    assert not Gate(lambda *_: None, "127.0.0.1").knows("192.168.0.5")  # type: ignore[arg-type, return-value]
    opened = Gate(lambda *_: None, "0.0.0.0")  # type: ignore[arg-type, return-value]
    assert opened.knows("192.168.0.5")
    assert not opened.knows("evil.example")


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml", "/..%2f..%2fpyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "//etc/passwd",
        "/style.css/../server.py", "/page/index.html", "/server.py", "/index.html%00", "/.git/config", "/api/../../server.py",
        "/..\\..\\pyproject.toml", "/__init__.py",
    ],
)  # fmt: skip
def test_no_file_of_the_machine_is_read(client, path):
    request = client.build_request("GET", "http://127.0.0.1:8000/")
    request.url = request.url.copy_with(raw_path=path.encode())
    reply = client.send(request)
    assert reply.status_code == 404
    assert reply.json() == {"error": "There is nothing at this address."}


@pytest.mark.parametrize("name", ["../pyproject", "/etc/passwd", "pyproject.toml", "", "baseline.yaml", "scenarios/baseline", "..", "%00"])
def test_scenarios_are_names_never_paths(client, ask, name):
    for reply in (client.get("/api/scenario", params={"name": name}), client.post("/api/answer", json=ask(scenario=name))):
        assert reply.status_code == 400
        assert "unknown scenario" in reply.json()["error"]


def test_a_large_request_is_refused_by_what_it_says_and_by_what_it_sends(client):
    long = b'{"client": "' + b"x" * LARGEST_BODY + b'"}'
    said = client.post("/api/answer", content=long, headers=JSON)
    sent = client.post("/api/answer", content=(long[i : i + 4096] for i in range(0, len(long), 4096)), headers=JSON)
    lied = client.post("/api/answer", content=b"{}", headers=JSON | {"content-length": "-5"})
    assert said.status_code == sent.status_code == 413
    assert str(LARGEST_BODY) in said.text
    assert str(LARGEST_BODY) in sent.text
    assert lied.status_code == 400


def test_a_long_address_is_refused(client):
    assert client.get("/api/scenario", params={"name": "x" * 5000}).status_code == 414


def test_a_form_of_another_page_is_refused(client):
    assert client.post("/api/answer", data={"client": "x"}).status_code == 415
    assert client.post("/api/answer", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415


MALFORMED = [
    b"", b"{", b"[]", b"null", b"3", b'"x"', b"\xff\xfe", b'{"client": NaN}', b"[" * 30000, b"{}", b'{"client": 3}', b'{"client": "a b"}',
    b'{"client": "x", "scenario": 3}', b'{"client": "x", "scenario": "baseline"}', b'{"client": "x", "scenario": "baseline", "charts": []}',
    b'{"client": "x", "scenario": "baseline", "charts": [3]}', b'{"client": "x", "scenario": "baseline", "charts": [{"outcome": ["a"]}]}',
]  # fmt: skip


@pytest.mark.parametrize("body", MALFORMED, ids=lambda b: repr(b[:40]))
@pytest.mark.parametrize("path", ["/api/answer", "/api/twin", "/api/copy"])
def test_a_malformed_request_gets_a_sentence(client, body, path):
    reply = client.post(path, content=body, headers=JSON)
    assert reply.status_code == 400
    assert len(reply.json()["error"]) > 10
    assert "Traceback" not in reply.text


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("worlds", 63, "64 to 2000"), ("worlds", 2001, "64 to 2000"), ("worlds", 10**30, "64 to 2000"), ("worlds", True, "whole number"),
        ("worlds", 64.5, "whole number"), ("worlds", "64", "whole number"), ("seed", -1, "0 to"), ("seed", 2**31, "0 to"),
        ("world", 64, "0 to 63"), ("policy", "nothing", "policy"), ("against", "me", "comparison"), ("map", "mood", "outcome of states"),
        ("charts", [{"outcome": "democracy", "place": "FRA"}], "place"), ("charts", [{"outcome": "democracy"}], "mean.democracy"),
        ("charts", [{"outcome": "eu_alignmnet", "place": "SRB"}], "nearest: eu_alignment"), ("settings", [], "object"),
        ("settings", {"eu.mediatoin": 1}, "nearest: eu.mediation"), ("settings", {"eu.mediation": 1.5}, "0 to 1"),
        ("settings", {"eu.mediation": "much"}, "eu.mediation"), ("settings", {"eu.mediation": {"2024Q1": 1}}, "eu.mediation"),
        ("settings", {"clamp.eu_alignment": "baseline"}, "lever"), ("settings", {"mechanisms.council": "off"}, "lever"),
        ("settings", {"eu.council_rule": "dice"}, "unanimity"), ("settings", {"b9plus.members": ["FRA"]}, "ALB"),
        ("settings", {f"x{i}": 1 for i in range(251)}, "250"), ("settings", {"b9plus.members": ["ALB"] * 41}, "list of names"),
        ("settings", {"states.FRA.defence_budget": 1}, "lever"), ("settings", {"parameters.no.such": 1}, "lever"),
        ("fee", 1, "unknown field"),
    ],
)  # fmt: skip
def test_every_bound_has_its_sentence(client, ask, field, value, word):
    reply = client.post("/api/answer", json=ask(**{field: value}))
    assert reply.status_code == 400, reply.text
    assert word in reply.json()["error"]


def test_methods_are_those_of_the_address(client):
    assert client.get("/api/answer").status_code == 405
    assert client.post("/api/about", json={}).status_code == 405
    assert client.put("/", content=b"x").status_code == 405


def test_a_failing_model_says_a_sentence_and_no_more(client, ask, monkeypatch, caplog):
    from sim.app import engine

    def broken(*_):
        raise RuntimeError("secret of the machine")

    monkeypatch.setattr(engine.Engine, "results", broken)
    answer = client.post("/api/answer", json=ask(seed=99))
    causes = client.post("/api/causes", json=ask(seed=99))
    assert json.loads(answer.text)["error"].startswith("The model failed")
    assert causes.status_code == 500
    assert "secret" not in answer.text + causes.text
    assert "Traceback" not in answer.text + causes.text
    assert "secret of the machine" in caplog.text  # the terminal is told


def test_every_reply_carries_the_headers(client, ask):
    for reply in (
        client.get("/"),
        client.get("/nothing"),
        client.post("/api/copy", json=ask()),
        client.get("/", headers={"host": "evil.example"}),
    ):
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["x-frame-options"] == "DENY"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["cache-control"] == "no-store"
