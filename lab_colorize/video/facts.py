"""What a film says of itself: its picture, its time, its streams. Values; `source` finds them out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lab_colorize.video.signal import BT601, BT709, BT2020, Signal

HD_LINES = 720  # from here an untagged film is taken for BT.709, below for BT.601
_UNSPECIFIED = 2
_SHARES = {1: BT709, 4: BT601, 5: BT601, 6: BT601, 9: BT2020, 10: BT2020}  # by FFmpeg's number of the matrix
_PAL_LINES = frozenset({288, 576})


@dataclass(frozen=True, slots=True)
class Tags:
    """FFmpeg's numbers for matrix, primaries, transfer, and whether the range is full."""

    matrix: int
    primaries: int
    transfer: int
    full: bool

    def signal(self, bits: int) -> Signal:
        """What levels of so many bits mean."""
        return Signal(*_SHARES.get(self.matrix, BT709), full=self.full, bits=bits)


def settled_tags(*, matrix: int, primaries: int, transfer: int, full: bool, lines: int) -> Tags:
    """Tags with a number for what a film leaves unsaid; a matrix that is none of film's counts as unsaid."""
    usual = 1 if lines >= HD_LINES else 5 if lines in _PAL_LINES else 6
    matrix = matrix if matrix in _SHARES else usual
    primaries = usual if primaries in {0, _UNSPECIFIED} else primaries
    transfer = (6 if usual != 1 else 1) if transfer in {0, _UNSPECIFIED} else transfer
    return Tags(matrix, primaries, transfer, full)


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """One stream as it is listed for a person."""

    index: int
    kind: str
    codec: str
    language: str
    title: str

    def __str__(self) -> str:
        told = (self.kind, self.codec, self.language, self.title)
        return " ".join(word for word in told if word)


@dataclass(frozen=True, slots=True)
class Facts:
    """The picture that is coloured and what stands beside it."""

    width: int
    height: int
    rate: Fraction
    """Frames a second, as far as they are even."""
    time_base: Fraction
    frames: int
    """What the container promises; 0 where it does not say."""
    seconds: float
    """How long the picture is, or what the container says of the whole."""
    promised: bool
    """Whether that is said of the picture itself."""
    codec: str
    aspect: Fraction
    """Of a pixel, width by height."""
    interlaced: bool
    top_first: bool
    streams: tuple[StreamFacts, ...] = ()

    @property
    def nominal_duration(self) -> int:
        """Of a frame, in units of the time base."""
        return max(1, round(1 / (self.rate * self.time_base)))
