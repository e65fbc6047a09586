"""Letterbox bars: the black frame around a picture, which the network must not see and which stays neutral."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.lab import Pixels
from lab_colorize.video.signal import Signal

_DARK = 0.07  # luma; what an analogue copy makes of black
_BRIGHT = 0.15  # a sample without anything brighter tells nothing: everything in it may be a bar
_NEARLY_ALL = 98  # percent of a line that must be dark: the rest are specks
_STEP = 4  # pixels: every fourth is enough to tell how bright a line is
_LEAST = 0.5  # of a side that must be left for the picture; else it is night, no bars


@dataclass(frozen=True, slots=True)
class Area:
    """The picture within its bars, in pixels."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    def of(self, plane: Pixels) -> Pixels:
        """The part of a plane of luma."""
        return plane[self.top : self.bottom, self.left : self.right]

    def shrunk(self, across: int, down: int) -> Area:
        """The same on a plane of chroma; a pixel that is partly bar is all bar."""
        return Area(-(-self.top // down), self.bottom // down, -(-self.left // across), self.right // across)


def picture_area(samples: Sequence[Pixels], signal: Signal) -> Area:
    """What is inside the bars of all samples, planes of luma of one shape; all of it where none is bright enough."""
    height, width = samples[0].shape
    lines, columns = np.zeros(height), np.zeros(width)
    for sample in samples:
        across, down = signal.luma[_upper(sample[:, ::_STEP], 1)], signal.luma[_upper(sample[::_STEP], 0)]
        if max(across.max(), down.max()) >= _BRIGHT:
            lines, columns = np.maximum(lines, across), np.maximum(columns, down)
    top, bottom = _inside(lines)
    left, right = _inside(columns)
    return Area(top, bottom, left, right)


def _upper(levels: Pixels, axis: int) -> Pixels:
    """The level that nearly all of each line stays under."""
    place = levels.shape[axis] * _NEARLY_ALL // 100
    return np.take(np.partition(levels, place, axis=axis), place, axis=axis)


def _inside(brightness: NDArray[np.float64]) -> tuple[int, int]:
    bright = np.flatnonzero(brightness > _DARK)
    if len(bright) == 0 or bright[-1] + 1 - bright[0] < _LEAST * len(brightness):
        return 0, len(brightness)
    return int(bright[0]), int(bright[-1]) + 1
