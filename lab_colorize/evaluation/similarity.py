"""SSIM, the structural similarity of two pictures: windows of 7 x 7, all equal in weight, channel by channel.

After Wang, Bovik, Sheikh and Simoncelli (2004) with scikit-image's defaults, which are the oracle in the tests.
Instead of means, sums over windows: whole numbers below 2^24, which float32 holds exactly. Knows only pixels.
"""

import cv2
import numpy as np

from lab_colorize.colour.lab import Plane
from lab_colorize.evaluation.bench import Bench

WINDOW = 7
_COUNT = WINDOW * WINDOW
_EDGE = WINDOW // 2  # windows that hang over the border are left out
_UNBIASED = _COUNT / (_COUNT - 1)  # sample variances, as scikit-image has them
# K1 = 0.01 and K2 = 0.03 of a range of 255, brought to the scale of sums: times the square of the windows' count.
_C1 = np.float32((0.01 * 255) ** 2 * _COUNT**2)
_C2 = np.float32((0.03 * 255) ** 2 * _COUNT**2 / _UNBIASED)


class Similarity:
    """Compares one picture with many, on a bench. Not for sharing between threads."""

    def __init__(self) -> None:
        self._truth, self._bench = Bench(4), Bench(4)

    def look_at(self, truth: Plane) -> None:
        """Take a picture (H, W, 3) of levels, both sides at least WINDOW, as what others are compared with."""
        times_count, sums, squared_sums, variances = self._truth.arrays(truth.shape)
        np.multiply(truth, np.float32(_COUNT), out=times_count)
        _summed(truth, sums)
        _summed(np.multiply(times_count, truth, out=squared_sums), variances)
        np.multiply(sums, sums, out=squared_sums)

    def total(self, result: Plane) -> float:
        """The similarities of all windows and channels of a result (H, W, 3) of levels, each at most 1, summed."""
        times_count, sums, squared_sums, variances = self._truth.arrays(result.shape)
        spare, covariance, variance, result_sums = self._bench.arrays(result.shape)
        _summed(np.multiply(times_count, result, out=spare), covariance)
        _summed(cv2.multiply(result, result, spare, scale=_COUNT), variance)
        _summed(result, result_sums)
        product = np.multiply(sums, result_sums, out=spare)
        covariance -= product
        covariance += _C2 / 2
        product += _C1 / 2
        product *= covariance
        squares = np.multiply(result_sums, result_sums, out=result_sums)
        squares += squared_sums
        variance += variances
        variance -= squares
        variance += _C2
        squares += _C1
        squares *= variance
        product /= squares
        # Both halves of the fraction are rounded alike, so that a perfect result is exactly 1.
        return 4 * sum(cv2.sumElems(product[_EDGE:-_EDGE, _EDGE:-_EDGE]))


def _summed(values: Plane, out: Plane) -> None:
    """Sums over the window around each pixel."""
    cv2.boxFilter(values, cv2.CV_32F, (WINDOW, WINDOW), out, normalize=False)
