"""Levels of film: what luma of a matrix, range and depth stands for. Knows arrays only, no frames and no containers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lab_colorize.colour.lab import Plane, lightness_of_luminance, linear

BT601, BT709, BT2020 = (0.299, 0.114), (0.2126, 0.0722), (0.2627, 0.0593)  # the shares of red and blue in luma


@dataclass(frozen=True)
class Signal:
    """How levels stand for a picture: Y'CbCr of so many bits, in the limited range of television or the full one."""

    red: float
    """Share of red in luma."""
    blue: float
    full: bool
    bits: int

    @property
    def neutral(self) -> int:
        """The level of Cb and Cr that is no colour."""
        return 1 << (self.bits - 1)

    @property
    def black(self) -> float:
        """The level of black."""
        return 0.0 if self.full else 16.0 * (1 << (self.bits - 8))

    @property
    def luma_levels(self) -> float:
        """Levels from black to white."""
        return float((1 << self.bits) - 1) if self.full else 219.0 * (1 << (self.bits - 8))

    @property
    def chroma_levels(self) -> float:
        """Levels between the extremes of Cb and Cr."""
        return float((1 << self.bits) - 1) if self.full else 224.0 * (1 << (self.bits - 8))

    @cached_property
    def luma(self) -> Plane:
        """Luma in 0..1 of every level that a plane's dtype can hold; beyond black and white is black and white."""
        entries = 256 if self.bits == 8 else 65536
        return np.clip((np.arange(entries) - self.black) / self.luma_levels, 0, 1).astype(np.float32)

    @cached_property
    def lightness(self) -> Plane:
        """L* in 0..100 of every level, luma taken for an sRGB grey as it is for photographs."""
        return lightness_of_luminance(linear(self.luma).astype(np.float32))
