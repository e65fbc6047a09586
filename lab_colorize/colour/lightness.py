"""The lightness of a photograph's pixels, through the ICC profile that came with them. Decodes no file.

Lightness is worked out where it is wanted, some rows at a time: as floats for every pixel of a scan it would take
four times the scan's own memory, and more time than decoding it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour import icc, lab
from lab_colorize.colour.lab import Pixels, Plane

FINER = 2  # how many times as large as what is asked for the picture still is when levels have been averaged


class Lightness(Protocol):
    """L* of every pixel of a picture; an array (H, W) of L* is one too."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Height and width."""

    def __getitem__(self, rows: slice, /) -> Plane:
        """L* (h, W) in 0..100 of some rows."""


@dataclass(frozen=True, slots=True)
class Grey:
    """L* of a grey scan: its levels (H, W), and what each of them stands for."""

    pixels: Pixels
    table: Plane

    @property
    def shape(self) -> tuple[int, ...]:
        """Height and width."""
        return self.pixels.shape

    def __getitem__(self, rows: slice) -> Plane:
        """L* of some rows."""
        return np.asarray(cv2.LUT(self.pixels[rows], self.table))


@dataclass(frozen=True, slots=True)
class Toned:
    """L* of a picture of three channels (H, W, 3): the share that each level of each channel adds to luminance."""

    pixels: Pixels
    shares: Sequence[Plane]

    @property
    def shape(self) -> tuple[int, ...]:
        """Height and width."""
        return self.pixels.shape[:2]

    def __getitem__(self, rows: slice) -> Plane:
        """L* of some rows."""
        channels = [cv2.LUT(self.pixels[rows, :, channel], self.shares[channel]) for channel in range(3)]
        return lab.lightness_of_luminance(channels[0] + channels[1] + channels[2])


def lightness_through(pixels: Pixels, profile: bytes | None = None) -> Grey | Toned:
    """The lightness of grey or RGB pixels; without a profile, or with one that makes no sense, as sRGB."""
    if pixels.ndim == 2:
        curve = icc.grey_curve(profile) if profile else None
        plain = lab.lightness_table(pixels.dtype)
        return Grey(pixels, plain if curve is None else lab.lightness_of_luminance(curve(_levels(pixels.dtype))))
    found = icc.rgb_to_xyz(profile) if profile else None
    if found is None:
        return Toned(pixels, [lab.light_table(pixels.dtype) * np.float32(share) for share in lab.RGB_TO_XYZ[1]])
    shares = found.matrix[1] / found.matrix[1].sum()  # the row of Y: white is 1, whatever the profile's rounding
    curves = zip(found.curves, shares, strict=True)
    return Toned(pixels, [(curve(_levels(pixels.dtype)) * share).astype(np.float32) for curve, share in curves])


def light_through(profile: bytes | None) -> Plane:
    """The light in 0..1 of every level of an 8-bit grey scan; without a curve in its profile, sRGB's."""
    curve = icc.grey_curve(profile) if profile else None
    return lab.light_table(np.dtype(np.uint8)) if curve is None else curve(_levels(np.uint8)).astype(np.float32)


def _levels(depth: Any) -> NDArray[np.float64]:
    """Every level that pixels of this depth may have, in 0..1."""
    top = np.iinfo(depth).max
    return np.arange(top + 1) / top


def shrunk(lightness: Lightness, width: int, height: int) -> Plane:
    """L* averaged over areas, for a network to look at.

    Of a scan much larger than that, levels are averaged first, in blocks of some pixels: they follow lightness nearly,
    and it takes a tenth of the time.
    """
    if isinstance(lightness, Grey | Toned):
        times = min(lightness.shape[1] / width, lightness.shape[0] / height) / FINER
        lightness = _halved(lightness, int(math.log2(max(times, 1))))
    whole = lightness[slice(None)]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))


def _halved(lightness: Grey | Toned, times: int) -> Grey | Toned:
    """A picture half as wide and high, so many times over: two by two pixels are what OpenCV averages fastest.

    Pixels at the edges that fill no block are left out, fewer than a block and as many on either side.
    """
    block = 2**times
    top, left = (length % block // 2 for length in lightness.shape)
    height, width = (length // block * block for length in lightness.shape)
    pixels = lightness.pixels[top : top + height, left : left + width]
    for _ in range(times):
        size = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return replace(lightness, pixels=pixels)
