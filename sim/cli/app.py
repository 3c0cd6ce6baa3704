"""`balkansim app`: the live page in the browser, served from this machine."""

from __future__ import annotations

import socket
import webbrowser
from contextlib import suppress
from typing import Annotated

import typer

from sim.cli import options
from sim.cli.failures import guarded
from sim.cli.output import emit, note, say
from sim.errors import InputError


@guarded
def command(
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="Scenarios of your own to offer beside the shipped ones.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; anything but 127.0.0.1 lets others in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0 takes a free one.")] = 8000,
    worlds: Annotated[int, typer.Option("--worlds", "-n", help="Worlds that answer each move of a lever (64 to 2000).")] = 500,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    as_json: options.Json = False,
) -> None:
    """Serve the live page: move levers, watch the ensemble answer. Ends with Ctrl-C."""
    from sim.app.asking import FEWEST_WORLDS, MOST_WORLDS

    if not FEWEST_WORLDS <= worlds <= MOST_WORLDS:
        raise InputError(f"--worlds {worlds}: allowed: {FEWEST_WORLDS} to {MOST_WORLDS}")
    try:
        import uvicorn

        from sim.app.server import create_app
    except ImportError as error:
        raise InputError(
            f"the live page needs {error.name}, which is not installed; install it with: pip install 'balkansim[app]'"
        ) from None
    listener = _listen(host, port)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "localhost") else host
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}/"
    app = create_app(host=host, worlds=worlds, scenarios=scenarios or ())
    if as_json:
        emit({"address": address, "worlds": worlds})
    say(f"The live page is at {address} (Ctrl-C ends it)")
    if host not in ("127.0.0.1", "localhost", "::1"):
        note("others on your network can open it too")
    if not no_open:
        webbrowser.open(address)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, timeout_keep_alive=30, limit_concurrency=256)
    with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        uvicorn.Server(config).run(sockets=[listener])
    say("The live page has ended")


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises InputError where the address cannot be had."""
    if not 0 <= port <= 65535:
        raise InputError(f"--port {port}: allowed: 0 to 65535")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise InputError(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from None
    return listener
