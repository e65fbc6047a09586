"""The server, listening: the application, its connections and its limits, until a signal ends it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import closing
from urllib.parse import quote

import uvicorn

from lab_colorize.errors import UsageProblem
from lab_colorize.serve.connection import patient_for
from lab_colorize.serve.options import HOST, ServeOptions
from lab_colorize.serve.request_log import RequestLog
from lab_colorize.serve.routes import application

ALL_ADDRESSES = "0.0.0.0"  # noqa: S104  # only if it is asked for
ELSEWHERE = ("192.0.2.1", 9)  # an address kept for documents
NO_ADDRESS_HERE = {errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL}
MOST_OF_HEADERS = 64 << 10  # bytes; a thousand hints are half of that


class Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._ready()


def serve(
    options: ServeOptions, *, ready: Callable[[str], None], tell: Callable[[str], None], verbose: bool = False
) -> None:
    """Serve until SIGINT or SIGTERM; photographs in progress are finished then. `ready` is told the address to open."""
    with closing(listening(options)) as door:
        address = _address(options, door.getsockname()[1])
        server_for(options, ready=lambda: ready(address), tell=tell, verbose=verbose).run([door])


def server_for(
    options: ServeOptions, *, ready: Callable[[], None], tell: Callable[[str], None], verbose: bool = False
) -> Server:
    """A server that is ready to run; ModelError if there is nothing to colour with."""
    return Server(_config(RequestLog(application(options), tell, verbose=verbose), options), ready)


def listening(options: ServeOptions) -> socket.socket:
    """The socket that clients connect to; UsageProblem if it cannot be had."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        return socket.create_server((options.host, options.port), family=family, backlog=512)
    except OSError as error:
        raise UsageProblem(
            f"Cannot listen on port {options.port} of {options.host}: {_reason(error)}.", remedy=_way_out(error)
        ) from error


def _way_out(error: OSError) -> str:
    if error.errno in NO_ADDRESS_HERE:
        return f"--host is an address of this machine: {HOST} for itself alone, {ALL_ADDRESSES} for all machines."
    if error.errno == errno.EACCES:
        return "Ports below 1024 are the system's: choose another --port, or 0 for any free one."
    return "Another program may be using it: choose another --port, or 0 for any free one."


def _reason(error: OSError) -> str:
    """The system's own words; Python adds an address to them, as it writes tuples."""
    return (error.strerror or str(error)).partition(" (while attempting")[0]


def _config(app: RequestLog, options: ServeOptions) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=patient_for(options.limits),
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        log_level="critical",  # requests are told by RequestLog, and errors by their own answers
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=options.limits.connections,
        timeout_keep_alive=options.limits.idle_seconds,
        h11_max_incomplete_event_size=MOST_OF_HEADERS,
    )


def _address(options: ServeOptions, port: int) -> str:
    """What to open in a browser; the token rides behind a #, which browsers keep to themselves."""
    host = f"[{options.host}]" if ":" in options.host else _named(options.host)
    return f"http://{host}:{port}/" + (f"#token={quote(options.token, safe='')}" if options.token else "")


def _named(host: str) -> str:
    """The host itself; for all addresses of this machine, the one that others reach it by."""
    if host != ALL_ADDRESSES:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)  # sends nothing, only chooses a way
        except OSError:  # there is no network
            return HOST
        return str(probe.getsockname()[0])
