"""The parts of a film that is under way, TARGET.partial: finished segments, and a journal that says what they are.

A segment has its name only when it is whole and on the disk; its line follows. So a program that was killed leaves at
most one nameless file, and whatever the journal names is there. The journal carries the lock on the folder.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lab_colorize.errors import OutputError, OutputExists
from lab_colorize.files.lock import try_lock
from lab_colorize.files.writing import TEMPORARY_PREFIX, unwritten
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


class Journal:
    """The journal open for appending, with the lock on its folder."""

    def __init__(self, target: Path, recipe: Recipe, *, overwrite: bool = False) -> None:
        self.recipe = recipe
        self.folder = target.with_name(target.name + SUFFIX)
        self.segments: list[SegmentFacts] = []
        try:
            self.folder.mkdir(exist_ok=True)
            self._file = (self.folder / _NAME).open("a+b")
        except OSError as error:
            raise unwritten(self.folder, error) from error
        try:
            self._take_up(recipe, overwrite=overwrite)
        except OSError as error:
            self._file.close()
            raise unwritten(self.folder, error) from error
        except BaseException:
            self._file.close()
            raise

    def _take_up(self, recipe: Recipe, *, overwrite: bool) -> None:
        if not try_lock(self._file.fileno()):
            target = self.folder.with_name(self.folder.name.removesuffix(SUFFIX))
            raise OutputError(f"{target} is being made by another program.", remedy="Wait for its end.")
        self._file.seek(0)
        lines = [parsed for line in self._file.read().splitlines() if (parsed := _parsed(line)) is not None]
        if lines and lines[0] != asdict(recipe):
            if not overwrite:
                raise OutputExists(
                    f"{self.folder} holds parts of another film, or of this one made with other options.",
                    remedy="Run the command that made them again, delete that folder, or give --overwrite.",
                )
            lines = []
        self.segments = _whole([_segment(line) for line in lines[1:]], self.folder)
        self._sweep()
        self._rewrite([asdict(recipe), *(asdict(one) for one in self.segments)])

    def _sweep(self) -> None:
        """Remove what belongs to no finished segment."""
        kept = {_NAME, *(one.name for one in self.segments)}
        for path in self.folder.iterdir():
            if path.name not in kept and (path.suffix == ".nut" or path.name.startswith(TEMPORARY_PREFIX)):
                path.unlink()

    def _rewrite(self, lines: list[dict[str, Any]]) -> None:
        self._file.truncate(0)
        self._append(*lines)

    def add(self, segment: SegmentFacts) -> None:
        """Note a segment that is whole and on the disk."""
        try:
            self._append(asdict(segment))
        except OSError as error:
            raise unwritten(self.folder, error) from error
        self.segments.append(segment)

    def _append(self, *lines: dict[str, Any]) -> None:
        self._file.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        self._file.flush()
        os.fsync(self._file.fileno())

    def path_of(self, segment: SegmentFacts) -> Path:
        """Where a segment lies."""
        return self.folder / segment.name

    def remove(self) -> None:
        """Clear up behind a film that is finished."""
        self._file.close()
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
