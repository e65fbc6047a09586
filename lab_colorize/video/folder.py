"""A folder of numbered frames as a film: DPX, TIFF or PNG, one picture a file, in the order of their numbers."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av import VideoFrame

from lab_colorize.errors import UnreadableFilm
from lab_colorize.video.entry import checksum
from lab_colorize.video.facts import Facts, StreamFacts
from lab_colorize.video.source import Decoded

SUFFIXES = frozenset({".dpx", ".tif", ".tiff", ".png"})
_NUMBER = re.compile(r"(\d+)\D*$")


class FrameFolder:
    """A folder that is read like a film. It holds no sound."""

    container = None
    index = 0

    def __init__(self, path: Path, fps: Fraction) -> None:
        self.path = path
        self.damaged = 0
        self.broken_times = 0
        self._files = _numbered(path)
        first = _read(self._files[0])
        if first is None:
            raise UnreadableFilm(f"{self._files[0]} cannot be read.", remedy="Get an intact copy, or remove it.")
        self.missing = _gaps(self._files)
        """Numbers between the first and the last that no file has."""
        self.facts = Facts(
            width=first.width,
            height=first.height,
            rate=fps,
            time_base=1 / fps,
            frames=len(self._files),
            seconds=float(len(self._files) / fps),
            promised=True,
            codec=self._files[0].suffix.lstrip("."),
            aspect=Fraction(1),
            interlaced=False,
            top_first=True,
            streams=(StreamFacts(0, "video", f"{len(self._files)} frames", "", ""),),
        )

    def frames(self, *, at_least: int | None = None) -> Iterator[Decoded]:
        """Every frame, or those from a number on; one that cannot be read is held over from the one before."""
        last: VideoFrame | None = None
        for number in range(at_least or 0, len(self._files)):
            image = _read(self._files[number])
            self.damaged += image is None
            last = image or last
            if last is not None:
                yield Decoded(last, number, 1, checksum(last))

    def sha256(self) -> str:
        """A hash of all frames and their names."""
        whole = hashlib.sha256()
        for path in self._files:
            whole.update(os.fsencode(path.name) + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return whole.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open between frames."""


def _numbered(path: Path) -> list[Path]:
    try:
        files = [file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")]
    except OSError as error:
        raise UnreadableFilm(f"{path} cannot be opened: {error.strerror}.", remedy="Check its permissions.") from error
    numbered = [(number, file) for file in files if (number := _number(file)) is not None]
    if not numbered:
        raise UnreadableFilm(
            f"{path} holds no numbered frames.", remedy="Frames end in .dpx, .tif or .png, with a number before it."
        )
    kinds = {file.suffix.lower() for _, file in numbered}
    if len(kinds) > 1:
        raise UnreadableFilm(
            f"{path} holds frames of several kinds: {', '.join(sorted(kinds))}.", remedy="Keep only one kind."
        )
    return [file for _, file in sorted(numbered)]


def _number(file: Path) -> int | None:
    found = _NUMBER.search(file.stem)
    return int(found[1]) if found else None


def _gaps(files: list[Path]) -> int:
    first, last = _number(files[0]), _number(files[-1])
    assert first is not None
    assert last is not None
    return last - first + 1 - len(files)


def _read(path: Path) -> VideoFrame | None:
    try:
        with av.open(os.fspath(path)) as container:
            return next(container.decode(video=0), None)
    except (av.error.FFmpegError, OSError, ValueError, IndexError):
        return None
