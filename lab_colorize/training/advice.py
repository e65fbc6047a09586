"""Hints as people give them, drawn from a photograph whose colours are known.

Half of the crops come without, so that a network that takes hints does not come to need them. The others come with one
to a hundred, few as often as many: a point, a dab, and now and then most of the picture.
"""

import numpy as np

from lab_colorize.colour.lab import AB_SCALE, Plane

MOST = 100
LARGEST = 5  # cells on a side of a dab
DENSE = 0.05  # share of hinted crops of which most is told
JITTER = 2.0  # units of a/b by which people miss the colour they mean
ELSEWHERE = 0.4  # chance that who points at one thing has pointed at others
OTHERS = 5  # at most so many of them


def some_of(ab: Plane, chance: float, rng: np.random.Generator) -> Plane:
    """Hints (h, w, 3) for true `ab` (h, w, 2), all zero for those that are to come without."""
    hints = np.zeros((*ab.shape[:2], 3), np.float32)
    if rng.random() >= chance:
        return hints
    if rng.random() < DENSE:
        told = rng.random(ab.shape[:2]) < rng.uniform(0.05, 1)
        hints[told] = np.concatenate([ab[told], np.ones((told.sum(), 1), np.float32)], axis=1)
        return hints
    for _ in range(round(np.exp(rng.uniform(0, np.log(MOST))))):
        _dab(hints, ab, rng)
    return hints


def one_there(ab: Plane, place: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Hints (h, w, 3) for true `ab` (h, w, 2): a dab at `place`, (y, x), and now and then some elsewhere."""
    hints = np.zeros((*ab.shape[:2], 3), np.float32)
    if rng.random() < ELSEWHERE:
        for _ in range(rng.integers(1, OTHERS + 1)):
            _dab(hints, ab, rng)
    y, x = place
    reach = rng.integers(2)
    _tell(hints, ab, np.s_[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1], rng)
    return hints


def _dab(hints: Plane, ab: Plane, rng: np.random.Generator) -> None:
    """One square at random."""
    height, width = ab.shape[:2]
    side = min(rng.geometric(0.5), LARGEST, height, width)
    top, left = rng.integers(height - side + 1), rng.integers(width - side + 1)
    _tell(hints, ab, np.s_[top : top + side, left : left + side], rng)


def _tell(hints: Plane, ab: Plane, place: tuple[slice, slice], rng: np.random.Generator) -> None:
    """The mean colour of a place, missed a little."""
    colour = ab[place].mean(axis=(0, 1)) + rng.normal(0, JITTER / AB_SCALE, 2)
    hints[place] = (*np.clip(colour, -1, 1), 1)
