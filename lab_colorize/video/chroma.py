"""Cb and Cr of the luma that is there, by Lab's formula: the colours keep within RGB, the luma stays what it is.

It is worked out at the size of the chroma planes, in strips that stay in the cache. Colours outside sRGB are mixed with
the grey of their own luma until they are inside, as for photographs, but along Cb and Cr.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.lab import DX, DZ, XYZ_TO_RGB, Pixels, Plane, encoded, f_of_y
from lab_colorize.video.signal import Signal

_STRIP = 1 << 15  # pixels at a time
_TOP = 65535  # light is looked up in 16 bits; what is outside 0..1 saturates
_TINY = 1e-6


class Chroma:
    """The colour planes of one signal."""

    def __init__(self, signal: Signal) -> None:
        red, blue = signal.red, signal.blue
        self._signal = signal
        self._f = f_of_y(signal.lightness)
        self._weights = (red, 1 - red - blue, blue)
        self._halves = (2 * (1 - red), 2 * (1 - blue))  # R' - Y' is the first times Cr, B' - Y' the second times Cb

    def planes(self, luma: Pixels, ab: Plane) -> tuple[Pixels, Pixels]:
        """Cb and Cr (h, w) for luma levels (h, w), of a*, b* (any, any, 2) that are enlarged to it."""
        height, width = luma.shape
        wide = cv2.resize(ab * np.array([DX, DZ], np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        blue, red = np.empty_like(luma), np.empty_like(luma)
        step = max(1, _STRIP // width)
        for top in range(0, height, step):
            rows = slice(top, top + step)
            self._strip(luma[rows], cv2.split(wide[rows]), blue[rows], red[rows])
        return blue, red

    def _strip(self, luma: Pixels, steps: Sequence[Plane], blue: Pixels, red: Pixels) -> None:
        signal = self._signal
        dx, dz = steps
        y = cv2.LUT(luma, signal.luma)
        reds, _, blues = light = _encoded_light(cv2.LUT(luma, self._f), dx, dz)
        own = cv2.transform(cv2.merge(light), np.array([self._weights], np.float32))
        cr = cv2.multiply(cv2.subtract(reds, own), 1 / self._halves[0])
        cb = cv2.multiply(cv2.subtract(blues, own), 1 / self._halves[1])
        share = cv2.multiply(self._share_within(y, cb, cr), signal.chroma_levels)
        kind = cv2.CV_8U if luma.dtype == np.uint8 else cv2.CV_16U
        for difference, plane in ((cb, blue), (cr, red)):
            scaled = cv2.multiply(difference, share, dst=difference)
            plane[...] = np.clip(cv2.add(scaled, float(signal.neutral), dtype=kind), *self._limits)

    @property
    def _limits(self) -> tuple[int, int]:
        signal = self._signal
        if signal.full:
            return 0, (1 << signal.bits) - 1
        return 16 << (signal.bits - 8), 240 << (signal.bits - 8)

    def _share_within(self, y: Plane, cb: Plane, cr: Plane) -> Plane:
        """How much of a colour fits into RGB at its luma: 1 for all of it."""
        red, green, blue = self._weights
        r, b = cv2.multiply(cr, self._halves[0]), cv2.multiply(cb, self._halves[1])
        g = cv2.addWeighted(r, -red / green, b, -blue / green, 0)
        most = cv2.max(cv2.max(r, g), cv2.max(b, _TINY))
        least = cv2.max(cv2.multiply(cv2.min(cv2.min(r, g), b), -1), _TINY)
        return cv2.min(cv2.min(cv2.divide(cv2.subtract(1.0, y), most), cv2.divide(y, least)), 1.0)


def _encoded_light(f: Plane, dx: Plane, dz: Plane) -> list[Plane]:
    """R', G', B' in 0..1 of f(Y), f(X) - f(Y) and f(Z) - f(Y); each channel is cut off at the edge of sRGB."""
    xyz = [_cubed(cv2.add(f, dx)), _cubed(f), _cubed(cv2.add(f, dz))]
    return [cv2.LUT(_mixed(xyz, row), _curve()) for row in XYZ_TO_RGB * _TOP]


def _cubed(f: Plane) -> Plane:
    return cv2.multiply(cv2.multiply(f, f), f)


def _mixed(xyz: list[Plane], row: NDArray[np.float64]) -> NDArray[np.uint16]:
    x, y, z = (float(share) for share in row)
    both = cv2.addWeighted(xyz[0], x, xyz[2], z, 0)
    return cv2.addWeighted(both, 1, xyz[1], y, 0, dtype=cv2.CV_16U)


@cache
def _curve() -> Plane:
    """SRGB's curve over light of 16 bits."""
    return encoded(np.arange(_TOP + 1) / _TOP).astype(np.float32)
