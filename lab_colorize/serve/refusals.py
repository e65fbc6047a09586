"""Errors as the interface tells them: a status, what happened, and what to do about it on a page.

The vocabulary is that of `lab_colorize.errors`; the remedies there name options of the command line, so those that a
page can offer otherwise are said anew here.
"""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from lab_colorize import errors

_BUSY_SECONDS = 2


class Refused(Exception):
    """A request that is not carried out, whatever photograph it brings."""

    def __init__(self, status: HTTPStatus, what: str, *, remedy: str = "") -> None:
        super().__init__(what)
        self.status = status
        self.what = what
        self.remedy = remedy


class Busy(Refused):
    """Every place in front of the workers is taken."""

    def __init__(self) -> None:
        super().__init__(
            HTTPStatus.SERVICE_UNAVAILABLE, "All workers are busy and the queue is full.", remedy="Try again soon."
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """How a class of errors is told; the remedy is the error's own where none is given."""

    status: HTTPStatus
    remedy: str | None = None
    retry_with: str | None = None
    """The parameter that, set to true, lets the same request pass."""


# The first class that fits decides.
ANSWERS: dict[type[Exception], Answer] = {
    errors.NothingToColour: Answer(HTTPStatus.CONFLICT, "Set force=true to try it anyway.", "force"),
    errors.AlreadyInColour: Answer(HTTPStatus.CONFLICT, "Set force=true to colour it anyway.", "force"),
    errors.PhotoTooLarge: Answer(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Scale it down, or use the command line, whose limit is higher."
    ),
    errors.UnsupportedFormat: Answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    errors.UnreadablePhoto: Answer(HTTPStatus.UNPROCESSABLE_ENTITY),
    errors.UsageProblem: Answer(HTTPStatus.BAD_REQUEST),
    errors.HintsRefused: Answer(HTTPStatus.BAD_REQUEST),
    errors.ModelError: Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "Choose another model, or install this one again."),
    errors.OutputError: Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "Choose another format."),
    MemoryError: Answer(HTTPStatus.SERVICE_UNAVAILABLE, "Try again later, or scale it down."),
}
_TRUNCATED = Answer(
    HTTPStatus.UNPROCESSABLE_ENTITY, "Get an intact copy of it, or colour what can be read.", "accept_truncated"
)
_BUG = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "This is a bug in lab-colorize; please report it.")


def answer_to(error: Exception) -> JSONResponse:
    """What the client is told of an error; of a bug, no more than that it is one."""
    kind = type(error).__name__
    if isinstance(error, Refused):
        response = _told(kind, error.what, Answer(error.status, error.remedy))
        if isinstance(error, Busy):
            response.headers["Retry-After"] = str(_BUSY_SECONDS)
        return response
    answer = _answer_for(error)
    if isinstance(error, errors.ColorizeError):
        # Options of the command line are parameters here.
        return _told(kind, error.what, replace(answer, remedy=answer.remedy or error.remedy.replace("--", "")))
    what = "There is not enough memory." if isinstance(error, MemoryError) else "The photograph could not be coloured."
    return _told(kind, what, answer)


def is_bug(error: Exception) -> bool:
    """Whether nobody but the authors can do anything about it."""
    return not isinstance(error, Refused) and _answer_for(error) is _BUG


def _answer_for(error: Exception) -> Answer:
    if isinstance(error, errors.UnreadablePhoto) and "--accept-truncated" in error.remedy:
        return _TRUNCATED
    return next((answer for kind, answer in ANSWERS.items() if isinstance(error, kind)), _BUG)


def _told(kind: str, what: str, answer: Answer) -> JSONResponse:
    content: dict[str, Any] = {"error": kind, "message": what, "remedy": answer.remedy or ""}
    if answer.retry_with is not None:
        content["retry_with"] = answer.retry_with
    return JSONResponse(content, answer.status)
