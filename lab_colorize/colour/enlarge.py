"""Small colour planes brought to a picture's full size, some rows at a time. Bicubic, as OpenCV does it in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from lab_colorize.colour.lab import Plane
from lab_colorize.colour.product import product

TAPS = 2  # rows on either side that bicubic interpolation reaches


class Enlarging:
    """Planes (h, w) on their way to (H, W): widened at once, heightened row by row through a matrix."""

    def __init__(self, planes: Sequence[Plane], shape: tuple[int, ...]) -> None:
        """All `planes` have one size."""
        height, width = shape
        self._small = planes[0].shape[0]
        self._height = height
        self.wide = [_resized(np.ascontiguousarray(plane), (width, self._small)) for plane in planes]
        self._heighten = _resized(np.eye(self._small, dtype=np.float32), (self._small, height))

    def rows(self, rows: slice) -> list[Plane]:
        """Some rows of each plane at full size."""
        near = _rows_near(rows, self._small, self._height)
        weights = np.ascontiguousarray(self._heighten[rows, near])
        return [product(weights, wide[near]) for wide in self.wide]


def _resized(plane: Plane, size: tuple[int, int]) -> Any:
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
