"""What a network is called with: lightness, and for those that take hints, hints. Plain NumPy; knows no Keras."""

import numpy as np

from lab_colorize.colour.lab import Plane


def given(lightness: Plane, fraction: int, hints: Plane | None = None) -> Plane | list[Plane]:
    """`lightness` (N, H, W, 1) as a network takes it whose row has `fraction` for hints; without hints, blank ones."""
    if not fraction:
        return lightness
    return [lightness, no_hints(lightness, fraction) if hints is None else hints]


def no_hints(lightness: Plane, fraction: int) -> Plane:
    """Hints (N, H / fraction, W / fraction, 3) that say nothing, for `lightness` (N, H, W, 1)."""
    count, height, width, _ = lightness.shape
    return np.zeros((count, height // fraction, width // fraction, 3), np.float32)
