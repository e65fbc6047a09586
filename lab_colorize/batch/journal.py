"""The journal, OUT/lab-colorize.jsonl: what became of each photograph, a line appended for each; the last line holds.

A target is on the disk (flushed, renamed, its folder flushed) before its line is written, so a line never claims
what is not there. The lines themselves are flushed to the disk at the end: a killed program loses none of them,
and what a power cut takes is found out by the next batch, which compares (see `perform`). The journal carries
the lock on OUT.
"""

import errno
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from lab_colorize.batch.outcome import Outcome, Status, read_line
from lab_colorize.errors import OutputError
from lab_colorize.files.lock import try_lock
from lab_colorize.files.writing import unwritten

JOURNAL_NAME = "lab-colorize.jsonl"
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True)
class History:
    """What the journal tells: the last word on each source, and what was last written into each target."""

    last: dict[str, Outcome] = field(default_factory=dict)
    made: dict[str, Outcome] = field(default_factory=dict)  # a later failure leaves the target as it was made
    damaged: tuple[int, ...] = ()  # lines that could not be read, the first being 1

    @property
    def written(self) -> dict[str, str]:
        """The hash last written into each target."""
        return {target: one.target_sha256 for target, one in self.made.items() if one.target_sha256 is not None}

    @property
    def not_to_replace(self) -> frozenset[str]:
        """Targets that hold somebody's work, which was accepted as it is."""
        return frozenset(target for target, one in self.made.items() if one.accepted)

    @property
    def known_failures(self) -> dict[str, Outcome]:
        """The failures that were accepted, by their sources."""
        return {source: one for source, one in self.last.items() if one.status is Status.FAILED and one.accepted}


def history_of(lines: Iterable[bytes]) -> History:
    """Take lines in; a torn last one counts as never written, damaged ones before it are noted."""
    last: dict[str, Outcome] = {}
    made: dict[str, Outcome] = {}
    damaged: list[int] = []
    for number, line in enumerate(lines, 1):
        outcome = read_line(line)
        if outcome is None:
            if line.endswith(b"\n"):
                damaged.append(number)
            continue
        if outcome.status is Status.GONE:
            last.pop(outcome.source, None)
            made.pop(outcome.target or "", None)
            continue
        if outcome.status is not Status.KEPT:
            last[outcome.source] = outcome
        if outcome.target is not None and outcome.target_sha256 is not None:
            made[outcome.target] = outcome
    return History(last, made, tuple(damaged))


def read_journal(out: Path) -> History:
    """Read the journal of an output folder; an empty history if there is none."""
    try:
        with (out / JOURNAL_NAME).open("rb") as file:
            return history_of(file)
    except (FileNotFoundError, NotADirectoryError):
        return History()
    except OSError as error:
        raise _unusable(out, error) from error


def check_unused(out: Path) -> None:
    """OutputError if a batch is writing to OUT at this moment; opens for reading only."""
    try:
        file = os.open(out / JOURNAL_NAME, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError:
        return  # reading it will say what is wrong
    try:
        if not try_lock(file):
            raise _in_use(out)
    finally:
        os.close(file)


def _in_use(out: Path) -> OutputError:
    """The refusal to meddle with what a batch is writing."""
    return OutputError(f"Another batch is writing to {out}.", remedy="Wait until it ends, or choose another folder.")


class Journal:
    """The journal open for appending, and with it the lock on its folder. Threads may share it."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._threads = threading.Lock()
        try:
            out.mkdir(parents=True, exist_ok=True)
            self._file = os.open(out / JOURNAL_NAME, _FLAGS, 0o666)
        except OSError as error:
            raise _unusable(out, error) from error
        try:
            self._begin()
        except BaseException:
            os.close(self._file)
            raise

    def _begin(self) -> None:
        if not try_lock(self._file):
            raise _in_use(self._out)
        try:
            self._mend()
        except OSError as error:
            raise _unusable(self._out, error) from error

    def append(self, outcome: Outcome) -> None:
        """Write one line in one piece, or none of it (OSError)."""
        line = outcome.line()
        with self._threads:
            before = os.fstat(self._file).st_size
            if os.write(self._file, line) != len(line):  # the disk filled up within the line
                os.ftruncate(self._file, before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """Flush the lines to the disk and let the lock go; OutputError if the disk refuses them only now."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise unwritten(self._out / JOURNAL_NAME, error) from error
        finally:
            os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _mend(self) -> None:
        """End the journal with a whole line: a torn one is cut off, one that lacks but its end gets it."""
        size = os.fstat(self._file).st_size
        tail = _tail(self._file, size)
        if not tail:
            return
        if read_line(tail) is None:
            os.ftruncate(self._file, size - len(tail))
        else:
            os.write(self._file, b"\n")


def _tail(file: int, size: int) -> bytes:
    """Read what follows the last line end, backwards in blocks because the journal may be large."""
    tail = b""
    while size > 0:
        start = max(0, size - 65536)
        os.lseek(file, start, os.SEEK_SET)
        tail = os.read(file, size - start) + tail
        if (end := tail.rfind(b"\n")) >= 0:
            return tail[end + 1 :]
        size = start
    return tail


def _unusable(out: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{out} cannot be used for results: {error.strerror or error}.",
        remedy="Check its permissions and the space on its disk, or choose another --out.",
    )
