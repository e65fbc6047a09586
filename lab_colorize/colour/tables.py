"""The join of an 8-bit grey scan by tables: several times as fast as by the formula, and within a level of it.

Light of each primary is m0 X + m1 Y + m2 Z, where X depends on lightness and a* alone, Y on lightness alone, and Z on
lightness and b* alone. So it is the sum of two functions of two variables each. Lightness has 256 levels here, and a*
and b* of one photograph, cut into 256 steps each, have steps of a quarter of a unit or so: both functions are tables of
65,536 entries, the three primaries side by side in one entry of 64 bits. A pixel is two look-ups, a sum, and a last
look-up for sRGB's curve. Colours outside sRGB, and the few that are too saturated for the steps, give themselves away
by a bit of the sum; they are set aside and worked out by the formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.enlarge import Enlarging
from lab_colorize.colour.formula import light_of
from lab_colorize.colour.lab import DX, DZ, LIGHT_OF_XYZ, Pixels, Plane, cubed, encoded, f_of_y, levels_of_light
from lab_colorize.colour.lightness import Grey

LEVELS = 256  # of lightness, and steps of a* and of b*
WIDEST = 0.4  # units from step to step
FARTHEST = 100.0  # units from grey: light of colours beyond might be four times white's, at which the sums wrap around
MARGIN = 0.02  # of its range, for what an enlarged plane may have beyond what was looked at
ERROR = 0.8  # levels that red may be wrong by; two numbers nearer than one are rounded to the same level or neighbours

# Light 1 in the sums, which wrap around at four times as much: light outside 0..1 sets one of the upper two bits, and
# so does light that rounding might have brought inside. Black and white themselves stay a step or two away from that.
ONE = 1 << 14
SCALE = np.float32(ONE + 1)
OFFSET = -1
ASIDE = np.uint64(0xC000_C000_C000_C000)
FEW = 8  # where fewer than one column in so many has such a sum, only they are searched

Levels: TypeAlias = NDArray[np.uint8]
Entries: TypeAlias = NDArray[np.uint64]


class Tables:
    """One photograph's way from its own levels and colour planes to levels of three primaries."""

    STRIP = 1 << 17  # pixels at a time: fewer, and the calls cost more than the work
    TOGETHER = 1 << 13  # pixels set aside that are worked out at a time, for the same reason

    @classmethod
    def of(cls, grey: Grey, ab: Plane, pixels: Pixels, order: slice) -> Tables | None:
        """None for a 16-bit scan, and where colours lie too far apart or too far from grey: those need the formula."""
        steps = [Steps.over(plane, unit) for plane, unit in zip(cv2.split(ab), (DX, DZ), strict=True)]
        fine = all(axis.width <= WIDEST and axis.farthest <= FARTHEST for axis in steps)
        fit = fine and grey.pixels.dtype == pixels.dtype == np.uint8
        return cls(grey, ab, steps, pixels, order) if fit else None

    def __init__(self, grey: Grey, ab: Plane, steps: list[Steps], pixels: Pixels, order: slice) -> None:
        """Work both tables out, primaries in the order that `pixels` are to have."""
        self._levels: Levels = grey.pixels.astype(np.uint8, copy=False)
        self._pixels = pixels
        self._order = order
        self._steps = steps
        counted = [axis.counted(plane) for axis, plane in zip(steps, cv2.split(ab), strict=True)]
        self._colour = Enlarging(counted, grey.shape)
        self._fy = f_of_y(grey.table)
        self._y = cubed(self._fy)
        chromatic = (self._y > 0) & (self._y < 1)  # black and white have no chroma, whatever is asked for
        x, z = (cubed(self._fy + np.where(chromatic, axis.values()[:, None], np.float32(0))) for axis in steps)
        of_x, of_y, of_z = LIGHT_OF_XYZ.T[..., None, None]
        of_a, of_b = of_x * x + of_y * self._y, of_z * z
        low, scale = self._watch()
        offset = np.select([self._y <= 0, self._y >= 1], [OFFSET + 1, OFFSET - 2], OFFSET)
        self._of_a = packed([*(of_a[order] * SCALE + offset), (of_a[0] - low) * scale + offset])
        self._of_b = packed([*(of_b[order] * SCALE), of_b[0] * scale])
        self._scratch = Scratch(max(1, self.STRIP // grey.shape[1]), grey.shape[1])
        self._aside: list[tuple[NDArray[Any], ...]] = []

    def _watch(self) -> tuple[Plane, Plane]:
        """For each level where the light of red begins that steps are fine enough for, and a scale that ends with it.

        Red is the primary that a* moves most; half a step moves it by `error` at most. Where red is little, sRGB's
        curve makes many levels of that: 255 * 1.055 / 2.4 * red ** (1 / 2.4 - 1) of a unit of light, 255 * 12.92 at
        most. Where it is nearly full, it decides how much chroma a bright colour may keep.
        """
        fx, fz = (self._fy + max(axis.values().max(), np.float32(0)) for axis in self._steps)
        half_a, half_b = (axis.width * np.abs(axis.unit) / 2 for axis in self._steps)
        error = 3 * (LIGHT_OF_XYZ[0, 0] * fx**2 * half_a - LIGHT_OF_XYZ[0, 2] * fz**2 * half_b)
        error = np.where((self._y > 0) & (self._y < 1), error, np.float32(0))
        low = (255 * 1.055 / 2.4 / ERROR * error) ** (2.4 / 1.4)
        low = np.where(255 * 12.92 * error > ERROR, low, 0)
        return low.astype(np.float32), (SCALE / np.maximum(1 - low - error, 0.1)).astype(np.float32)

    def strip(self, rows: slice) -> None:
        """Fill some rows."""
        before, counted = self._levels[rows], self._colour.rows(rows)
        sums = self._scratch.sums(before, counted, self._of_a, self._of_b)
        self._scratch.levels_of(sums, self._pixels[rows])
        places = self._scratch.aside(sums)
        if len(places):
            colours = (plane.ravel()[places] for plane in counted)
            self._aside.append((places + rows.start * before.shape[1], before.ravel()[places], *colours))
            if sum(len(places) for places, *_ in self._aside) > self.TOGETHER:
                self.finish()

    def finish(self) -> None:
        """Fill the pixels that were set aside, by the formula."""
        if not self._aside:
            return
        places, levels, *counted = map(np.concatenate, zip(*self._aside, strict=True))
        self._aside.clear()
        dx, dz = (axis.value(plane) for axis, plane in zip(self._steps, counted, strict=True))
        exact = levels_of_light(light_of(self._fy[levels], dx, dz), np.uint8)
        pixels = self._pixels.reshape(-1, 3)
        for channel, plane in enumerate(exact[self._order]):
            pixels[places, channel] = plane


class Scratch:
    """Planes that one strip after another is worked on: fresh ones would have to find their way into the cache."""

    def __init__(self, height: int, width: int) -> None:
        self._step = np.empty((height, width), np.uint8)
        self._place = np.empty((height, width, 2), np.uint8)
        self._of_a, self._of_b = (np.empty((height, width), np.float64) for _ in range(2))
        self._light = np.empty((height, width, 3), np.uint16)
        self._bits = np.empty((height, width), np.uint64)
        self._aside = np.empty((height, width), np.bool_)

    def sums(self, levels: Levels, counted: list[Plane], *tables: NDArray[np.float64]) -> Entries:
        """The sum of the entries (h, W) of two tables; good until the next call."""
        rows = slice(0, len(levels))
        for plane, table, entries in zip(counted, tables, (self._of_a, self._of_b), strict=True):
            cv2.convertScaleAbs(plane, self._step[rows])
            cv2.merge([levels, self._step[rows]], self._place[rows])
            cv2.LUT(self._place[rows].view("<u2")[..., 0], table, entries[rows])
        sums, more = self._of_a[rows].view(np.uint16), self._of_b[rows].view(np.uint16)
        sums += more
        return sums.view(np.uint64)

    def aside(self, sums: Entries) -> NDArray[np.intp]:
        """Which sums (counted along the rows) show that they are not to be trusted."""
        columns = np.flatnonzero(np.bitwise_or.reduce(sums, axis=0) & ASIDE)
        if FEW * len(columns) < sums.shape[1]:
            y, x = np.nonzero(sums[:, columns] & ASIDE)
            return y * sums.shape[1] + columns[x]
        rows = slice(0, len(sums))
        np.bitwise_and(sums, ASIDE, out=self._bits[rows])
        # Truth values are searched ten times as fast as numbers.
        return np.flatnonzero(np.not_equal(self._bits[rows], 0, out=self._aside[rows]))

    def levels_of(self, sums: Entries, levels: Pixels) -> None:
        """Fill `levels` (h, W, 3) with what sums (h, W) stand for."""
        light = self._light[: len(sums)]
        cv2.cvtColor(sums.view(np.uint16).reshape(*sums.shape, 4), cv2.COLOR_BGRA2BGR, light)
        cv2.LUT(light, _levels_of_sums(), levels)


@dataclass(frozen=True, slots=True)
class Steps:
    """The range of a* or b* in one photograph, cut into 256 steps."""

    first: np.float32
    width: np.float32
    unit: np.float32
    """What one of a* or b* is in f(X) - f(Y) or f(Z) - f(Y)."""

    @classmethod
    def over(cls, plane: Plane, unit: np.float32) -> Steps:
        """Steps over all values of a small plane, and those that enlarging makes of them."""
        larger = cv2.resize(plane, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        low, high = min(plane.min(), larger.min()), max(plane.max(), larger.max())
        margin = (high - low) * np.float32(MARGIN) + np.float32(1e-3)
        return cls(low - margin, (high - low + 2 * margin) / np.float32(LEVELS - 1), unit)

    @property
    def farthest(self) -> np.float32:
        """The largest value, whatever its sign."""
        last = self.first + self.width * np.float32(LEVELS - 1)
        return np.maximum(abs(self.first), abs(last))

    def counted(self, plane: Plane) -> Plane:
        """Values as numbers of steps, with fractions."""
        return (plane - self.first) / self.width

    def value(self, counted: Plane) -> Plane:
        """What so many steps are in f(X) - f(Y) or f(Z) - f(Y)."""
        return (counted * self.width + self.first) * self.unit

    def values(self) -> Plane:
        """The same for each step."""
        return self.value(np.arange(LEVELS, dtype=np.float32))


def packed(numbers: Sequence[Plane]) -> NDArray[np.float64]:
    """Four planes of numbers as entries of 64 bits, in a row; `cv2.LUT` moves them as if they were floats."""
    entries = np.empty((*numbers[0].shape, 4), np.uint16)
    for place, plane in enumerate(numbers):
        entries[..., place] = np.rint(plane).astype(np.int32)
    return entries.view(np.float64).ravel()


@cache
def _levels_of_sums() -> NDArray[np.uint8]:
    """The sRGB level for each sum of two entries; anything for light outside 0..1."""
    sums = np.arange(1 << 16).astype(np.uint16).view(np.int16)  # black's is below zero
    light = (sums - OFFSET) / SCALE
    return np.rint(encoded(np.clip(light, 0, 1)) * 255).astype(np.uint8)
