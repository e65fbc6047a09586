"""What a network is given beside lightness. Plain NumPy; knows no Keras."""

import numpy as np

from lab_colorize.lab import Plane


def no_hints(lightness: Plane, fraction: int) -> Plane:
    """Hints (N, H / fraction, W / fraction, 3) that say nothing, for `lightness` (N, H, W, 1)."""
    count, height, width, _ = lightness.shape
    return np.zeros((count, height // fraction, width // fraction, 3), np.float32)
