"""Cb and Cr for a luma that is there already: the join for photographs whose coded lightness is not touched.

JPEG's luma is not L*: it weighs levels, not light. So for a luma and a colour a*, b* that L* is looked for whose pixel
has this luma, and the Cb and Cr of that pixel are what is wanted. Colours outside sRGB are mixed with grey first, as
everywhere. For each photograph this is worked out on a grid over its range of a* and b* for all 256 lumas, and read
between the grid's points.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.enlarge import Enlarging
from lab_colorize.colour.formula import light_of
from lab_colorize.colour.lab import AB_SCALE, DX, DZ, Plane, f_of_y, lightness_of_luminance

POINTS = 17  # of the grid over a* and over b*: at a range of 60 units, Cb and Cr are off by 0.07 levels on average
EVERY = 4  # levels from one lightness that is tried to the next
STRIP = 1 << 16  # pixels at a time
MARGIN = 0.02  # of the range, for what an enlarged plane may have beyond what was looked at
NARROWEST = 1e-3  # range of a* or b*
CHANNELS = 4  # of the grid's picture, which holds two: OpenCV reads between points several times as fast then
HALF = 128  # of 256ths, in which the grid counts levels
KR, KG, KB = 0.299, 0.587, 0.114  # what JFIF has red, green and blue weigh in luma

Levels = NDArray[np.uint8]


def chroma_for(luma: Levels, ab: Plane, light: Plane) -> tuple[Levels, Levels]:
    """Cb and Cr (h, w) for luma (h, w) and a*, b*, which are enlarged to its size.

    `light` (256,) is the light of each level in 0..1; it must grow.
    """
    height, width = luma.shape
    planes = [np.ascontiguousarray(plane) for plane in cv2.split(_within_reach(ab))]
    axes = [_axis(plane) for plane in planes]
    grid = _as_picture(_chroma_of_grid(axes, light))
    first_rows = (np.arange(256) * POINTS).astype(np.float32)
    places = Enlarging([(plane - first) / step for plane, (first, step) in zip(planes, axes, strict=True)], luma.shape)
    blue, red = np.empty_like(luma), np.empty_like(luma)
    step = max(1, STRIP // width)
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        across, down = places.rows(rows)
        cv2.add(down, cv2.LUT(luma[rows], first_rows), down)
        found = cv2.remap(grid, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).view(np.uint8)
        cv2.extractChannel(found, 1, blue[rows])  # the upper bytes: whole levels
        cv2.extractChannel(found, 3, red[rows])
    return blue, red


def _within_reach(ab: Plane) -> Plane:
    """Colours that no screen shows, however saturated they are asked for, at the edge of what is looked at."""
    most = np.abs(ab).max(axis=2, keepdims=True)
    return np.asarray(ab * np.minimum(1, AB_SCALE / np.maximum(most, AB_SCALE)), np.float32)


def _axis(plane: Plane) -> tuple[float, float]:
    """The first point of the grid and the step to the next, over all values and those that enlarging makes of them."""
    larger = cv2.resize(plane, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    low, high = min(plane.min(), larger.min()), max(plane.max(), larger.max())
    margin = (high - low) * MARGIN + NARROWEST
    return float(low - margin), float(high - low + 2 * margin) / (POINTS - 1)


def _chroma_of_grid(a: NDArray[Any], b: NDArray[Any], light: Plane) -> NDArray[np.complex128]:
    """Cb as the real and Cr as the imaginary part, in levels from grey, for 256 lumas, each b* and each a*."""
    levels = np.append(np.arange(0, 255, EVERY), 255)
    fy, down, across = (
        plane.ravel().astype(np.float32)
        for plane in np.meshgrid(f_of_y(lightness_of_luminance(light[levels])), b, a, indexing="ij")
    )
    red, green, blue = np.interp(light_of(fy, across * DX, down * DZ), light, np.arange(256))
    luma = KR * red + KG * green + KB * blue
    chroma = (blue - luma) / (2 - 2 * KB) + 1j * (red - luma) / (2 - 2 * KR)
    found = [
        np.interp(np.arange(256), *column)
        for column in zip(
            np.maximum.accumulate(luma.reshape(len(levels), -1)).T, chroma.reshape(len(levels), -1).T, strict=True
        )
    ]
    return np.stack(found, axis=1).reshape(256, POINTS, POINTS)


def _as_picture(chroma: NDArray[np.complex128]) -> NDArray[np.uint16]:
    """A picture with a* across and, for each luma, b* down; 256ths of levels, rounded by taking the upper byte."""
    picture = np.zeros((256 * POINTS, POINTS, CHANNELS), np.uint16)
    for channel, plane in enumerate((chroma.real, chroma.imag)):
        levels = np.clip(plane.reshape(-1, POINTS) + 128, 0, 255)
        picture[..., channel] = np.rint(levels * 256 + HALF).clip(0, 65535)
    return picture
