"""The edge of sRGB: how far chroma may go at a given lightness and hue. Works on lists of colours, not on pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab_colorize.lab import KNEE, XYZ_TO_RGB, Plane

SLACK = 2e-6  # what rounding may leave outside 0..1: an eighth of a 16-bit level of light
ROUNDS = 2  # of chroma reduction by proportion; nearly all colours are at the surface then
HALVINGS = 14  # for the rest; 2**-14 of any chroma is far below one level
CLOSE = 0.002  # of chroma, relative to its own: a fifth of a unit of a colour of 100
TINY = np.float32(1e-9)


@dataclass(frozen=True, slots=True)
class Colours:
    """N colours in the terms of Lab's formula, each plane (N,)."""

    fy: Plane
    """f(Y), which is lightness."""
    luminance: Plane
    """Y"""
    dx: Plane
    """f(X) - f(Y), which is a*."""
    dz: Plane
    """f(Z) - f(Y), which is b*."""

    def light(self, factor: Plane) -> Plane:
        """Linear R, G, B (N, 3), chroma scaled by `factor`; outside 0..1 where the colour is outside sRGB."""
        x, z = cubed(self.fy + self.dx * factor), cubed(self.fy + self.dz * factor)
        return np.stack([x, self.luminance, z], axis=-1) @ XYZ_TO_RGB.T.astype(np.float32)

    def light_at_the_surface(self) -> Plane:
        """Linear R, G, B (N, 3) within 0..1 of colours outside sRGB, brought to its surface."""
        return np.clip(self.light(self.greatest_factor()), 0, 1)

    def greatest_factor(self) -> Plane:
        """The factor on chroma that brings colours that are outside of sRGB to its surface.

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
            factor[strays] = self._among(strays).halved(inside[strays], outside[strays])
        return factor

    def _further(self, factor: Plane) -> Plane:
        """By what chroma, already scaled by `factor`, would have to be multiplied if light were linear in it."""
        light = self.light(factor)
        least = np.minimum(np.minimum(light[:, 0], light[:, 1]), light[:, 2])
        greatest = np.maximum(np.maximum(light[:, 0], light[:, 1]), light[:, 2])
        below = self.luminance / np.maximum(self.luminance - least, TINY)
        above = (1 - self.luminance) / np.maximum(greatest - self.luminance, TINY)
        return np.minimum(below, above)

    def halved(self, inside: Plane, outside: Plane) -> Plane:
        """The factor between one known to be inside and one known to be outside."""
        for _ in range(HALVINGS):
            middle = (inside + outside) * np.float32(0.5)
            good = self._further(middle) >= 1
            inside, outside = np.where(good, middle, inside), np.where(good, outside, middle)
        return inside

    def _among(self, chosen: NDArray[np.bool_]) -> Colours:
        return Colours(self.fy[chosen], self.luminance[chosen], self.dx[chosen], self.dz[chosen])


def gathered(colours: Sequence[Colours]) -> Colours:
    """Several lists of colours as one."""
    return Colours(*(np.concatenate([getattr(each, plane) for each in colours]) for plane in Colours.__slots__))


def cubed(f: Plane, out: Plane | None = None) -> Plane:
    """CIE's inverse of f: the cube, and below the knee the line that touches it."""
    cube = np.multiply(f, f, out=out)
    cube *= f
    if f.min(initial=1) < KNEE:
        np.copyto(cube, (f - np.float32(4 / 29)) * np.float32(3 * KNEE**2), where=f < np.float32(KNEE))
    return cube
