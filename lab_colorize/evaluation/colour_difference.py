"""CIEDE2000, the difference between two colours as eyes see it. Knows only Lab planes.

After Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula" (2005), whose names are kept. What depends on
one chroma or one hue alone is looked up in tables of 65,536 entries. The mean hue is that of the sum of both hues as
vectors, whichever way round is shorter. scikit-image's `deltaE_ciede2000`, some thirty times slower, is the oracle
in the tests.
"""

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.lab import Plane
from lab_colorize.evaluation.bench import Bench

Planes: TypeAlias = tuple[Plane, Plane, Plane]
"""L*, a* and b*, each (H, W) float32."""

_ENTRIES = 65536
_TOP = 2 * 180.0  # two chromas together; sRGB reaches 2 x 134, Lab planes from elsewhere may go beyond
_TO_CHROMA = np.float32((_ENTRIES - 1) / _TOP)
_TO_HUE = np.float32((_ENTRIES - 1) / 360)


@dataclass(frozen=True, slots=True)
class _Tables:
    """What there is to look up: entry i stands for values from i to i + 1 of the scales above."""

    g: Plane
    """1 + G by the sum of both chromas"""
    r_c: Plane
    """by the sum of both chromas"""
    t: Plane
    """0.015 T / 2 by the mean hue: S_H - 1 for a sum of chromas of one"""
    minus_sin: Plane
    """-sin(2 theta) by the mean hue"""


@cache
def _tables() -> _Tables:
    middles = (np.arange(_ENTRIES) + 0.5) / _ENTRIES
    c_mean, hue = middles * _TOP / 2, _true_hues(middles * 360)
    root = np.sqrt(c_mean**7 / (c_mean**7 + 25.0**7))
    terms = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    t = 1 + np.sum([factor * np.cos(np.radians(multiple * hue + turn)) for factor, multiple, turn in terms], axis=0)
    theta = np.radians(30) * np.exp(-(((hue - 275) / 25) ** 2))
    tables = (1.5 - 0.5 * root, 2 * root, 0.015 / 2 * t, -np.sin(2 * theta))
    return _Tables(*(table.astype(np.float32) for table in tables))


def _true_hues(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """What OpenCV gives as these angles: it errs by up to 0.01 degree, always in the same way."""
    true = np.linspace(0, 360, 4 * _ENTRIES, endpoint=False)
    radians = np.radians(true)
    given = cv2.phase(np.cos(radians), np.sin(radians), angleInDegrees=True).ravel()
    return np.interp(degrees, np.maximum.accumulate(given), true)


class ColourDifference:
    """Compares planes, on a bench. Not for sharing between threads; an answer is good until the next call."""

    def __init__(self) -> None:
        self._bench, self._index = Bench(8), Bench(1, np.uint16)
        self._tables = _tables()

    def between(self, one: Planes, other: Planes) -> Plane:
        """The difference (H, W) of each pixel, from 0 on; about 1 is the least that can be seen."""
        (l1, a1, b1), (l2, a2, b2) = one, other
        p, q, a1_, a2_, c1, c2, x, y = self._bench.arrays(l1.shape)
        c_sum = np.add(cv2.magnitude(a1, b1, c1), cv2.magnitude(a2, b2, c2), out=p)
        g = self._looked_up(self._tables.g, c_sum, _TO_CHROMA, q)
        a1, a2 = np.multiply(a1, g, out=a1_), np.multiply(a2, g, out=a2_)  # a' from here on
        c1, c2 = cv2.magnitude(a1, b1, c1), cv2.magnitude(a2, b2, c2)

        x = np.add(np.multiply(a1, c2, out=x), np.multiply(a2, c1, out=p), out=x)
        y = np.add(np.multiply(b1, c2, out=y), np.multiply(b2, c1, out=p), out=y)
        hue = cv2.phase(x, y, q, angleInDegrees=True)
        t = self._looked_up(self._tables.t, hue, _TO_HUE, x)
        r = self._looked_up(self._tables.minus_sin, hue, _TO_HUE, y)

        turn = np.subtract(np.multiply(a1, b2, out=p), np.multiply(a2, b1, out=q), out=p)
        delta_a, delta_b = np.subtract(a2, a1, out=a1), np.subtract(b2, b1, out=a2)
        c_sum, delta_c = np.add(c1, c2, out=q), np.subtract(c2, c1, out=c2)
        delta_h = np.copysign(_explained_by_hue(delta_a, delta_b, delta_c, c1), turn, out=p)

        r *= self._looked_up(self._tables.r_c, c_sum, _TO_CHROMA, c1)
        t *= c_sum
        t += np.float32(1)
        delta_h /= t  # S_H
        delta_c /= _s_c(c_sum, c_sum)
        r *= delta_c
        r += delta_h
        r *= delta_h
        delta_c *= delta_c
        r += delta_c
        r += _l_squared(l1, l2, p, q)
        return cv2.sqrt(np.maximum(r, 0, out=r), r)

    def to_grey(self, one: Planes, lightness: Plane) -> Plane:
        """As `between`, for a grey of this L* (H, W): its hue is none and its chroma zero, so most terms fall away."""
        l1, a1, b1 = one
        p, q, c1, *_ = self._bench.arrays(l1.shape)
        g = self._looked_up(self._tables.g, cv2.magnitude(a1, b1, c1), _TO_CHROMA, q)
        delta_c = cv2.magnitude(np.multiply(a1, g, out=q), b1, c1)
        delta_c /= _s_c(delta_c, p)
        delta_c *= delta_c
        delta_c += _l_squared(l1, lightness, p, q)
        return cv2.sqrt(delta_c, delta_c)

    def _looked_up(self, table: Plane, values: Plane, scale: np.float32, out: Plane) -> Plane:
        (index,) = self._index.arrays(values.shape)
        np.multiply(values, scale, out=index, casting="unsafe")
        return cv2.LUT(index, table, out)


def _explained_by_hue(delta_a: Plane, delta_b: Plane, delta_c: Plane, spare: Plane) -> Plane:
    """The size of Delta H': what chroma leaves of the distance. The first two planes are used up."""
    delta_a *= delta_a
    delta_b *= delta_b
    delta_a += delta_b
    delta_a -= np.multiply(delta_c, delta_c, out=spare)
    return cv2.sqrt(np.maximum(delta_a, 0, out=delta_a), delta_a)


def _s_c(c_sum: Plane, out: Plane) -> Plane:
    weight: Plane = np.multiply(c_sum, np.float32(0.045 / 2), out=out)
    weight += np.float32(1)
    return weight


def _l_squared(l1: Plane, l2: Plane, out: Plane, spare: Plane) -> Plane:
    """The square of the difference of L* over S_L."""
    square = np.add(l1, l2, out=spare)
    square -= np.float32(100)
    square *= square  # four times that of the mean's distance from 50
    root = cv2.sqrt(np.add(square, np.float32(80), out=out), out)
    square /= root
    square *= np.float32(0.015 / 2)
    square += np.float32(1)  # S_L
    difference = np.subtract(l1, l2, out=out)
    difference /= square
    difference *= difference
    return difference
