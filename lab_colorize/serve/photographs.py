"""The routes that take a photograph file and answer with another. A place in the queue is held until it is sent."""

from __future__ import annotations

import asyncio
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lab_colorize.colouring.names import misnamed, result_path
from lab_colorize.photos.kinds import Format, format_for_suffix
from lab_colorize.serve.body import body_of
from lab_colorize.serve.models import Models
from lab_colorize.serve.options import Limits
from lab_colorize.serve.parameters import OF_COLORIZE, OF_ORIGINAL, options_of, values_of
from lab_colorize.serve.queue import Abandoned, Place, Queue
from lab_colorize.serve.refusals import Refused, answer_to, is_bug
from lab_colorize.serve.work import Made, Task

LOG = logging.getLogger(__name__)  # for what the authors must know; Python shows it on standard error
PREVIEW = 1024  # pixels of the longer side, unless another number is asked for
UNNAMED = "photograph"
NOTES, FACTS = "Lab-Colorize-Notes", "Lab-Colorize-Photograph"
MEDIA_TYPES = {
    Format.JPEG: "image/jpeg",
    Format.PNG: "image/png",
    Format.TIFF: "image/tiff",
    Format.WEBP: "image/webp",
    Format.AVIF: "image/avif",
    Format.BMP: "image/bmp",
    Format.JPEG2000: "image/jp2",
    Format.HEIC: "image/heic",
}


class Photographs(ABC):
    """An ASGI application: one photograph in, one out."""

    def __init__(self, queue: Queue[Task], limits: Limits) -> None:
        self._queue = queue
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; one whose client went away gets none, and its work is dropped."""
        request = Request(scope, receive)
        with self._queue.place() as place:
            try:
                response = await self._response(request, place)
            except (ClientDisconnect, Abandoned):
                return
            await response(scope, receive, send)

    async def _response(self, request: Request, place: Place) -> Response:
        try:
            task = self.task(request.query_params, await body_of(request, place, self._limits))
            with _departure(request) as gone:
                made = await self._queue.done(task, gone)
        except (Refused, ClientDisconnect, Abandoned):
            raise
        except Exception as error:  # whatever it is, the client is told in words
            if is_bug(error):
                LOG.exception("A bug in lab-colorize:")
            return answer_to(error)
        return _answer(task, made)

    @abstractmethod
    def task(self, query: QueryParams, content: bytes) -> Task:
        """What is to be made of a file; Refused where the query makes no sense."""


class Colorize(Photographs):
    """A photograph coloured, byte for byte as the command line does it; or a preview of that."""

    def __init__(self, queue: Queue[Task], limits: Limits, models: Models) -> None:
        super().__init__(queue, limits)
        self._models = models

    def task(self, query: QueryParams, content: bytes) -> Task:
        """With the model, the options and the size that the query names."""
        values = values_of(query, OF_COLORIZE)
        return Task(
            content=content,
            name=values.get("name", UNNAMED),
            model=self._models.named(values.get("model")),
            options=options_of(values, max_pixels=self._limits.pixels),
            longest=values.get("longest"),
        )


class Original(Photographs):
    """The photograph as it is, as a small JPEG, for browsers that cannot show its format."""

    def task(self, query: QueryParams, content: bytes) -> Task:
        """Of the size that the query names."""
        values = values_of(query, OF_ORIGINAL)
        options = options_of(values, max_pixels=self._limits.pixels)
        return Task(content, values.get("name", UNNAMED), None, options, values.get("longest", PREVIEW))


@contextmanager
def _departure(request: Request) -> Iterator[asyncio.Task[Any]]:
    """What is done when the client goes away; a whole body was read, so nothing else can come from it."""
    gone = asyncio.create_task(_next_message(request))
    try:
        yield gone
    finally:
        gone.cancel()


async def _next_message(request: Request) -> Any:
    return await request.receive()


def _answer(task: Task, made: Made) -> Response:
    facts: dict[str, Any] = {
        "width": made.width,
        "height": made.height,
        "pages": made.pages,
        "depth": made.depth,
        "format": made.source_format.value,
    }
    if made.caption:
        facts["caption"] = made.caption
    name = _name_of(task, made)
    notes = made.notes
    if task.longest is None:
        notes += misnamed(name, made.format, kind=task.options.format)
    return Response(
        made.content,
        media_type=MEDIA_TYPES[made.format],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name.name, safe='')}",
            NOTES: json.dumps(notes),  # ASCII throughout, as a header must be
            FACTS: json.dumps(facts),
        },
    )


def _name_of(task: Task, made: Made) -> Path:
    """What the command line would call it; a name without a photograph's suffix gets one."""
    source = Path(task.name)
    if format_for_suffix(source.suffix) is None:
        source = Path(task.name + made.source_format.suffix)
    kind = task.options.format if task.longest is None else "jpg"
    return result_path(source, kind=kind, contents=made.source_format)
