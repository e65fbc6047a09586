"""CIEDE2000, the difference between two colours as eyes see it. Knows only Lab planes.

After Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula" (2005), whose names are kept. Hues are unit
vectors here instead of angles: their sum points to the mean hue, whichever way round is shorter, and the cosines
of its multiples follow without an inverse tangent, which alone would take as long as all the rest.
scikit-image's `deltaE_ciede2000`, ten times slower, is the oracle in the tests.
"""

import math
from typing import TypeAlias

import numpy as np

from lab_colorize.lab import Plane

Planes: TypeAlias = tuple[Plane, Plane, Plane]
"""L*, a* and b*, each (H, W) float32."""

_STRIP = 1 << 14  # pixels at a time: some twenty planes of them stay in a core's cache
_TINY = np.float32(1e-12)  # instead of a chroma of zero, whose hue then is no vector at all
_25_TO_7 = np.float32(25.0**7)


def ciede2000(one: Planes, other: Planes) -> Plane:
    """The difference (H, W) of each pixel, from 0 on; about 1 is the least that can be seen."""
    height, width = one[0].shape
    difference = np.empty((height, width), np.float32)
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = slice(top, top + rows)
        difference[strip] = _difference(_part(one, strip), _part(other, strip))
    return difference


def _part(planes: Planes, strip: slice) -> Planes:
    lightness, a, b = planes
    return lightness[strip], a[strip], b[strip]


def _difference(one: Planes, other: Planes) -> Plane:
    (l1, a1, b1), (l2, a2, b2) = one, other
    g = _g(np.sqrt(a1 * a1 + b1 * b1), np.sqrt(a2 * a2 + b2 * b2))
    a1, a2 = a1 * g, a2 * g  # a' from here on
    c1, c2 = np.sqrt(a1 * a1 + b1 * b1), np.sqrt(a2 * a2 + b2 * b2)
    c_mean = (c1 + c2) * np.float32(0.5)
    cos, sin = _mean_hue((a1, b1, c1), (a2, b2, c2))

    delta_c = c2 - c1
    chord = (a2 - a1) ** 2 + (b2 - b1) ** 2 - delta_c * delta_c  # what chroma leaves unexplained is hue
    delta_h = np.copysign(np.sqrt(np.maximum(chord, 0)), a1 * b2 - a2 * b1)

    of_l = (l2 - l1) / _s_l((l1 + l2) * np.float32(0.5))
    of_c = delta_c / (1 + np.float32(0.045) * c_mean)
    of_h = delta_h / (1 + np.float32(0.015) * c_mean * _t(cos, sin))
    square = of_l * of_l + of_c * of_c + of_h * of_h + _r_t(c_mean, cos, sin) * of_c * of_h
    difference: Plane = np.sqrt(np.maximum(square, 0))
    return difference


def _g(c1: Plane, c2: Plane) -> Plane:
    """1 + G: a* is stretched near the grey axis."""
    return np.float32(1.5) - np.float32(0.5) * _chroma_root((c1 + c2) * np.float32(0.5))


def _chroma_root(c: Plane) -> Plane:
    """The root of C^7 / (C^7 + 25^7)."""
    square = c * c
    seventh = square * square * square * c
    root: Plane = np.sqrt(seventh / (seventh + _25_TO_7))
    return root


def _mean_hue(one: Planes, other: Planes) -> tuple[Plane, Plane]:
    """Cosine and sine of the mean of two hues; a colour without chroma has no say."""
    (a1, b1, c1), (a2, b2, c2) = one, other
    w1, w2 = np.reciprocal(np.maximum(c1, _TINY)), np.reciprocal(np.maximum(c2, _TINY))
    x, y = a1 * w1 + a2 * w2, b1 * w1 + b2 * w2
    shorten = np.reciprocal(np.maximum(np.sqrt(x * x + y * y), _TINY))
    return x * shorten, y * shorten


def _s_l(l_mean: Plane) -> Plane:
    square = (l_mean - np.float32(50)) ** 2
    weight: Plane = 1 + np.float32(0.015) * square / np.sqrt(20 + square)
    return weight


def _t(cos: Plane, sin: Plane) -> Plane:
    """T = 1 - 0.17 cos(h - 30) + 0.24 cos 2h + 0.32 cos(3h + 6) - 0.20 cos(4h - 63)."""
    cos2, sin2 = 2 * cos * cos - 1, 2 * sin * cos
    cos3, sin3 = cos * cos2 - sin * sin2, sin * cos2 + cos * sin2
    cos4, sin4 = 2 * cos2 * cos2 - 1, 2 * sin2 * cos2
    return (
        1
        - _turned(cos, sin, 0.17, 30)
        + np.float32(0.24) * cos2
        + _turned(cos3, sin3, 0.32, -6)
        - _turned(cos4, sin4, 0.20, 63)
    )


def _turned(cos: Plane, sin: Plane, factor: float, degrees: float) -> Plane:
    """Factor times the cosine of an angle less `degrees`."""
    turn = math.radians(degrees)
    return np.float32(factor * math.cos(turn)) * cos + np.float32(factor * math.sin(turn)) * sin


def _r_t(c_mean: Plane, cos: Plane, sin: Plane) -> Plane:
    """The turn of the ellipses in the blue: 60 degrees at hue 275, less to both sides, by sines."""
    away = _angle_squared(1 - _turned(cos, sin, 1, 275))
    twice_theta = np.float32(math.radians(60)) * np.exp(away * np.float32(-1 / math.radians(25) ** 2))
    turned: Plane = np.float32(-2) * np.sin(twice_theta) * _chroma_root(c_mean)
    return turned


def _angle_squared(versine: Plane) -> Plane:
    """The square of an angle of that 1 - cosine: its series, exact to 1e-5 up to 45 degrees, more than is felt here."""
    square: Plane = versine * _SERIES[-1]
    for coefficient in _SERIES[-2::-1]:
        square += coefficient
        square *= versine
    return square


_SERIES = np.array([2, 1 / 3, 4 / 45, 1 / 35, 16 / 1575], np.float32)  # 4 arcsin²(sqrt(v / 2)) by powers of v
