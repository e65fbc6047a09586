"""Cb and Cr of the luma that is there, by Lab's formula: the colours keep within RGB, the luma stays what it is.

It is worked out at the size of the chroma planes, in strips that stay in the cache. Colours outside sRGB are mixed with
the grey of their own luma until they are inside, as for photographs, but along Cb and Cr.
"""

from __future__ import annotations

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
        dx, dz = (
            cv2.resize(np.ascontiguousarray(ab[..., index]) * step, (width, height), interpolation=cv2.INTER_LINEAR)
            for index, step in ((0, DX), (1, DZ))
        )
        blue, red = np.empty_like(luma), np.empty_like(luma)
        step = max(1, _STRIP // width)
        for top in range(0, height, step):
            rows = slice(top, top + step)
            self._strip(luma[rows], (dx[rows], dz[rows]), blue[rows], red[rows])
        return blue, red

    def _strip(self, luma: Pixels, steps: tuple[Plane, Plane], blue: Pixels, red: Pixels) -> None:
        light = _encoded_light(cv2.LUT(luma, self._f), *steps)
        own = cv2.scaleAdd(
            light[2], self._weights[2], cv2.addWeighted(light[0], self._weights[0], light[1], self._weights[1], 0)
        )
        r, b = cv2.subtract(light[0], own, dst=light[0]), cv2.subtract(light[2], own, dst=light[2])
        share = self._share_within(cv2.LUT(luma, self._signal.luma), r, b, own)
        for difference, half, plane in ((b, self._halves[1], blue), (r, self._halves[0], red)):
            self._levels(
                cv2.multiply(difference, share, scale=self._signal.chroma_levels / half, dst=difference), plane
            )

    def _levels(self, difference: Plane, plane: Pixels) -> None:
        """Fill a plane; what is within RGB is within the levels of Cb and Cr, but for the rounding of the highest."""
        kind = cv2.CV_8U if plane.dtype == np.uint8 else cv2.CV_16U
        cv2.add(difference, float(self._signal.neutral), dst=plane, dtype=kind)
        if self._signal.full:
            np.minimum(plane, 2 * self._signal.neutral - 1, out=plane)

    def _share_within(self, y: Plane, r: Plane, b: Plane, spare: Plane) -> Plane:
        """How much of a colour, R' - Y' and B' - Y', fits into RGB at its luma: 1 for all of it."""
        red, green, blue = self._weights
        g = cv2.addWeighted(r, -red / green, b, -blue / green, 0)
        most = cv2.max(cv2.max(cv2.max(r, g), b), _TINY)
        least = cv2.min(cv2.min(cv2.min(r, g, dst=g), b, dst=g), -_TINY, dst=g)
        room_below = cv2.divide(y, least, scale=-1, dst=spare)
        room_above = cv2.divide(cv2.subtract(1.0, y, dst=y), most, dst=most)
        return cv2.min(cv2.min(room_above, room_below, dst=room_above), 1.0, dst=room_above)


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
