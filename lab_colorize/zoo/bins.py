"""The 313 colour bins of the classifying networks: where they lie, and how a colour is written in them.

Bins are points of a 10-unit grid over a* and b*, after Zhang et al. (2016), who speak of 313 without saying which.
Our rule: a grid point is a bin if some sRGB colour lies within 13.5 units of it, L* disregarded. Colours are sampled on
the faces of the RGB cube, whose a* and b* are those of the whole, at every fifth of 256 levels (0, 5, ..., 255). Any
reach from 13.35 to 13.70 gives the same 313. The points just outside the gamut are wanted: without them no mixture
of bins could reach the colours at its edge. The result is kept here as data; a test finds it again by the rule.
Plain NumPy; knows no Keras.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.lab import AB_SCALE, Plane

GRID = 10  # units of a* and b* between bins
REACH = 13.5  # units that a bin may be away from the nearest colour that sRGB has
NEIGHBOURS = 5  # bins that share a colour when it is written softly
SIGMA = 5.0  # units; how fast a bin's share falls with its distance

# a*: lowest and highest b*; there are no gaps between.
B_RANGES = {
    -90: (50, 90),
    -80: (20, 90),
    -70: (0, 90),
    -60: (-20, 100),
    -50: (-30, 100),
    -40: (-40, 100),
    -30: (-40, 100),
    -20: (-50, 100),
    -10: (-60, 100),
    0: (-70, 100),
    10: (-80, 90),
    20: (-80, 90),
    30: (-90, 90),
    40: (-100, 80),
    50: (-100, 80),
    60: (-110, 80),
    70: (-110, 80),
    80: (-120, 80),
    90: (-110, 70),
    100: (-80, -10),
    110: (-60, -60),
}

BINS: NDArray[np.float32] = np.array(
    [(a, b) for a, (low, high) in B_RANGES.items() for b in range(low, high + GRID, GRID)], np.float32
)
"""a* and b* (313, 2) of each bin in Lab units, ordered by a*, then b*."""
BINS.setflags(write=False)


def softly_encoded(ab: Plane) -> Plane:
    """Colours (..., 2) in [-1, 1] as shares (..., 313) of their five nearest bins: Gaussian, summing to one."""
    units = np.clip(ab, -1, 1).reshape(-1, 2) * np.float32(AB_SCALE)
    chosen = _nearest_bins()[*(np.rint(units).astype(np.intp) + int(AB_SCALE)).T]
    squared = np.square(BINS[chosen] - units[:, None]).sum(axis=-1)
    squared -= squared.min(axis=-1, keepdims=True)  # a colour no camera saw may be far from all bins
    shares = np.exp(squared / np.float32(-2 * SIGMA**2))
    shares /= shares.sum(axis=-1, keepdims=True)
    encoded = np.zeros((len(units), len(BINS)), np.float32)
    np.put_along_axis(encoded, chosen, shares, axis=-1)
    return encoded.reshape(*ab.shape[:-1], len(BINS))


@cache
def _nearest_bins() -> NDArray[np.intp]:
    """The nearest bins (221, 221, 5) of every whole a* and b* from -110 to 110.

    Looking up a colour's rounded a*, b* is forty times as fast as sorting 313 distances a pixel, and can only
    exchange bins whose distances differ by less than a unit and a half.
    """
    units = np.arange(-int(AB_SCALE), int(AB_SCALE) + 1)
    return np.stack([_nearest_to(np.stack([np.full_like(units, a), units], axis=-1)) for a in units])


def _nearest_to(units: NDArray[np.intp]) -> NDArray[np.intp]:
    """The nearest bins (N, 5) of whole colours (N, 2); among equals, the first in the order of the bins."""
    squared = np.square(units[:, None] - BINS.astype(np.intp)).sum(axis=-1)
    ranks = squared * 512 + np.arange(len(BINS))  # the distance decides, then the bin's own number
    return np.sort(np.partition(ranks, NEIGHBOURS)[:, :NEIGHBOURS], axis=-1) % 512
