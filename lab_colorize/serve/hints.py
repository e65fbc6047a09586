"""The route that judges a file of hints, as the command line does, and gives their places in percent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from lab_colorize.colouring.hint_plane import swatch
from lab_colorize.colouring.hints import hints_in
from lab_colorize.errors import HintsRefused
from lab_colorize.serve.body import HINTS_FILE, body_of
from lab_colorize.serve.options import MEGABYTE, Limits
from lab_colorize.serve.parameters import OF_HINTS, required
from lab_colorize.serve.queue import Queue
from lab_colorize.serve.refusals import answer_to

LARGEST = 1 * MEGABYTE  # a thousand hints are a tenth of that


class HintsFile:
    """An ASGI application: a file of hints in, its points out; it needs no worker, but its bytes have a place."""

    def __init__(self, queue: Queue[Any], limits: Limits) -> None:
        self._queue = queue
        self._limits = replace(limits, body=LARGEST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; one whose client went away gets none."""
        request = Request(scope, receive)
        with self._queue.place() as place:
            try:
                asked = required(request.query_params, OF_HINTS)
                content = await body_of(request, place, self._limits, HINTS_FILE)
            except ClientDisconnect:
                return
            await (await asyncio.to_thread(_judged, content, asked))(scope, receive, send)


def _judged(content: bytes, asked: dict[str, Any]) -> Response:
    width, height = asked["width"], asked["height"]
    try:
        hints = hints_in(content, Path(asked["name"]))
        hints.check(width, height, asked["photograph"])
    except HintsRefused as error:
        return answer_to(error)
    points = []
    for hint in hints.points:
        x, y = hint.at(width, height)
        shown = swatch(hint.colour)
        points.append({"x": 100 * x / width, "y": 100 * y / height, "colour": hint.colour, "shown": shown})
    return JSONResponse({"points": points})
