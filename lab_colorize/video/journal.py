"""The parts of a film that is under way, TARGET.partial: finished segments, and a journal that says what they are.

A segment has its name only when it is whole and on the disk; its line follows. So a program that was killed leaves at
most one nameless file, and whatever the journal names is there. Of what is made of the segments in the end, the line
comes first and the name follows: so a film that is there is known to be theirs until all of them are cleared up.
The journal carries the lock on the folder.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from lab_colorize.errors import OutputError, OutputExists
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.lock import try_lock
from lab_colorize.files.writing import TEMPORARY_PREFIX, fill_whole, unwritten
from lab_colorize.video.entry import Entry
from lab_colorize.video.state import State

SUFFIX = ".partial"
_NAME = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Recipe:
    """By what a film is made: the same source and the same recipe give the same result."""

    source_sha256: str
    model_sha256: str
    options: str
    version: str


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """A finished segment."""

    name: str
    first: int
    """The number of its first frame."""
    frames: int
    begin: int
    """The time of its first frame."""
    last: int
    """The time of its last frame."""
    last_duration: int
    lag: int
    """How far packets are decoded before they are shown, at most."""
    size: int
    in_colour: int
    """Frames that were left alone."""
    damaged: int
    """What could not be decoded so far."""
    entry: Entry
    """The frame with which decoding begins, to go on behind this segment."""
    state: State
    """What was known of the scene that goes on behind it."""

    @property
    def next(self) -> int:
        """The number of the first frame behind it."""
        return self.first + self.frames


@dataclass(frozen=True, slots=True)
class Output:
    """A file that was made of the segments."""

    output: str
    """Its name."""
    size: int
    sha256: str
    dropped: int
    """Packets of other streams that could not be copied."""

    def is_at(self, path: Path) -> bool:
        """Whether this is what is there."""
        return path.is_file() and path.stat().st_size == self.size and sha256_of(path) == self.sha256


def was_made(path: Path, target: Path) -> bool:
    """Whether a file was made of the parts of `target` by a program that was killed before it cleared them up."""
    with suppress(OSError):
        return _made(path, _outputs(_lines((_folder(target) / _NAME).read_bytes()))) is not None
    return False


class Journal:
    """The journal open for appending, with the lock on its folder."""

    def __init__(self, target: Path, recipe: Recipe, *, overwrite: bool = False) -> None:
        self.recipe = recipe
        self.folder = _folder(target)
        self.segments: list[SegmentFacts] = []
        self._outputs: dict[str, Output] = {}
        try:
            self.folder.mkdir(exist_ok=True)
            self._file = (self.folder / _NAME).open("a+b")
        except OSError as error:
            raise unwritten(self.folder, error) from error
        try:
            self._take_up(target, recipe, overwrite=overwrite)
        except OSError as error:
            self._file.close()
            raise unwritten(self.folder, error) from error
        except BaseException:
            self._file.close()
            raise

    def _take_up(self, target: Path, recipe: Recipe, *, overwrite: bool) -> None:
        if not try_lock(self._file.fileno()):
            raise OutputError(f"{target} is being written by another program.", remedy="Wait until it ends.")
        self._file.seek(0)
        content = self._file.read()
        lines = _lines(content)
        if lines and lines[0] != asdict(recipe):
            if not overwrite:
                raise OutputExists(
                    f"{self.folder} holds parts of another film, or of this one made with other options.",
                    remedy="Run the command that made them again, delete that folder, or give --overwrite.",
                )
            lines = []
        self._outputs = _outputs(lines)
        self.segments = [_segment(line) for line in lines[1:] if not _is_output(line)]
        if self.made(target) is None:  # else they may have been cleared up in part
            self.segments = _whole(self.segments, self.folder)
        self._sweep()
        self._keep(content, _written(recipe, *self.segments, *self._outputs.values()))

    def _sweep(self) -> None:
        """Remove what belongs to no finished segment."""
        kept = {_NAME, *(one.name for one in self.segments)}
        for path in self.folder.iterdir():
            if path.name not in kept and (path.suffix == ".nut" or path.name.startswith(TEMPORARY_PREFIX)):
                path.unlink()

    def _keep(self, content: bytes, kept: bytes) -> None:
        """Take out what is not kept: what follows, as a rule, so that the rest never leaves the disk."""
        if content.startswith(kept):
            self._file.truncate(len(kept))
        else:
            self._file.truncate(0)
            self._append(kept)

    def add(self, segment: SegmentFacts) -> None:
        """Note a segment that is whole and on the disk."""
        try:
            self._append(_written(segment))
        except OSError as error:
            raise unwritten(self.folder, error) from error
        self.segments.append(segment)

    def _append(self, lines: bytes) -> None:
        self._file.write(lines)
        self._file.flush()
        os.fsync(self._file.fileno())

    def make(self, path: Path, fill: Callable[[BinaryIO], int], *, overwrite: bool) -> Output:
        """A whole file of the segments, unless it is there already; `fill` tells what it could not copy."""
        if (found := self.made(path)) is not None:
            return found

        def filled(file: BinaryIO) -> None:
            dropped = fill(file)
            file.flush()
            nameless = Path(file.name)
            made = Output(path.name, nameless.stat().st_size, sha256_of(nameless), dropped)
            self._append(_written(made))
            self._outputs[path.name] = made

        fill_whole(path, filled, overwrite=overwrite, workshop=self.folder)
        return self._outputs[path.name]

    def made(self, path: Path) -> Output | None:
        """A file of the segments that is there: a program made it, and was killed before it cleared them up."""
        return _made(path, self._outputs)

    def path_of(self, segment: SegmentFacts) -> Path:
        """Where a segment lies."""
        return self.folder / segment.name

    def remove(self) -> None:
        """Clear up behind a film that is finished: the journal last, which says whose the rest is."""
        self._file.close()
        with suppress(OSError):
            for path in self.folder.iterdir():
                if path.name != _NAME:
                    path.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if not self.segments:  # nothing is lost with it
            with suppress(OSError):
                (self.folder / _NAME).unlink()
                self.folder.rmdir()


def _folder(target: Path) -> Path:
    return target.with_name(target.name + SUFFIX)


def _written(*lines: Recipe | SegmentFacts | Output) -> bytes:
    return b"".join(json.dumps(asdict(line)).encode() + b"\n" for line in lines)


def _lines(content: bytes) -> list[dict[str, Any]]:
    return [parsed for line in content.splitlines() if (parsed := _parsed(line)) is not None]


def _is_output(line: dict[str, Any]) -> bool:
    return "output" in line


def _outputs(lines: list[dict[str, Any]]) -> dict[str, Output]:
    """By their names; of those that were begun more than once the last."""
    return {line["output"]: Output(**line) for line in lines if _is_output(line)}


def _made(path: Path, outputs: dict[str, Output]) -> Output | None:
    found = outputs.get(path.name)
    return found if found is not None and found.is_at(path) else None


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(line)
    except ValueError:  # torn by a full disk or a power cut
        return None
    return parsed if isinstance(parsed, dict) else None


def _segment(line: dict[str, Any]) -> SegmentFacts:
    return SegmentFacts(**{**line, "state": State(**line["state"]), "entry": Entry(**line["entry"])})


def _whole(segments: list[SegmentFacts], folder: Path) -> list[SegmentFacts]:
    """Those from the beginning that follow each other and are there as they were written."""
    whole: list[SegmentFacts] = []
    for one in segments:
        path = folder / one.name
        if one.first != (whole[-1].next if whole else 0) or not path.is_file() or path.stat().st_size != one.size:
            break
        whole.append(one)
    return whole
