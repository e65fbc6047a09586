"""A frame on its way from the decoder to the encoder, and what every frame of one film has in common."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from av import VideoFrame

from lab_colorize.colour.lab import Pixels, Plane
from lab_colorize.video.bars import Area
from lab_colorize.video.entry import Entry
from lab_colorize.video.facts import Tags
from lab_colorize.video.layout import Layout, plane
from lab_colorize.video.signal import Signal
from lab_colorize.video.state import State


@dataclass(frozen=True, slots=True)
class Picture:
    """What the frames of a film share once `survey` has looked at it."""

    width: int
    height: int
    layout: Layout
    tags: Tags
    aspect: Fraction
    """Of a pixel, width by height."""
    quarter_turns: int
    """Counterclockwise, to set the picture upright."""
    area: Area
    """The picture within its bars."""

    @property
    def signal(self) -> Signal:
        """What its levels mean."""
        return self.tags.signal(self.layout.bits)


@dataclass(slots=True)
class Frame:
    """One frame; the stages of the way fill in what they find out."""

    entry: Entry
    image: VideoFrame
    duration: int
    thumbnail: Plane
    seen: Pixels
    """Luma (h, w), uint8 and upright, as the network sees it."""
    small: Plane
    """The same, 0..255, at the size of the colours."""
    lightness: Plane
    """L* of `seen`."""
    cut: bool = False
    """Whether it begins a scene."""
    in_colour: bool = False
    """Whether it has colours of its own."""
    known_before: State | None = None
    """What was known before it of colours in its scene."""
    ab: Plane | None = None
    to_next: Plane | None = None
    to_last: Plane | None = None

    @property
    def number(self) -> int:
        """Counted from 0."""
        return self.entry.number

    @property
    def pts(self) -> int:
        """When it is shown, in units of the film's time base."""
        return self.entry.pts

    def luma(self, picture: Picture) -> Pixels:
        """Its plane of luma, for looking at only."""
        return plane(self.image, 0, picture.layout.dtype)
