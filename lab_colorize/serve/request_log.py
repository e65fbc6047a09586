"""One line for each request: what was asked, what came of it, how much and how long. Names only if asked for."""

import time
from collections.abc import Callable
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEGABYTE = 1_000_000


class RequestLog:
    """Stands before the guard, so that refusals are told too."""

    def __init__(self, app: ASGIApp, tell: Callable[[str], None], *, verbose: bool) -> None:
        self._app = app
        self._tell = tell
        self._verbose = verbose

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell of it when it has been answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status, received, sent = 0, 0, 0

        async def receiving() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            nonlocal status, sent
            status = message.get("status", status)
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receiving, sending)
        finally:
            took = round((time.perf_counter() - start) * 1000)
            said = status or "went away"
            self._tell(f"{self._asked(scope)} {said}, {_amount(received)} in, {_amount(sent)} out, {took} ms")

    def _asked(self, scope: Scope) -> str:
        asked = f"{scope['method']} {scope['path']}"
        if not self._verbose:
            return asked
        client = scope["client"][0] if scope.get("client") else "?"
        query = unquote(scope["query_string"].decode("ascii", "replace"))
        return f"{client} {asked}{'?' if query else ''}{query}"


def _amount(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE / 10 else f"{round(size / 1000)} kB"
