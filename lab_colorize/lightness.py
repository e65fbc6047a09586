"""The lightness of a photograph's pixels, through the ICC profile that came with them. Decodes no file."""

from __future__ import annotations

import numpy as np

from lab_colorize import icc, lab
from lab_colorize.lab import Pixels, Plane


def lightness_through(pixels: Pixels, profile: bytes | None) -> Plane:
    """L* (H, W) in 0..100 of grey or RGB pixels; without a profile, or with one that makes no sense, as sRGB."""
    if profile is None:
        return lab.lightness_of(pixels)
    levels = np.arange(np.iinfo(pixels.dtype).max + 1) / np.iinfo(pixels.dtype).max
    if pixels.ndim == 2:
        curve = icc.grey_curve(profile)
        return lab.lightness_of(pixels) if curve is None else lab.lightness_of_luminance(curve(levels))[pixels]
    found = icc.rgb_to_xyz(profile)
    if found is None:
        return lab.lightness_of(pixels)
    shares = found.matrix[1] / found.matrix[1].sum()  # the row of Y: white is 1, whatever the profile's rounding
    tables = [(curve(levels) * share).astype(np.float32) for curve, share in zip(found.curves, shares, strict=True)]
    luminance = tables[0][pixels[..., 0]] + tables[1][pixels[..., 1]] + tables[2][pixels[..., 2]]
    return lab.lightness_of_luminance(luminance)
