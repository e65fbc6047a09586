"""A new frame of the old luma and new colours; or of its own colours, where it has them."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from lab_colorize.colour.lab import Pixels, Plane
from lab_colorize.video.chroma import Chroma
from lab_colorize.video.encoding import Encoding
from lab_colorize.video.fields import FieldMarker
from lab_colorize.video.frame import Frame
from lab_colorize.video.layout import plane


class Painter:
    """Makes the frames that go to the encoder. What came from the decoder is not changed."""

    def __init__(self, encoding: Encoding, saturation: float) -> None:
        self._picture, self._layout, self._facts = encoding.picture, encoding.layout, encoding.facts
        self._saturation = np.float32(saturation)
        self._signal = self._picture.tags.signal(self._layout.bits)
        self._chroma = Chroma(self._signal)
        self._area = self._picture.area.shrunk(*self._layout.steps)
        self._fields = FieldMarker(top_first=self._facts.top_first) if encoding.interlaced else None

    def painted(self, frame: Frame, ab: Plane | None) -> VideoFrame:
        """The frame in colour; grey where `ab` is None."""
        new = VideoFrame(self._picture.width, self._picture.height, self._layout.name)
        luma = self._deepened(frame.luma(self._picture))
        plane(new, 0, self._layout.dtype)[...] = luma
        colours = [plane(new, index, self._layout.dtype) for index in (1, 2)]
        if frame.in_colour:
            self._keep_colours(frame, colours)
        else:
            self._colour(luma, ab, colours)
        return self._tagged(new, frame)

    def _colour(self, luma: Pixels, ab: Plane | None, colours: list[Pixels]) -> None:
        for one in colours:
            one[...] = self._signal.neutral
        if ab is None:
            return
        height, width = colours[0].shape
        small = luma if (height, width) == luma.shape else _averaged(luma, (width, height))
        upright = np.ascontiguousarray(np.rot90(ab, -self._picture.quarter_turns)) * self._saturation
        for one, coloured in zip(colours, self._chroma.planes(self._area.of(small), upright), strict=True):
            self._area.of(one)[...] = coloured

    def _keep_colours(self, frame: Frame, colours: list[Pixels]) -> None:
        for index, one in enumerate(colours, 1):
            own = self._deepened(plane(frame.image, index, self._picture.layout.dtype))
            height, width = one.shape
            one[...] = own if own.shape == one.shape else cv2.resize(own, (width, height), interpolation=cv2.INTER_AREA)

    def _deepened(self, levels: Pixels) -> Pixels:
        """Levels at the result's depth: as they are, as a rule."""
        before, after = self._picture.layout.bits, self._layout.bits
        if before == after:
            return levels
        wide = levels.astype(np.uint32)
        if self._signal.full:
            return _rescaled(wide, (1 << before) - 1, (1 << after) - 1).astype(self._layout.dtype)
        shifted = (
            wide << (after - before) if after > before else (wide + (1 << (before - after - 1))) >> (before - after)
        )
        return np.minimum(shifted, (1 << after) - 1).astype(self._layout.dtype)

    def _tagged(self, new: VideoFrame, frame: Frame) -> VideoFrame:
        tags = self._picture.tags
        new.pts, new.duration, new.time_base = frame.pts, frame.duration, self._facts.time_base
        new.colorspace, new.color_primaries, new.color_trc = tags.matrix, tags.primaries, tags.transfer
        new.color_range = 2 if tags.full else 1
        return new if self._fields is None else self._fields.marked(new)


def _rescaled(levels: NDArray[Any], top: int, new_top: int) -> NDArray[Any]:
    """Levels of 0..top as the nearest of 0..new_top."""
    return (levels.astype(np.uint64) * np.uint64(new_top) + np.uint64(top // 2)) // np.uint64(top)


def _averaged(luma: Pixels, size: tuple[int, int]) -> Pixels:
    """Luma at the size of the colours; the last of an odd number of lines stands for itself."""
    width, height = size
    down, across = -(-luma.shape[0] // height), -(-luma.shape[1] // width)
    if luma.shape != (height * down, width * across):
        below, beside = height * down - luma.shape[0], width * across - luma.shape[1]
        luma = cv2.copyMakeBorder(luma, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA))
