"""The way of the frames: looked at, cut into scenes, shown to the network, held steady, painted.

Each waits for some that follow it, and no more are in memory than that.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from av import VideoFrame

from lab_colorize.video.frame import Frame, Picture
from lab_colorize.video.look import Look, alike
from lab_colorize.video.options import VideoOptions
from lab_colorize.video.own_colours import judged
from lab_colorize.video.paint import Painter
from lab_colorize.video.scenes import NEIGHBOURS, with_cuts
from lab_colorize.video.source import Decoded
from lab_colorize.video.state import State
from lab_colorize.video.steady import steadied

if TYPE_CHECKING:
    from lab_colorize.colouring.colorizer import Colorizer


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the network is asked, and how far colours are averaged."""

    every: int
    steady: int
    """Frames on either side; 0 leaves each frame to itself, and then the network is asked for each."""

    @classmethod
    def of(cls, options: VideoOptions) -> Self:
        """What was asked for."""
        return cls(every=options.every if options.steady else 1, steady=options.steady)

    @property
    def run_up(self) -> int:
        """Frames before a place that decide how it is coloured: the window, and what shows where scenes begin."""
        return self.steady + NEIGHBOURS + 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a film colouring begins, and what is known there of what came before."""

    number: int = 0
    """The first frame that is given out."""
    state: State = field(default_factory=State)
    """What was known as far before it as the window reaches."""


@dataclass(frozen=True, slots=True)
class Colouring:
    """Everything that colours the frames of one film."""

    picture: Picture
    colorizer: Colorizer
    painter: Painter
    pace: Pace
    force: bool = False
    """Whether scenes that have colours of their own are coloured, too."""

    def frames(self, decoded: Iterable[Decoded], place: Place) -> Generator[tuple[Frame, VideoFrame]]:
        """Every frame from a place on, with its coloured version; `decoded` begins `pace.run_up` frames before it."""
        first = max(0, place.number - self.pace.run_up)
        frames = Look(self.picture, self.colorizer.model.card).at(alike(decoded, self.picture), first=first)
        frames = with_cuts(frames)
        if not self.force:
            frames = judged(frames, place.state, begin=place.number - self.pace.steady)
        for frame, ab in steadied(self._answered(frames), self.pace.steady):
            if frame.number >= place.number:
                image = self.painter.painted(frame, ab)
                del frame.image  # the window keeps the frame for some time yet, and not all that memory
                yield frame, image

    def _answered(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The same frames, some with the network's answer."""
        for frame, asked in chosen(frames, self.pace):
            if asked and not frame.in_colour:
                frame.ab = self.colorizer.predict(frame.lightness)
            yield frame


def chosen(frames: Iterable[Frame], pace: Pace) -> Iterator[tuple[Frame, bool]]:
    """Each frame, and whether the network is to look at it: at each so many, and at both ends of every scene.

    Without the last frame, the end of a scene would have nothing but the past to go by.
    """
    for frame, following in _with_next(frames):
        ends = frame.cut or following is None or following.cut
        yield frame, ends or pace.steady == 0 or frame.number % pace.every == 0


def _with_next(frames: Iterable[Frame]) -> Iterator[tuple[Frame, Frame | None]]:
    coming = iter(frames)
    frame = next(coming, None)
    while frame is not None:
        following = next(coming, None)
        yield frame, following
        frame = following
