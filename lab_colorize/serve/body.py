"""A request's body, within its limits: of kind, of size and of time."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request

from lab_colorize.serve.options import MEGABYTE, Limits
from lab_colorize.serve.queue import Place
from lab_colorize.serve.refusals import Refused


@dataclass(frozen=True, slots=True)
class Kind:
    """What a body may be called; never by a type that a form of another site could send."""

    types: tuple[str, ...]
    """One that ends in a slash stands for all that begin with it."""
    remedy: str


STREAM = "application/octet-stream"
PHOTOGRAPH = Kind((STREAM, "image/"), f"Send the photograph file itself as {STREAM} or as an image type.")
HINTS_FILE = Kind((STREAM, "application/json"), f"Send the file of hints itself as application/json or {STREAM}.")
NOTHING = Kind((STREAM,), f"Send no body, but the header Content-Type: {STREAM}; parameters are part of the address.")


def check_kind(request: Request, kind: Kind) -> None:
    """Refuse what a form of another site could send, and what says nothing of itself."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not any(given == known or (known.endswith("/") and given.startswith(known)) for known in kind.types):
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"A body of type {given!r} is not accepted." if given else "No Content-Type was given.",
            remedy=kind.remedy,
        )


async def body_of(request: Request, place: Place, limits: Limits, kind: Kind = PHOTOGRAPH) -> bytes:
    """The whole body, or the reason why not; ClientDisconnect if the client went away."""
    check_kind(request, kind)
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
