"""Answers held to their hints: what a network leaves over at a hint is made up for there and close around it.

A network weighs what it was told against what it sees, and at the hint itself it should not.
"""

import numpy as np

from lab_colorize.colour.lab import AB_SCALE, Plane

NEAR = 5.0  # cells within which it is made up for, as of a bell curve
ALIKE = 6.0  # levels of L* by which places still look alike, in the same sense
REACH = round(2 * NEAR)  # cells; beyond, little is left of the curve


def held_to(hints: Plane, ab: Plane, lightness: Plane) -> Plane:
    """`ab` (h, w, 2) with the colours of `hints` (h, w, 3) where those are, and as far around as `lightness` is alike.

    Where several are near, each counts for as much as it is near and alike.
    """
    height, width = lightness.shape
    left = hints[..., :2] * np.float32(AB_SCALE) - ab
    sums = np.zeros((height, width, 3), np.float32)
    most = np.zeros((height, width), np.float32)
    for y, x in np.argwhere(hints[..., 2] > 0):
        around = np.s_[max(0, y - REACH) : min(height, y + REACH + 1), max(0, x - REACH) : min(width, x + REACH + 1)]
        down, across = np.ogrid[around]
        far = ((down - y) ** 2 + (across - x) ** 2) / NEAR**2 + ((lightness[around] - lightness[y, x]) / ALIKE) ** 2
        weight = np.exp(-far / 2).astype(np.float32)
        sums[around] += weight[..., None] * np.append(left[y, x], 1)
        np.maximum(most[around], weight, out=most[around])
    return ab + (sums[..., :2] / np.maximum(sums[..., 2:], np.float32(1e-6)) * most[..., None]).astype(np.float32)
