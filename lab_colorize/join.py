"""The join: lightness at full size and colour planes enlarged to it become sRGB levels. The one hot loop of the tool.

It runs strip by strip on separate planes that stay in the cache, in a few dozen passes of numpy and OpenCV, and
makes no full-size float array. Where a colour lies outside sRGB, chroma gives way; lightness and hue stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.gamut import SLACK, Colours, cubed, gathered
from lab_colorize.lab import XYZ_TO_RGB, Pixels, Plane, encoded

STRIP = 1 << 14  # pixels joined at a time: a dozen planes of 64 KB, which stay in a core's cache
TAPS = 2  # rows on either side that bicubic interpolation reaches
DX, DZ = np.float32(1 / 500), np.float32(-1 / 200)  # a* and b* as f(X) - f(Y) and f(Z) - f(Y)


def join(lightness: Plane, ab: Plane, depth: Any = np.uint8) -> Pixels:
    """Make sRGB pixels (H, W, 3) of integer dtype `depth` from L* (H, W) in 0..100 and a*, b* (h, w, 2), enlarged."""
    pixels: Pixels = np.empty((*lightness.shape, 3), depth)
    bench, strays = Bench(), Strays(pixels)
    for rows, dx, dz in _enlarged_strips(ab * np.array([DX, DZ], np.float32), lightness.shape):
        light = bench.light(lightness[rows], dx, dz)
        pixels[rows] = levels_of(light, pixels.dtype)
        strays.take(rows.start, bench.outside(), light.shape[1])
    strays.settle()
    return pixels


def enlarged(ab: Plane, shape: tuple[int, int]) -> Plane:
    """a*, b* (h, w, 2) brought to `shape` (H, W) as `join` does it."""
    result = np.empty((*shape, 2), np.float32)
    for rows, a, b in _enlarged_strips(ab, shape):
        result[rows, :, 0], result[rows, :, 1] = a, b
    return result


def _enlarged_strips(ab: Plane, shape: tuple[int, int]) -> Iterator[tuple[slice, Plane, Plane]]:
    """Rows by rows, both planes at full size: widened once, heightened by a matrix for each strip."""
    (height, width), small = shape, ab.shape[0]
    wide = [_resized(np.ascontiguousarray(ab[..., channel]), (width, small)) for channel in (0, 1)]
    heighten = _resized(np.eye(small, dtype=np.float32), (small, height))
    step = max(1, STRIP // width)
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        near = _rows_near(rows, small, height)
        weights = np.ascontiguousarray(heighten[rows, near])
        yield rows, weights @ wide[0][near], weights @ wide[1][near]


def _resized(plane: Plane, size: tuple[int, int]) -> Plane:
    """Bicubic when it grows, area means when it shrinks, one axis at a time; `size` is (width, height)."""
    shrinks = size[0] < plane.shape[1] or size[1] < plane.shape[0]
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def _rows_near(rows: slice, small: int, height: int) -> slice:
    """The few small rows that the full-size ones depend on."""
    if small > height:
        return slice(rows.start * small // height, -(-rows.stop * small // height))
    first = int((rows.start + 0.5) * small / height - 0.5)
    last = int((rows.stop - 0.5) * small / height - 0.5)
    return slice(max(0, first - TAPS), min(small, last + TAPS + 2))


class Bench:
    """Planes that one strip after another is worked on: fresh ones would be fetched from the system each time."""

    def __init__(self) -> None:
        self._shape: tuple[int, ...] = ()

    def light(self, lightness: Plane, dx: Plane, dz: Plane) -> Plane:
        """Linear R, G, B (h, w, 3), outside 0..1 where the colour is outside sRGB; good until the next call.

        Each line is one pass over planes in the cache.
        """
        self._make_room(lightness.shape)
        self._dx, self._dz = dx, dz
        np.multiply(lightness, np.float32(1 / 116), out=self._fy)
        self._fy += np.float32(16 / 116)
        y = cubed(self._fy, out=self._y)
        x = cubed(np.add(self._fy, dx, out=self._f), out=self._x)
        z = cubed(np.add(self._fy, dz, out=self._f), out=self._z)
        cv2.transform(cv2.merge([x, y, z], self._xyz), XYZ_TO_RGB, self._light)
        return self._light

    def outside(self) -> tuple[NDArray[np.intp], Colours] | None:
        """Which pixels of the last strip (counted along its rows) are outside sRGB, and their colours."""
        if self._light.min() >= -SLACK and self._light.max() <= 1 + SLACK:
            return None
        places = np.flatnonzero(cv2.inRange(self._light, (-SLACK,) * 3, (1 + SLACK,) * 3) == 0)
        planes = (self._fy, self._y, self._dx, self._dz)
        return places, Colours(*(plane.ravel()[places] for plane in planes))

    def _make_room(self, shape: tuple[int, ...]) -> None:
        if shape == self._shape:
            return
        self._shape = shape
        self._fy, self._f, self._x, self._y, self._z = (np.empty(shape, np.float32) for _ in range(5))
        self._xyz, self._light = (np.empty((*shape, 3), np.float32) for _ in range(2))


class Strays:
    """Pixels whose colours are outside sRGB, gathered over many strips because each call on them has its price."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels.reshape(-1, 3)
        self._places: list[NDArray[np.intp]] = []
        self._colours: list[Colours] = []

    def take(self, row: int, found: tuple[NDArray[np.intp], Colours] | None, width: int) -> None:
        """Gather what was found in the strip that begins at `row`; settle when there are many."""
        if found is None:
            return
        self._places.append(found[0] + row * width)
        self._colours.append(found[1])
        if sum(map(len, self._places)) >= STRIP:
            self.settle()

    def settle(self) -> None:
        """Bring the gathered colours to the surface of sRGB."""
        if not self._places:
            return
        light = gathered(self._colours).light_at_the_surface()
        self._pixels[np.concatenate(self._places)] = levels_of(light[:, None], self._pixels.dtype)[:, 0]
        self._places, self._colours = [], []


def levels_of(light: Plane, depth: Any) -> Pixels:
    """The nearest sRGB levels (h, w, 3) of light; what is outside 0..1 comes out as anything."""
    if depth == np.uint8:  # a table over 16-bit light errs by at most 0.05 level
        return cv2.LUT((light * np.float32(65535)).astype(np.uint16), _table())
    # The curve itself: a table would lose levels in the darks.
    return (encoded(np.clip(light, 0, 1)) * np.float32(65535) + np.float32(0.5)).astype(np.uint16)


@cache
def _table() -> NDArray[np.uint8]:
    """Entry i stands for light from i to i + 1."""
    return np.rint(encoded((np.arange(65536) + 0.5) / 65536) * 255).astype(np.uint8)
