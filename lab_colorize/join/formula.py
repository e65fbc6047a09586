"""Lab's formula, worked out for every pixel: right for every depth, and what the tables are held to."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.join.enlarge import Enlarging
from lab_colorize.join.gamut import DX, DZ, LIGHT_OF_XYZ, Colours, cubed, gathered, outside
from lab_colorize.lab import Pixels, Plane, levels_of_light
from lab_colorize.lightness import Lightness

TOGETHER = 1 << 12  # strays settled at a time: with fewer, calls cost more than work; more leave the cache


class Formula:
    """One picture's way from lightness and colour planes to levels."""

    STRIP = 1 << 15  # pixels at a time: fewer, and the calls cost more than the work

    def __init__(self, lightness: Lightness, ab: Plane, pixels: Pixels) -> None:
        """Of L* (H, W) and a*, b* (h, w, 2), to the depth of `pixels` (H, W, 3), which are to be filled."""
        self._lightness = lightness
        self._colour = Enlarging([ab[..., 0] * DX, ab[..., 1] * DZ], lightness.shape)
        self._pixels = pixels
        self._strays = Strays(pixels)

    def strip(self, rows: slice) -> None:
        """Fill some rows, save for colours outside sRGB, which are gathered."""
        fy = self._lightness[rows] * np.float32(1 / 116) + np.float32(16 / 116)
        dx, dz = self._colour.rows(rows)
        fy, dx, dz = fy.ravel(), dx.ravel(), dz.ravel()
        y = cubed(fy)
        light = LIGHT_OF_XYZ @ np.stack([cubed(fy + dx), y, cubed(fy + dz)])
        levels = self._pixels[rows]
        cv2.merge(tuple(levels_of_light(light, levels.dtype).reshape(3, *levels.shape[:2])), levels)
        places = outside(light)
        if len(places):
            colours = Colours(*(plane[places] for plane in (fy, y, dx, dz)))
            self._strays.take(places + rows.start * levels.shape[1], colours)

    def finish(self) -> None:
        """Fill what is still open."""
        self._strays.settle()


class Strays:
    """Pixels whose colours are outside sRGB, gathered over many strips because each call on them has its price."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels.reshape(-1, 3)
        self._places: list[NDArray[np.intp]] = []
        self._colours: list[Colours] = []

    def take(self, places: NDArray[np.intp], colours: Colours) -> None:
        """Gather pixels, counted along the rows of the picture; settle when there are many."""
        self._places.append(places)
        self._colours.append(colours)
        if sum(map(len, self._places)) >= TOGETHER:
            self.settle()

    def settle(self) -> None:
        """Bring the gathered colours to the surface of sRGB."""
        if not self._places:
            return
        places, colours = np.concatenate(self._places), gathered(self._colours)
        for start in range(0, len(places), TOGETHER):
            some = slice(start, start + TOGETHER)
            light = colours.among(some).within()
            self._pixels[places[some]] = levels_of_light(np.ascontiguousarray(light.T), self._pixels.dtype)
        self._places, self._colours = [], []
