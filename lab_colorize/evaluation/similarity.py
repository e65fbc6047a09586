"""SSIM, the structural similarity of two pictures: windows of 7 x 7, all equal in weight, channel by channel.

After Wang, Bovik, Sheikh and Simoncelli (2004) with scikit-image's defaults, which are the oracle in the tests.
Sums over windows stay whole numbers below 2^24, so that float32 holds them exactly. Knows only pixels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.lab import Plane

WINDOW = 7
_STRIP = 1 << 15  # pixels at a time: their windows stay in a core's cache
_COUNT = WINDOW * WINDOW
_EDGE = WINDOW // 2  # windows that hang over the border are left out
# K1 = 0.01 and K2 = 0.03 of a range of 255, brought to the scale of sums: times the square of the window's count.
_C1 = np.float32((0.01 * 255) ** 2 * _COUNT**2)
_C2 = np.float32((0.03 * 255) ** 2 * _COUNT**2)
_UNBIASED = np.float32(_COUNT / (_COUNT - 1))  # sample variances, as scikit-image has them


@dataclass(frozen=True, slots=True)
class Windows:
    """A strip of pixels as float32, with the sums of its windows and of their squares, (H - 6, W - 6, 3) each."""

    values: Plane
    sums: Plane
    squares: Plane


def windows_of(pixels: NDArray[np.uint8]) -> list[Windows]:
    """A picture (H, W, 3), both at least WINDOW, as overlapping strips: what many results are compared with."""
    height, width = pixels.shape[:2]
    rows = max(1, _STRIP // width)
    tops = range(0, height - WINDOW + 1, rows)
    return [_windows(pixels[top : top + rows + WINDOW - 1]) for top in tops]


def _windows(pixels: NDArray[np.uint8]) -> Windows:
    values = pixels.astype(np.float32)
    return Windows(values, _summed(values), _summed(values * values))


def ssim(truth: list[Windows], result: NDArray[np.uint8]) -> float:
    """Mean similarity, at most 1, of a result (H, W, 3) to the truth's windows."""
    total, count, top = 0.0, 0, 0
    for strip in truth:
        similarity = _similarity(strip, result[top : top + len(strip.values)].astype(np.float32))
        total += float(similarity.sum())
        count += similarity.size
        top += len(strip.sums)
    return total / count


def _similarity(truth: Windows, values: Plane) -> Plane:
    """The map of similarities (H - 6, W - 6, 3)."""
    sums = _summed(values)
    product = truth.sums * sums
    product *= 2
    covariance = _summed(truth.values * values)
    covariance *= np.float32(2 * _COUNT)
    covariance -= product
    squares = truth.sums * truth.sums + sums * sums
    variances = truth.squares + _summed(values * values)
    variances *= np.float32(_COUNT)
    variances -= squares
    product += _C1
    product *= covariance * _UNBIASED + _C2
    squares += _C1
    squares *= variances * _UNBIASED + _C2
    product /= squares
    return product


def _summed(values: Plane) -> Plane:
    """Sums over each window that lies wholly within the strip."""
    sums = cv2.boxFilter(values, cv2.CV_32F, (WINDOW, WINDOW), normalize=False)
    return np.ascontiguousarray(sums[_EDGE:-_EDGE, _EDGE:-_EDGE])
