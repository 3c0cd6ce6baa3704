"""The server of the live page: its addresses, and what each answers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sim.app import details, engine
from sim.app.answers import Answering
from sim.app.asking import LARGEST_BODY, Question, read
from sim.app.copies import copies
from sim.app.describing import everything, scenario_page
from sim.app.desk import BusyError, Desk, SupersededError
from sim.app.library import Library, open_library
from sim.app.origins import outcome_page
from sim.app.safety import Gate
from sim.catalogue import catalogue
from sim.errors import InputError, unknown

PATIENCE = 10.0
"""Seconds within which the body of a request must arrive."""

_KINDS = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}
_log = logging.getLogger(__name__)
_FAILED = "The model failed on this setting. The terminal where the page was started says why."


class Site:
    """Everything that the addresses need."""

    def __init__(self, library: Library, desk: Desk, worlds: int) -> None:
        self.library, self.desk, self.answering = library, desk, Answering(desk, library)
        self.about = everything(library, worlds)

    async def question(self, request: Request) -> Question:
        """The question in a request. Raises InputError, HTTPException."""
        return read(await _body(request), self.library)

    async def about_page(self, request: Request) -> Response:
        """Everything that exists."""
        return JSONResponse(self.about)

    async def scenario(self, request: Request) -> Response:
        """One scenario's words and settings."""
        scenario = self.library.named(request.query_params.get("name", "")[:200])
        policy = request.query_params.get("policy", "none")[:200]
        reference = self.library.scenarios[self.library.references[scenario.name]].name
        return JSONResponse(scenario_page(scenario, policy, reference))

    async def outcome(self, request: Request) -> Response:
        """What an outcome is and where its starting values come from."""
        scenario = self.library.named(request.query_params.get("scenario", "")[:200])
        name, kinds = request.query_params.get("name", "")[:200], catalogue()
        known = kinds.state_outcomes if request.query_params.get("of") == "states" else kinds.region_outcomes
        if name not in known:
            raise InputError(unknown("outcome", name, known))
        return JSONResponse(outcome_page(known[name], scenario))

    async def answer(self, request: Request) -> Response:
        """Lines of JSON: the first years, more of them, the whole; `{"superseded": true}` where a newer question came."""
        question = await self.question(request)
        self.desk.check_room(question.client, "answer")
        return StreamingResponse(self._lines(question), media_type="application/x-ndjson")

    async def _lines(self, question: Question) -> AsyncIterator[bytes]:
        """The lines of an answer. The question opens with the first line: a page that left before leaves nothing behind."""
        ticket = self.desk.ask(question.client, "answer")
        try:
            async for answer in self.answering.answers(question, ticket):
                yield json.dumps(answer, separators=(",", ":")).encode() + b"\n"
        except SupersededError:
            yield b'{"superseded":true}\n'
        except Exception as error:  # the reply has begun, so that only the answer itself can say what `_defect` says elsewhere
            _log.error("an answer failed", exc_info=error)
            yield json.dumps({"error": _FAILED}).encode() + b"\n"
        finally:
            self.desk.close(ticket)

    async def ahead(self, request: Request) -> Response:
        """The whole answer to what a page will perhaps ask next, played while nothing else is to be done; nothing where something is."""
        question = await self.question(request)
        ticket = self.desk.guess(question.client)
        found: dict[str, Any] = {}
        try:
            async for answer in self.answering.answers(question, ticket):
                found = answer
        except SupersededError:
            return Response(status_code=204)
        finally:
            self.desk.close(ticket)
        return JSONResponse(found)

    def detail(self, lane: str, work: Callable[[Question], dict[str, Any]]) -> Callable[[Request], Any]:
        """An address that answers a question with one piece of work, after the pictures."""

        async def respond(request: Request) -> Response:
            question = await self.question(request)
            ticket = self.desk.ask(question.client, lane)
            try:
                return JSONResponse(await self.desk.back.do(ticket, work, question))
            except SupersededError:
                return JSONResponse({"superseded": True})
            finally:
                self.desk.close(ticket)

        return respond

    async def copy(self, request: Request) -> Response:
        """The question as command, file and cell."""
        return JSONResponse(copies(await self.question(request), self.library))

    def routes(self) -> list[Route]:
        """Every address."""
        lanes = {"causes": details.causes, "deeper": details.deeper, "twin": details.twin, "assumptions": details.assumptions}
        return [
            *(Route(path, _file(name, text)) for path, (name, text) in _page().items()),
            Route("/api/about", self.about_page),
            Route("/api/scenario", self.scenario),
            Route("/api/outcome", self.outcome),
            Route("/api/answer", self.answer, methods=["POST"]),
            Route("/api/ahead", self.ahead, methods=["POST"]),
            Route("/api/copy", self.copy, methods=["POST"]),
            *(Route(f"/api/{lane}", self.detail(lane, work), methods=["POST"]) for lane, work in lanes.items()),
        ]


