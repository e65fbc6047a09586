"""What became of one photograph: a value, and its form as a line of the journal. Owns no files."""

import json
import zlib
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self


class Status(StrEnum):
    """The ends a photograph can come to."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    KEPT = "kept"  # no photograph's: a file that no batch wrote, taken as it is by `verify --accept`
    GONE = "gone"  # nothing under its name is expected any more: it was removed or moved; `target` no longer is its


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one photograph, and what a later batch needs to judge whether that still holds."""

    source: str  # paths are relative to FOLDER and to OUT, with "/" on every system
    target: str | None  # None where OUT holds nothing for it
    status: Status
    reason: str = ""  # for people: why it was skipped or failed, or what to know about the result
    remedy: str = ""  # what a person can do about it
    source_sha256: str | None = None
    target_sha256: str | None = None
    target_size: int | None = None
    model: str | None = None
    model_sha256: str | None = None
    seconds: float = 0.0
    width: int | None = None
    height: int | None = None
    source_size: int | None = None
    source_mtime_ns: int | None = None
    options: str | None = None  # Recipe.options
    lightness: str | None = None  # of a JPEG: "copied", or why it was encoded anew
    lightness_sha256: str | None = None  # of coded lightness that was copied
    hints: str = ""  # those that were followed, in words
    folder: str | None = None  # absolute; sources are relative to it: FOLDER, or of several the one that holds the box
    host: str = ""  # of the machine that worked on it, if a cluster did
    box: str = ""  # the name of FOLDER where there were several, with which `source` begins
    target_mtime_ns: int | None = None  # where it is not the source's: a target accepted, or copied; a source moved
    accepted: str = ""  # when `verify --accept` took this as it is: an edited target, or a failure to live with
    traceback: str = ""  # of a bug, for its report
    compared: bool = False  # whether a comparison was written beside it
    aside: str = ""  # of an edited result, or a sidecar, that was set aside: where it is, relative to OUT
    lasting: bool = False  # a failure that is the file's own fault: one that a person may have to live with

    @property
    def target_time(self) -> int | None:
        """The time that the target has unless somebody edited it, in nanoseconds."""
        return self.source_mtime_ns if self.target_mtime_ns is None else self.target_mtime_ns

    def saved_at(self, mtime_ns: int | None) -> Self:
        """The same, of a photograph that has this time by now; its result keeps its own."""
        if mtime_ns == self.source_mtime_ns:
            return self
        return replace(self, source_mtime_ns=mtime_ns, target_mtime_ns=self.target_time)

    def line(self) -> bytes:
        """One line of JSON; ASCII, so that file names of any bytes survive (as surrogate escapes)."""
        told = {name: value for name, value in asdict(self).items() if value or name not in _SELDOM}
        return json.dumps(told).encode("ascii") + b"\n"


# Left out where they say nothing.
_SELDOM = (
    "lightness", "lightness_sha256", "hints", "folder", "host", "box", "target_mtime_ns", "accepted", "traceback",
    "compared", "aside", "lasting",
)  # fmt: skip
_NAMES = frozenset(field.name for field in fields(Outcome))
_CHECK = b', "check": "'
_NUMBERS = ("target_size", "target_mtime_ns", "source_size", "source_mtime_ns", "width", "height")


def sealed(line: bytes) -> bytes:
    """A line with a check value over all that it says: a flipped bit leaves most of JSON well-formed, but untrue."""
    body = line.removesuffix(b"}\n")
    return body + _seal(body) + b"\n"


def _seal(body: bytes) -> bytes:
    return b'%s%08x"}' % (_CHECK, zlib.crc32(body))


def read_line(line: bytes) -> Outcome | None:
    """Read a line of the journal again; None if it is damaged. Keys from later versions are passed over.

    Lines of earlier versions, and those that somebody wrote by hand, have no check value.
    """
    body, mark, _ = line.rpartition(_CHECK)
    if mark and line.removesuffix(b"\n") != body + _seal(body):
        return None
    try:
        told = json.loads(line)
        outcome = Outcome(**{**_known(told), "status": Status(told["status"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # not JSON, or not an outcome
        return None
    return outcome if _sound(outcome) else None


def _known(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in told.keys() & _NAMES}


def _sound(outcome: Outcome) -> bool:
    """Hold what decides about resuming to its type: a journal may have been edited by hand."""
    numbers = (getattr(outcome, name) for name in _NUMBERS)
    return (
        isinstance(outcome.source, str)
        and isinstance(outcome.target, str | None)
        and isinstance(outcome.folder, str | None)
        and isinstance(outcome.box, str)
        and isinstance(outcome.accepted, str)
        and isinstance(outcome.hints, str)
        and isinstance(outcome.aside, str)
        and isinstance(outcome.source_sha256, str | None)
        and isinstance(outcome.target_sha256, str | None)
        and all(isinstance(number, int | None) for number in numbers)
    )
