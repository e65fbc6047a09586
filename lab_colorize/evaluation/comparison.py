"""One photograph's results against its truth. All are sRGB pixels (H, W, 3) of 8 bits; knows no files and no models.

SSIM and CIEDE2000 are scikit-image's. It goes through photographs in strips, so that even large ones need little
memory besides their own. What belongs to the truth is worked out once for all results.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000
from skimage.metrics import structural_similarity

from lab_colorize.colour.lab import Plane, lab_of
from lab_colorize.colour.psnr import psnr
from lab_colorize.evaluation.figures import Bytes, Figures
from lab_colorize.evaluation.settings import WINDOW

STRIP = 1 << 16  # pixels at a time; those of 256 x 256 are one strip


@dataclass(slots=True)
class Opponents:
    """Red against green and yellow against blue, in moments: whole numbers, so that it does not matter in what parts.

    After Hasler and Süsstrunk, "Measuring colourfulness in natural images" (2003).
    """

    count: int = 0
    rg: float = 0.0
    """Sum of R - G"""
    rg_squares: float = 0.0
    yb: float = 0.0
    """Sum of R + G - 2 B, which is twice theirs"""
    yb_squares: float = 0.0

    def add(self, pixels: Bytes) -> None:
        """Take in some pixels."""
        red, green, blue = (cv2.extractChannel(pixels, channel) for channel in range(3))
        rg, yb = np.subtract(red, green, dtype=np.int16), np.add(red, green, dtype=np.int16)
        yb -= blue
        yb -= blue
        self.count += red.size
        self.rg += cv2.sumElems(rg)[0]
        self.yb += cv2.sumElems(yb)[0]
        self.rg_squares += cv2.norm(rg, cv2.NORM_L2SQR)
        self.yb_squares += cv2.norm(yb, cv2.NORM_L2SQR)

    @property
    def colourfulness(self) -> float:
        """Their M: the spread of both, and 0.3 of their mean."""
        rg, yb = self.rg / self.count, self.yb / self.count / 2
        rg_variance = self.rg_squares / self.count - rg**2
        yb_variance = self.yb_squares / self.count / 4 - yb**2
        return math.sqrt(max(0.0, rg_variance + yb_variance)) + 0.3 * math.hypot(rg, yb)


@dataclass(frozen=True, slots=True)
class Strip:
    """Some rows of a picture, in all the forms that are compared."""

    pixels: Bytes
    lab: Plane
    lab8: Bytes
    around: Plane
    """Levels of these rows and of those below them that windows reach, as float32: SSIM is as exact, and faster."""

    @classmethod
    def of(cls, pixels: Bytes, around: Bytes) -> Strip:
        """Work them out."""
        return cls(pixels, lab_of(pixels), _lab8(pixels), around.astype(np.float32))


@dataclass(slots=True)
class Totals:
    """What strips add up to for one result."""

    squares: float = 0.0
    ab_squares: float = 0.0
    lab8_squares: float = 0.0
    similarity: float = 0.0
    difference: float = 0.0
    opponents: Opponents = field(default_factory=Opponents)

    def add(self, truth: Strip, result: Strip) -> None:
        """Take in a strip of the result and the same one of the truth."""
        self.opponents.add(result.pixels)
        self.squares += _squares(truth.pixels, result.pixels)
        self.ab_squares += _squares(truth.lab[..., 1:], result.lab[..., 1:])
        self.lab8_squares += _squares(truth.lab8, result.lab8)
        self.similarity += _similarity(truth.around, result.around)
        self.difference += float(deltaE_ciede2000(truth.lab, result.lab).sum(dtype=np.float64))

    def figures(self, shape: tuple[int, ...], colourfulness: float) -> Figures:
        """Means over a photograph of this shape (H, W, 3), whose truth is as colourful as that."""
        height, width, channels = shape
        pixels, windows = height * width, (height - WINDOW + 1) * (width - WINDOW + 1)
        mse, lab8_mse = self.squares / (pixels * channels), self.lab8_squares / (pixels * channels)
        of_result = self.opponents.colourfulness
        return Figures(
            psnr=psnr(mse),
            mse=mse,
            ssim=self.similarity / windows,
            ciede2000=self.difference / pixels,
            ab_mse=self.ab_squares / (pixels * 2),
            colourfulness=of_result,
            colourfulness_ratio=of_result / colourfulness if colourfulness else math.nan,
            lab8_psnr=psnr(lab8_mse),
            lab8_mse=lab8_mse,
        )


def compared(truth: Bytes, results: Sequence[Bytes]) -> tuple[float, list[Figures]]:
    """The truth's colourfulness, and the figures of each result."""
    opponents, totals = Opponents(), [Totals() for _ in results]
    for rows, around in _strips(truth.shape):
        strip = Strip.of(truth[rows], truth[around])
        opponents.add(strip.pixels)
        for total, result in zip(totals, results, strict=True):
            total.add(strip, Strip.of(result[rows], result[around]))
    colourfulness = opponents.colourfulness
    return colourfulness, [total.figures(truth.shape, colourfulness) for total in totals]


def _strips(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    """Rows that are strips, and the same with as many below them as windows reach: all windows, each once."""
    height, width = shape[:2]
    count = max(1, min(height * width // STRIP, height // WINDOW))
    for number in range(count):
        top, bottom = height * number // count, height * (number + 1) // count
        yield slice(top, bottom), slice(top, min(bottom + WINDOW - 1, height))


def _similarity(truth: Plane, result: Plane) -> float:
    """The similarities of all windows, means over the channels, summed."""
    height, width = truth.shape[:2]
    mean = structural_similarity(truth, result, win_size=WINDOW, channel_axis=-1, data_range=255)
    return float(mean) * (height - WINDOW + 1) * (width - WINDOW + 1)


def _squares(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Sum of square differences; exact for bytes, whose squares are summed as whole numbers."""
    return float(cv2.norm(one, other, cv2.NORM_L2SQR))


def _lab8(pixels: Bytes) -> Bytes:
    """Lab of 8 bits: L times 2.55, a and b plus 128. What the reports' "MSE 51.36, PSNR 31 dB" is made of."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2Lab).astype(np.uint8, copy=False)
