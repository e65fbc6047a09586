"""The join: lightness at full size and colour planes enlarged to it become sRGB levels. The one hot loop of the tool.

It runs strip by strip on separate planes that stay in the cache, in a few dozen passes of numpy and OpenCV, and
makes no full-size float array. Where a colour lies outside sRGB, chroma gives way; lightness and hue stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.lab import KNEE, XYZ_TO_RGB, Pixels, Plane, encoded

Light: TypeAlias = tuple[Plane, Plane, Plane]  # linear R, G, B

STRIP = 1 << 15  # pixels joined at a time: a dozen planes of 128 KB stay in a core's cache
ROUNDS = 2  # of chroma reduction by proportion; nearly all colours are at the surface then
HALVINGS = 14  # for the rest; 2**-14 of any chroma is far below one level
CLOSE = 0.002  # of chroma, relative to its own: a fifth of a unit of a colour of 100
TAPS = 2  # rows on either side that bicubic interpolation reaches


def join(lightness: Plane, ab: Plane, depth: Any = np.uint8) -> Pixels:
    """sRGB pixels (H, W, 3) of integer dtype `depth` from L* (H, W) in 0..100 and a*, b* (h, w, 2), enlarged to it."""
    pixels: Pixels = np.empty((*lightness.shape, 3), depth)
    levels = _eight_bit_levels if pixels.dtype == np.uint8 else _sixteen_bit_levels
    for rows, a, b in _enlarged_strips(ab, lightness.shape):
        pixels[rows] = levels(Strip.of(lightness[rows], a, b).light_within_gamut())
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


@dataclass(slots=True)
class Strip:
    """Some pixels on their way from Lab to light; each line of arithmetic is one pass over planes in the cache."""

    fy: Plane
    luminance: Plane
    dx: Plane
    """f(X) - f(Y): a* in the terms of Lab's formula."""
    dz: Plane
    """f(Z) - f(Y): b* likewise."""

    @classmethod
    def of(cls, lightness: Plane, a: Plane, b: Plane) -> Strip:
        """The strip of L*, a*, b*."""
        fy = lightness * np.float32(1 / 116) + np.float32(16 / 116)
        return cls(fy, _cubed(fy), a * np.float32(1 / 500), b * np.float32(-1 / 200))

    def light(self, factor: Plane | None = None) -> Light:
        """Linear R, G and B, chroma scaled by `factor`; outside 0..1 where the colour is outside sRGB."""
        dx, dz = (self.dx, self.dz) if factor is None else (self.dx * factor, self.dz * factor)
        x, z = _cubed(self.fy + dx), _cubed(self.fy + dz)
        red, green, blue = (x * m[0] + self.luminance * m[1] + z * m[2] for m in XYZ_TO_RGB.astype(np.float32))
        return red, green, blue

    def among(self, chosen: NDArray[np.bool_]) -> Strip:
        """Only the chosen pixels."""
        return Strip(self.fy[chosen], self.luminance[chosen], self.dx[chosen], self.dz[chosen])

    def light_within_gamut(self) -> Light:
        """Linear R, G and B in 0..1: where they were not, chroma is less, and lightness and hue are the same."""
        light = self.light()
        least, greatest = _extremes(light)
        if least.min() >= -SLACK and greatest.max() <= 1 + SLACK:
            return light
        outside = (least < -SLACK) | (greatest > 1 + SLACK)
        stray = self.among(outside)
        for plane, brought in zip(light, stray.light(stray.greatest_factor()), strict=True):
            plane[outside] = brought
        return light

    def greatest_factor(self) -> Plane:
        """The factor on chroma that brings pixels that are outside of sRGB to its surface.

        Y is a mean of R, G and B, so it lies between the least and the greatest. Were light linear in chroma, the
        factor would be Y / (Y - least) or (1 - Y) / (greatest - Y). It nearly is, so doing that again and again gets
        there, but for a few colours near the corners of the cube, which are then found by halving.
        """
        inside, outside = np.zeros_like(self.fy), np.ones_like(self.fy)
        factor, further = outside, self._further(outside)
        for _ in range(ROUNDS):
            factor = factor * further
            factor = np.where((factor <= inside) | (factor >= outside), (inside + outside) / 2, factor)
            further = self._further(factor)
            inside = np.where(further >= 1, factor, inside)
            outside = np.where(further < 1, factor, outside)
        strays = np.abs(further - 1) > CLOSE
        if strays.any():
            factor[strays] = self.among(strays)._halved(inside[strays], outside[strays])
        return factor

    def _further(self, factor: Plane) -> Plane:
        """By what chroma, already scaled by `factor`, would have to be multiplied if light were linear in it."""
        least, greatest = _extremes(self.light(factor))
        below = self.luminance / np.maximum(self.luminance - least, TINY)
        above = (1 - self.luminance) / np.maximum(greatest - self.luminance, TINY)
        return np.minimum(below, above)

    def _halved(self, inside: Plane, outside: Plane) -> Plane:
        for _ in range(HALVINGS):
            middle = (inside + outside) / 2
            good = self._further(middle) >= 1
            inside, outside = np.where(good, middle, inside), np.where(good, outside, middle)
        return inside


def _extremes(light: Light) -> tuple[Plane, Plane]:
    red, green, blue = light
    return np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)


SLACK = np.float32(2e-6)  # what rounding may leave outside 0..1: an eighth of a 16-bit level of light
TINY = np.float32(1e-9)


def _cubed(f: Plane) -> Plane:
    """CIE's inverse: the cube, and below the knee the line that touches it."""
    cube = f * f * f
    if f.min() < KNEE:
        np.copyto(cube, (f - np.float32(4 / 29)) * np.float32(3 * KNEE**2), where=f < np.float32(KNEE))
    return cube


def _eight_bit_levels(light: Light) -> NDArray[np.uint8]:
    """The nearest 8-bit sRGB levels (h, w, 3), by a table over 16-bit light that errs by at most 0.1 level."""
    merged = cv2.merge(light)
    np.clip(merged, 0, 1, out=merged)
    merged *= np.float32(65535)
    merged += np.float32(0.5)
    return cv2.LUT(merged.astype(np.uint16), _table())


def _sixteen_bit_levels(light: Light) -> NDArray[np.uint16]:
    """The nearest 16-bit sRGB levels (h, w, 3), by the curve itself: a table would lose levels in the darks."""
    merged = np.clip(cv2.merge(light), 0, 1)
    return (encoded(merged) * np.float32(65535) + np.float32(0.5)).astype(np.uint16)


@cache
def _table() -> NDArray[np.uint8]:
    return np.rint(encoded(np.arange(65536) / 65535) * 255).astype(np.uint8)
