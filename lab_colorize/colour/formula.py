"""Lab's formula, worked out for every pixel: right for every depth, and what the tables are held to."""

from __future__ import annotations

import cv2
import numpy as np

from lab_colorize.colour.enlarge import Enlarging
from lab_colorize.colour.gamut import within
from lab_colorize.colour.lab import DX, DZ, LIGHT_OF_XYZ, Pixels, Plane, cubed, f_of_y, levels_of_light
from lab_colorize.colour.lightness import Lightness
from lab_colorize.colour.product import product


class Formula:
    """One picture's way from lightness and colour planes to levels."""

    STRIP = 1 << 15  # pixels at a time: fewer, and the calls cost more than the work

    def __init__(self, lightness: Lightness, ab: Plane, pixels: Pixels, order: slice) -> None:
        """Of L* (H, W) and a*, b* (h, w, 2), to the depth of `pixels` (H, W, 3), to be filled in an `order`."""
        self._lightness = lightness
        self._colour = Enlarging([ab[..., 0] * DX, ab[..., 1] * DZ], lightness.shape)
        self._pixels = pixels
        self._order = order

    def strip(self, rows: slice) -> None:
        """Fill some rows."""
        levels = self._pixels[rows]
        fy = f_of_y(self._lightness[rows]).ravel()
        light = light_of(fy, *(plane.ravel() for plane in self._colour.rows(rows)))
        planes = levels_of_light(light, levels.dtype).reshape(3, *levels.shape[:2])
        cv2.merge(tuple(planes[self._order]), levels)

    def finish(self) -> None:
        """Nothing is left to do."""


def light_of(fy: Plane, dx: Plane, dz: Plane) -> Plane:
    """Linear R, G, B (3, N) within sRGB of f(Y), f(X) - f(Y) and f(Z) - f(Y)."""
    y = cubed(fy)
    light = product(LIGHT_OF_XYZ, np.stack([cubed(fy + dx), y, cubed(fy + dz)]))
    return within(light, y)
