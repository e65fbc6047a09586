"""The edge of sRGB: how far chroma may go at a given lightness and hue. Works on lists of colours, not on pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab_colorize.lab import KNEE, XYZ_TO_RGB, Plane

SLACK = 2e-6  # what rounding may leave outside 0..1: an eighth of a 16-bit level of light
ROUNDS = 2  # of correction by proportion; nearly all colours are at the surface then
HALVINGS = 14  # for the rest; 2**-14 of any chroma is far below one level
CLOSE = 0.002  # of chroma, relative to its own: a fifth of a unit of a colour of 100
TINY = np.float32(1e-9)
DX, DZ = np.float32(1 / 500), np.float32(-1 / 200)  # a* and b* as f(X) - f(Y) and f(Z) - f(Y)
LIGHT_OF_XYZ = XYZ_TO_RGB.astype(np.float32)


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

    def light(self, factor: Plane | np.float32) -> Plane:
        """Linear R, G, B (3, N), chroma scaled by `factor`; outside 0..1 where the colour is outside sRGB."""
        x, z = cubed(self.fy + self.dx * factor), cubed(self.fy + self.dz * factor)
        return LIGHT_OF_XYZ @ np.stack([x, self.luminance, z])

    def within(self) -> Plane:
        """Linear R, G, B (3, N) within 0..1; colours outside sRGB are brought to its surface."""
        light = self.light(np.float32(1))
        out = outside(light)
        if len(out):
            rest = self.among(out)
            light[:, out] = rest.at_the_surface(rest.further_of(light[:, out]), ROUNDS)
        return light

    def at_the_surface(self, factor: Plane, rounds: int) -> Plane:
        """Light of colours whose chroma is to be scaled by about `factor`.

        Y is a mean of R, G and B, so it lies between the least and the greatest. Were light linear in chroma, the
        factor would be Y / (Y - least) or (1 - Y) / (greatest - Y). Near black, where most of them are, it is;
        elsewhere nearly, so doing that again gets there, but for a few near the corners of the cube, found by halving.
        """
        light = self.light(factor)
        further = self.further_of(light)
        some = factor > TINY  # black and white have no chroma to lose
        wrong = np.flatnonzero((np.abs(further - 1) > CLOSE) & some)
        if len(wrong):
            rest = self.among(wrong)
            nearer = (factor * further)[wrong]
            light[:, wrong] = rest.at_the_surface(nearer, rounds - 1) if rounds else rest.light(rest.halved())
        return np.clip(light, 0, 1)

    def further_of(self, light: Plane) -> Plane:
        """By what the chroma of `light` would have to be multiplied if light were linear in it."""
        red, green, blue = light
        least, greatest = np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)
        below = self.luminance / np.maximum(self.luminance - least, TINY)
        above = (1 - self.luminance) / np.maximum(greatest - self.luminance, TINY)
        return np.maximum(np.minimum(below, above), 0)

    def halved(self) -> Plane:
        """The factor, found without any trust in proportions."""
        inside, outside = np.zeros_like(self.fy), np.ones_like(self.fy)
        for _ in range(HALVINGS):
            middle = (inside + outside) * np.float32(0.5)
            good = self.further_of(self.light(middle)) >= 1
            inside, outside = np.where(good, middle, inside), np.where(good, outside, middle)
        return inside

    def among(self, chosen: NDArray[Any] | slice) -> Colours:
        """Some of them."""
        return Colours(self.fy[chosen], self.luminance[chosen], self.dx[chosen], self.dz[chosen])


def outside(light: Plane) -> NDArray[np.intp]:
    """Which columns of light (3, N) are no colour of sRGB."""
    if light.min() >= -SLACK and light.max() <= 1 + SLACK:
        return np.empty(0, np.intp)
    return np.flatnonzero(((light < -SLACK) | (light > 1 + SLACK)).any(axis=0))


def gathered(colours: Sequence[Colours]) -> Colours:
    """Several lists of colours as one."""
    return Colours(*(np.concatenate([getattr(each, plane) for each in colours]) for plane in Colours.__slots__))


def cubed(f: Plane) -> Plane:
    """CIE's inverse of f: the cube, and below the knee the line that touches it."""
    upper = np.maximum(f, np.float32(KNEE))
    lower = f - upper
    cube = upper * upper
    cube *= upper
    lower *= np.float32(3 * KNEE**2)
    cube += lower
    return cube