def _page() -> dict[str, tuple[str, bytes]]:
    """The page's files by address, read once: no address leads to the file system."""
    found = {f"/{f.name}": (f.name, f.read_bytes()) for f in files("sim.app").joinpath("page").iterdir() if f.name.split(".")[-1] in _KINDS}
    found["/"] = found.pop("/index.html")
    outlines = files("sim").joinpath("data", "map.geojson")
    if outlines.is_file():
        found["/map.geojson"] = ("map.geojson", outlines.read_bytes())
    return found


def _file(name: str, content: bytes) -> Callable[[Request], Any]:
    kind = _KINDS.get(name.split(".")[-1], "application/geo+json")

    async def respond(request: Request) -> Response:
        return Response(content, headers={"content-type": kind})

    return respond


async def _body(request: Request) -> bytes:
    """The body, at most LARGEST_BODY bytes and not for ever. Raises HTTPException."""
    body = b""
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                body += piece
                if len(body) > LARGEST_BODY:
                    raise HTTPException(413, f"The request is too large; allowed: {LARGEST_BODY} bytes.")
    except TimeoutError:
        raise HTTPException(408, f"The request did not arrive within {PATIENCE:.0f} seconds.") from None
    except ClientDisconnect:
        raise HTTPException(400, "The request broke off.") from None
    return body


def _said(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status)


async def _bad_input(request: Request, error: Exception) -> Response:
    return _said(400, str(error))


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    plain = {404: "There is nothing at this address.", 405: "This address does not answer that method."}
    return _said(status, plain.get(status) or str(getattr(error, "detail", "")))


async def _busy(request: Request, error: Exception) -> Response:
    return _said(503, "Too many questions are open at once; try again in a moment.")


async def _defect(request: Request, error: Exception) -> Response:
    return _said(500, _FAILED)


def create_app(host: str = "127.0.0.1", worlds: int = 500, scenarios: Sequence[str] = (), processes: bool = True) -> Starlette:
    """The application. `processes=False` simulates in a thread of this process instead of workers."""
    library = open_library(scenarios)
    desk = Desk(library.scenarios, processes)
    site = Site(library, desk, worlds)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        warming = asyncio.ensure_future(_warm(site, worlds))
        yield
        warming.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await warming
        desk.shut()

    handlers: dict[Any, Any] = {InputError: _bad_input, HTTPException: _refused, BusyError: _busy, Exception: _defect}
    return Starlette(routes=site.routes(), middleware=[Middleware(Gate, host=host)], exception_handlers=handlers, lifespan=lifespan)


async def _warm(site: Site, worlds: int) -> None:
    """Simulate the baseline while the page opens, so that the first lever answers at once."""
    body = {"client": "warm", "scenario": "baseline", "worlds": worlds, "charts": [{"outcome": "eu_alignment", "place": "six"}]}
    question = read(json.dumps(body).encode(), site.library)
    ticket = site.desk.ask("warm", "answer")
    try:
        async for _ in site.answering.answers(question, ticket):
            pass
        await site.desk.back.do(ticket, engine.values, question.now, 0, min(worlds, details.MOST_EXPLAINED), None, ())
    finally:
        site.desk.close(ticket)
