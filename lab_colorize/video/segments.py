"""A film in segments: each encoded by itself and whole on the disk before the next, so that little is lost.

Segments begin at cuts, where a film has a keyframe anyway; where there is none for long, in the middle of a scene.
Where they begin depends on the film alone, not on when somebody stopped. They are NUT files, which keep any time
exactly.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO

import av
from av import VideoFrame

from lab_colorize.ahead import ahead
from lab_colorize.files.writing import fill_whole
from lab_colorize.video.colouring import Pace
from lab_colorize.video.encoding import Encoding
from lab_colorize.video.entry import Entry
from lab_colorize.video.frame import Frame
from lab_colorize.video.journal import Journal, SegmentFacts
from lab_colorize.video.state import State

LEAST, MOST = 240, 1200  # frames; a cut ends a segment after the first number, the second ends it anyway

Coloured = tuple[Frame, VideoFrame]
_Coming = tuple[Frame, VideoFrame, int]  # with what could not be decoded before it came
OnFrame = Callable[[Frame], None]
Damage = Callable[[], int]  # counts what could not be decoded so far


@dataclass(frozen=True, slots=True)
class Length:
    """How long segments are; tests make short ones."""

    least: int = LEAST
    most: int = MOST

    def ends_before(self, frame: Frame, taken: int) -> bool:
        """Whether a segment of so many frames ends before this one."""
        return taken >= self.most or (taken >= self.least and frame.cut)


class Stopped(Exception):  # no error
    """Somebody asked for an end, and the segment that was in hand is finished."""


@dataclass(frozen=True, slots=True)
class _Recent:
    """What is kept of a frame that was encoded lately."""

    entry: Entry
    known_before: State | None


@dataclass(slots=True)
class _Writing:
    """What comes out of a segment while it is written."""

    frames: int = 0
    in_colour: int = 0
    last: int = 0
    last_duration: int = 0
    damaged: int = 0
    """What could not be decoded before the frame that follows came; the last of a film comes when all are decoded."""
    shown: list[int] = field(default_factory=list)
    """Times in the order of the packets."""
    following: _Coming | None = None
    """What begins the next segment."""

    @property
    def lag(self) -> int:
        """How far the times of packets run ahead of the same times in order, at most."""
        return max(
            (sorted_one - one for one, sorted_one in zip(self.shown, sorted(self.shown), strict=True)), default=0
        )


class Segments:
    """Writes the coloured frames of one film, segment after segment."""

    def __init__(self, journal: Journal, encoding: Encoding, length: Length, pace: Pace, damage: Damage) -> None:
        self._journal, self._encoding, self._length, self._pace = journal, encoding, length, pace
        self._damage = damage
        self._recent: deque[_Recent] = deque(maxlen=pace.run_up)

    def write(self, frames: Iterable[Coloured], on_frame: OnFrame, stop: Callable[[], bool]) -> None:
        """Write all frames; `stop` is asked between segments."""
        with closing(ahead(((frame, image, self._damage()) for frame, image in frames), most=3)) as source:
            first = next(source, None)
            while first is not None:
                if stop():
                    raise Stopped
                facts, first = self._segment(first, source, on_frame)
                self._journal.add(facts)

    def _segment(
        self, first: _Coming, source: Iterator[_Coming], on_frame: OnFrame
    ) -> tuple[SegmentFacts, _Coming | None]:
        number, begin, writing = first[0].number, first[0].pts, _Writing()
        path = self._journal.folder / f"{number:09}.nut"

        def fill(file: BinaryIO) -> None:
            self._encode(file, chain([first], source), writing, on_frame)

        fill_whole(path, fill, overwrite=True)
        facts = SegmentFacts(
            name=path.name,
            first=number,
            frames=writing.frames,
            begin=begin,
            last=writing.last,
            last_duration=writing.last_duration,
            lag=writing.lag,
            size=path.stat().st_size,
            in_colour=writing.in_colour,
            damaged=writing.damaged,
            entry=self._recent[0].entry,
            state=self._state_behind(),
        )
        return facts, writing.following

    def _encode(self, file: BinaryIO, source: Iterator[_Coming], writing: _Writing, on_frame: OnFrame) -> None:
        with av.open(file, "w", format="nut", container_options={"avoid_negative_ts": "disabled"}) as container:
            stream = self._encoding.add_to(container)
            for frame, image, writing.damaged in source:
                if self._length.ends_before(frame, writing.frames):
                    writing.following = (frame, image, writing.damaged)
                    break
                _mux(container, stream.encode(image), writing)
                self._note(frame, writing)
                on_frame(frame)
            _mux(container, stream.encode(None), writing)

    def _note(self, frame: Frame, writing: _Writing) -> None:
        writing.frames += 1
        writing.in_colour += frame.in_colour
        writing.last, writing.last_duration = frame.pts, frame.duration
        self._recent.append(_Recent(frame.entry, frame.known_before))

    def _state_behind(self) -> State:
        """What was known before the first frame of the window of the frame that comes next."""
        steady = min(self._pace.steady, len(self._recent))
        known = self._recent[-steady].known_before if steady else None
        return known or State()


def _mux(container: Any, packets: Iterable[Any], writing: _Writing) -> None:
    for packet in packets:
        writing.shown.append(packet.pts)
        container.mux(packet)
