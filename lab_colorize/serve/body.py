"""A request's body, within its limits: of kind, of size and of time."""

import asyncio
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request

from lab_colorize.serve.options import MEGABYTE, Limits
from lab_colorize.serve.queue import Place
from lab_colorize.serve.refusals import Refused


def check_kind(request: Request) -> None:
    """Refuse what a form of another site could send, and what says nothing of itself."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/octet-stream" and not kind.startswith("image/"):
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"A body of type {kind!r} is not accepted." if kind else "No Content-Type was given.",
            remedy="Send the photograph file itself as application/octet-stream or as an image type.",
        )


async def body_of(request: Request, place: Place, limits: Limits) -> bytes:
    """The whole body, or the reason why not; ClientDisconnect if the client went away."""
    check_kind(request)
    _check_claim(request.headers.get("content-length", ""), limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _read(request, place, limits)
    except TimeoutError:
        raise Refused(
            HTTPStatus.REQUEST_TIMEOUT, "The photograph did not arrive in time.", remedy="Send it again."
        ) from None


async def _read(request: Request, place: Place, limits: Limits) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        async with asyncio.timeout(limits.stalled_seconds):
            message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limits.body:
            raise _too_large(limits)
        place.hold(size)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _check_claim(length: str, limits: Limits) -> None:
    """Refuse what is announced too large before any of it is read."""
    if length.isdigit() and int(length) > limits.body:
        raise _too_large(limits)


def _too_large(limits: Limits) -> Refused:
    return Refused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The file is larger than {limits.body // MEGABYTE} MB.",
        remedy="Use the command line, which has no such limit.",
    )
