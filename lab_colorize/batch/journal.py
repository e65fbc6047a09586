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
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from lab_colorize.batch.outcome import Outcome, Status, read_line, sealed
from lab_colorize.errors import OutputError
from lab_colorize.files.lock import try_lock
from lab_colorize.files.writing import unwritten

JOURNAL_NAME = "lab-colorize.jsonl"
DAMAGED_NAME = "lab-colorize-damaged.jsonl"  # beside it: lines that could not be read
_State: TypeAlias = tuple[int, int, int, int]  # device and number of the file, its size and its time
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True)
class History:
    """What the journal tells: the last word on each source, and what was last written into each target."""

    last: dict[str, Outcome] = field(default_factory=dict)
    made: dict[str, Outcome] = field(default_factory=dict)  # a later failure leaves the target as it was made
    aside: dict[str, Outcome] = field(default_factory=dict)  # edited results and sidecars, by where they lie
    damaged: tuple[int, ...] = ()  # lines that could not be read, the first being 1
    is_blank: bool = field(default=True, compare=False)  # not a line of it was understood
    read_at: "_State | None" = field(default=None, compare=False)  # what the file was like when it was read

    @property
    def written(self) -> dict[str, str]:
        """The hash last written into each target."""
        return {target: one.target_sha256 for target, one in self.made.items() if one.target_sha256 is not None}

    @property
    def known_failures(self) -> dict[str, Outcome]:
        """The failures that were accepted, by their sources."""
        return {source: one for source, one in self.last.items() if one.status is Status.FAILED and one.accepted}


def history_of(lines: Iterable[bytes], read_at: _State | None = None) -> History:
    """Take lines in; a torn last one counts as never written, damaged ones before it are noted."""
    is_blank = True
    last: dict[str, Outcome] = {}
    made: dict[str, Outcome] = {}
    aside: dict[str, Outcome] = {}
    damaged: list[int] = []
    for number, line in enumerate(lines, 1):
        outcome = read_line(line)
        if outcome is None:
            if _is_damaged(line):
                damaged.append(number)
            continue
        is_blank = False
        if outcome.status is Status.GONE:
            last.pop(outcome.source, None)
            made.pop(outcome.target or "", None)
            aside.pop(outcome.target or "", None)
            if outcome.aside:
                aside[outcome.aside] = outcome
            continue
        if outcome.status is not Status.KEPT:
            last[outcome.source] = outcome
        if outcome.target is not None and outcome.target_sha256 is not None:
            made[outcome.target] = outcome
    return History(last, made, aside, tuple(damaged), is_blank, read_at)


def _is_damaged(line: bytes) -> bool:
    """Whether a line cannot be read; one without an end is torn, a blank one was damaged and has been put aside."""
    return line.endswith(b"\n") and not line.isspace() and read_line(line) is None


def read_journal(out: Path, known: History | None = None) -> History:
    """Read the journal of an output folder; an empty history if there is none.

    What is `known` of it from a moment ago is taken for it, unless the file has changed since: a hundred thousand lines
    take more than a second.
    """
    try:
        with (out / JOURNAL_NAME).open("rb") as file:
            state = _state(os.fstat(file.fileno()))
            return known if known is not None and known.read_at == state else history_of(file, state)
    except (FileNotFoundError, NotADirectoryError):
        return History()
    except OSError as error:
        raise _unusable(out, error) from error


def _state(status: os.stat_result) -> _State:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


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
    """The journal open for appending, and with it the lock on its folder. Threads may share it.

    If what it was opened for is refused before the first line, it leaves nothing behind that was not there before.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._path = out / JOURNAL_NAME
        self._threads = threading.Lock()
        try:
            self._made = [folder for folder in (out, *out.parents) if not folder.exists()]
            self._is_new = not self._path.exists()
            out.mkdir(parents=True, exist_ok=True)
            self._file = self._opened()
        except OSError as error:
            raise _unusable(out, error) from error

    def _opened(self) -> int:
        """The file with the lock on it, which ends in a whole line."""
        while True:
            file = os.open(self._path, _FLAGS, 0o666)
            try:
                if self._locked(file):
                    _mend(file)
                    return file
            except BaseException:
                os.close(file)
                raise
            os.close(file)

    def _locked(self, file: int) -> bool:
        """Take the lock; False if the journal was removed since it was opened, by a batch that left nothing behind."""
        if not try_lock(file):
            raise _in_use(self._out)
        status = os.fstat(file)
        return bool(status.st_nlink) or (self._path.exists() and os.path.samestat(status, self._path.stat()))

    def append(self, outcome: Outcome) -> None:
        """Write one line in one piece, or none of it (OSError)."""
        line = sealed(outcome.line())
        with self._threads:
            before = os.fstat(self._file).st_size
            if os.write(self._file, line) != len(line):  # the disk filled up within the line
                os.ftruncate(self._file, before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def put_aside_damaged(self) -> None:
        """Copy lines that cannot be read into a file beside the journal, and leave blanks where they were.

        No other line moves, so a program that is killed here has changed nothing else, and the next does it again.
        """
        try:
            aside = os.open(self._out / DAMAGED_NAME, _FLAGS, 0o666)
            with self._path.open("rb+") as journal, open(aside, "ab") as file:  # noqa: PTH123  # a descriptor
                lines, end = [], 0
                for line in journal:
                    start, end = end, end + len(line)
                    if _is_damaged(line):
                        lines.append((start, line))
                file.writelines(line for _, line in lines)
                file.flush()
                os.fsync(aside)
                for start, line in lines:
                    journal.seek(start)
                    journal.write(b" " * (len(line) - 1))
        except OSError as error:
            raise unwritten(self._out / DAMAGED_NAME, error) from error

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
        if kind is not None and self._is_new and not os.fstat(self._file).st_size:
            self._leave_nothing()
        self.close()

    def _leave_nothing(self) -> None:
        """Remove the journal and the folders that were made for it; in vain where one of them is in use by now."""
        with suppress(OSError):
            self._path.unlink()
            for folder in self._made:
                folder.rmdir()


def _mend(file: int) -> None:
    """End the journal with a whole line: a torn one is cut off, one that lacks but its end gets it."""
    size = os.fstat(file).st_size
    tail = _tail(file, size)
    if not tail:
        return
    if read_line(tail) is None:
        os.ftruncate(file, size - len(tail))
    else:
        os.write(file, b"\n")


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
    if isinstance(error, PermissionError) and os.path.lexists(out / JOURNAL_NAME):
        what = f"The journal {out / JOURNAL_NAME} cannot be opened: permission denied."
        return OutputError(what, remedy="Check the permissions of that file, or choose another --out.")
    return OutputError(
        f"{out} cannot be used for results: {error.strerror or error}.",
        remedy="Check its permissions and the space on its disk, or choose another --out.",
    )
