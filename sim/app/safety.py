"""What every request passes before it is read: who it is addressed to, where it comes from, how large it is; and what every reply carries.

A page elsewhere on the web must not be able to use this server through the reader's browser. A name that was made to point here
(DNS rebinding) is refused by its Host, a foreign page by its Origin, a form by its content type.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.responses import PlainTextResponse

from sim.app.asking import LARGEST_BODY

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST_ADDRESS = 4096

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cache-control", b"no-store"),
)


def split_host(text: str) -> str:
    """The name in a Host header, without the port and without brackets."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]


def is_address(name: str) -> bool:
    """Whether this is an IP address: those cannot be made to point elsewhere."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Gate:
    """Middleware: refuses foreign hosts and origins, bounds the body, adds headers."""

    def __init__(self, app: App, host: str) -> None:
        self.app, self.host = app, host

    def knows(self, name: str) -> bool:
        """Whether a request may be addressed to this name: this machine's own, and IP addresses where others were let in."""
        if name.lower() in LOOPBACK or name.lower() == self.host.lower():
            return True
        return self.host not in LOOPBACK and is_address(name)

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Status and sentence of a request that goes no further; None for the others."""
        headers = [(k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in scope["headers"]]
        given = dict(headers)
        host = given.get("host", "")
        if [k for k, _ in headers].count("host") != 1 or not self.knows(split_host(host)):
            return 403, f"This page answers only requests addressed to {self.host}."
        origin = given.get("origin")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            return 403, "This page answers only requests that come from itself."
        if given.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return 403, "This page answers only requests that come from itself."
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > LONGEST_ADDRESS:
            return 414, f"The address is too long; allowed: {LONGEST_ADDRESS} characters."
        if scope["method"] == "POST":
            return _refused_body(given)
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here with a sentence."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            elif scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        refused = self.refusal(scope)
        if refused:
            await PlainTextResponse(refused[1], refused[0])(scope, receive, _with_headers(send))
            return
        await self.app(scope, receive, _with_headers(send))


def _refused_body(given: dict[str, str]) -> tuple[int, str] | None:
    if given.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return 415, "Send JSON, with the content type application/json."
    length = given.get("content-length", "0")
    if not length.isascii() or not length.isdigit():
        return 400, "The content length is not a number."
    if int(length) > LARGEST_BODY:
        return 413, f"The request is too large; allowed: {LARGEST_BODY} bytes."
    return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {k for k, _ in message.get("headers", [])}
            message = {**message, "headers": [*message.get("headers", []), *(h for h in HEADERS if h[0] not in given)]}
        await send(message)

    return sending
