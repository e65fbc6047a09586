"""Cb and Cr for a luma that is there already: the join for photographs whose coded lightness is copied.

JPEG's luma is not L*: it weighs levels, not light. So for a luma and a colour a*, b* that L* is looked for whose pixel
has this luma, and the Cb and Cr of that pixel are what is wanted. Colours outside sRGB are mixed with grey first, as
everywhere. For each photograph this is worked out on a grid over its own range of a* and b*, for all 256 lumas, and
read between the points of the grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.enlarge import Enlarging
from lab_colorize.colour.formula import light_of
from lab_colorize.colour.lab import AB_SCALE, DX, DZ, Plane, f_of_y, lightness_of_luminance

FINE = 4.0  # units of a* or b* from point to point of the grid at most
MOST_POINTS = 33  # along an axis
EVERY = 8  # levels from one lightness that is tried to the next
STRIP = 1 << 16  # pixels at a time
MARGIN = 0.02  # of the range, for what an enlarged plane may have beyond what was looked at
NARROWEST = 1e-3  # margin of a plane that is the same everywhere
CHANNELS = 4  # of the picture of the grid, which holds two: OpenCV reads between points several times as fast then
HALF = 128  # of 256ths, in which the picture counts levels
KR, KG, KB = 0.299, 0.587, 0.114  # what red, green and blue weigh in JFIF's luma

Levels: TypeAlias = NDArray[np.uint8]


class Axis(NamedTuple):
    """The points of the grid along a* or b*."""

    first: float
    step: float
    number: int

    @classmethod
    def over(cls, plane: Plane) -> Axis:
        """Points over all values of a small plane, and those that enlarging makes of them."""
        larger = cv2.resize(plane, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        low, high = min(plane.min(), larger.min()), max(plane.max(), larger.max())
        margin = (high - low) * MARGIN + NARROWEST
        width = float(high - low + 2 * margin)
        number = min(math.ceil(width / FINE) + 1, MOST_POINTS)
        return cls(float(low - margin), width / (number - 1), number)

    def counted(self, plane: Plane) -> Plane:
        """Values as numbers of points, with fractions."""
        return (plane - np.float32(self.first)) / np.float32(self.step)

    def points(self) -> NDArray[Any]:
        """The values at the points."""
        return self.first + self.step * np.arange(self.number)


def chroma_for(luma: Levels, ab: Plane, light: Plane) -> tuple[Levels, Levels]:
    """Cb and Cr (h, w) for luma (h, w) and a*, b*, which are enlarged to its size.

    `light` (256,) is what each level stands for, in 0..1 and never falling.
    """
    height, width = luma.shape
    planes = _within_reach(ab)
    axes = [Axis.over(plane) for plane in planes]
    picture = _picture_of(_chroma_of_grid(axes, light))
    places = Enlarging([axis.counted(plane) for axis, plane in zip(axes, planes, strict=True)], luma.shape)
    blue, red = np.empty_like(luma), np.empty_like(luma)
    step = max(1, STRIP // width)
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        across, down = places.rows(rows)
        cv2.addWeighted(luma[rows], axes[1].number, down, 1, 0, down, dtype=cv2.CV_32F)  # each luma has so many rows
        found = cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).view(np.uint8)
        cv2.extractChannel(found, 1, blue[rows])  # the upper bytes are whole levels
        cv2.extractChannel(found, 3, red[rows])
    return blue, red


def _within_reach(ab: Plane) -> list[Plane]:
    """The two planes; colours that no screen shows, however saturated they are asked for, at the edge of what is."""
    planes = cv2.split(np.asarray(ab, np.float32))
    most = np.maximum(*map(np.abs, planes))
    return [plane * (np.float32(AB_SCALE) / np.maximum(most, np.float32(AB_SCALE))) for plane in planes]


def _chroma_of_grid(axes: Sequence[Axis], light: Plane) -> NDArray[np.complex128]:
    """Cb as the real and Cr as the imaginary part, in levels from grey, for 256 lumas, each b* and each a*."""
    levels = np.append(np.arange(0, 255, EVERY), 255)
    tried = np.meshgrid(
        f_of_y(lightness_of_luminance(light[levels])), axes[1].points(), axes[0].points(), indexing="ij"
    )
    fy, down, across = (plane.ravel().astype(np.float32) for plane in tried)
    red, green, blue = np.interp(light_of(fy, across * DX, down * DZ), light, np.arange(256))
    luma = KR * red + KG * green + KB * blue
    chroma = (blue - luma) / (2 - 2 * KB) + 1j * (red - luma) / (2 - 2 * KR)
    columns = zip(
        np.maximum.accumulate(luma.reshape(len(levels), -1)).T, chroma.reshape(len(levels), -1).T, strict=True
    )
    found = [np.interp(np.arange(256), *column) for column in columns]
    return np.stack(found, axis=1).reshape(256, axes[1].number, axes[0].number)


def _picture_of(chroma: NDArray[Any]) -> NDArray[np.uint16]:
    """A picture with a* across and, for each luma, b* down; in 256ths of levels, rounded by taking the upper byte."""
    _, down, across = chroma.shape
    picture = np.zeros((256 * down, across, CHANNELS), np.uint16)
    for channel, plane in enumerate((chroma.real, chroma.imag)):
        levels = np.clip(plane.reshape(-1, across) + 128, 0, 255)
        picture[..., channel] = np.rint(levels * 256 + HALF)
    return picture
