"""One result against its truth, in figures. Both are sRGB pixels (H, W, 3) of 8 bits; knows no files and no models.

FIGURES reads like the table it heads: each figure's key, its name for people, and which way is better.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.evaluation.colour_difference import Planes, ciede2000
from lab_colorize.evaluation.similarity import Windows, ssim, windows_of
from lab_colorize.lab import lab_of

Bytes: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Figure:
    """How a figure is called and read."""

    key: str
    name: str
    better: Literal["higher", "lower", "near 1", ""]
    """Empty where a figure only describes."""
    digits: int
    meaning: str


FIGURES = (
    Figure("psnr", "PSNR, dB", "higher", 2, "10 log10(255² / MSE) over R, G and B"),
    Figure("mse", "RGB MSE", "lower", 1, "mean square error over R, G and B of 0 to 255"),
    Figure("ssim", "SSIM", "higher", 4, "structural similarity, 7 x 7 windows, mean over R, G and B"),
    Figure("ciede2000", "CIEDE2000", "lower", 2, "mean colour difference as eyes see it; about 1 is the least seen"),
    Figure("ab_mse", "a/b MSE", "lower", 1, "mean square error over a* and b*, in Lab units"),
    Figure("colourfulness", "Colourfulness", "", 1, "after Hasler and Süsstrunk, of the result"),
    Figure("colourfulness_ratio", "Colourfulness, of truth's", "near 1", 3, "the result's over the truth's"),
    Figure("lab8_psnr", "lab8 PSNR, dB", "higher", 2, "10 log10(255² / lab8 MSE)"),
    Figure("lab8_mse", "lab8 MSE", "lower", 2, "mean square error over L, a and b of 8 bits each, as OpenCV has them"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of one photograph: a value for each of FIGURES. Infinite PSNR is a result without any error."""

    psnr: float
    mse: float
    ssim: float
    ciede2000: float
    ab_mse: float
    colourfulness: float
    colourfulness_ratio: float
    lab8_psnr: float
    lab8_mse: float

    def __getitem__(self, key: str) -> float:
        value: float = getattr(self, key)
        return value


@dataclass(frozen=True, slots=True)
class Truth:
    """A photograph in its true colours, with everything that each comparison needs of it."""

    pixels: Bytes
    lab: Planes
    lab8: Bytes
    windows: list[Windows]
    colourfulness: float


def truth_of(pixels: Bytes) -> Truth:
    """Work out once what is the same for all results."""
    return Truth(pixels, planes_of(pixels), _lab8(pixels), windows_of(pixels), colourfulness(pixels))


def figures_of(truth: Truth, result: Bytes) -> Figures:
    """Compare a result with its truth."""
    lab = planes_of(result)
    error = mse(truth.pixels, result)
    lab8_error = mse(truth.lab8, _lab8(result))
    of_result = colourfulness(result)
    return Figures(
        psnr=psnr(error),
        mse=error,
        ssim=ssim(truth.windows, result),
        ciede2000=float(ciede2000(truth.lab, lab).mean()),
        ab_mse=ab_mse(truth.lab, lab),
        colourfulness=of_result,
        colourfulness_ratio=of_result / truth.colourfulness if truth.colourfulness else math.nan,
        lab8_psnr=psnr(lab8_error),
        lab8_mse=lab8_error,
    )


def planes_of(pixels: Bytes) -> Planes:
    """L*, a* and b* as planes of their own."""
    lightness, a, b = (plane.astype(np.float32, copy=False) for plane in cv2.split(lab_of(pixels)))
    return lightness, a, b


def mse(one: Bytes, other: Bytes) -> float:
    """Mean square error, exact: the squares are summed as whole numbers."""
    return float(cv2.norm(one, other, cv2.NORM_L2SQR)) / one.size


def psnr(error: float) -> float:
    """Peak signal to noise ratio in dB of a mean square error at a peak of 255."""
    return 10 * math.log10(255**2 / error) if error else math.inf


def ab_mse(one: Planes, other: Planes) -> float:
    """Mean square error over a* and b*."""
    squares = sum(cv2.norm(one[plane], other[plane], cv2.NORM_L2SQR) for plane in (1, 2))
    return float(squares) / (2 * one[0].size)


# Opponent colours of Hasler and Süsstrunk, "Measuring colourfulness in natural images" (2003).
_RG_YB = np.array([[1, -1, 0], [0.5, 0.5, -1]], np.float32)


def colourfulness(pixels: Bytes) -> float:
    """Hasler and Süsstrunk's M: the spread of red-green and yellow-blue, and 0.3 of their mean."""
    mean, spread = cv2.meanStdDev(cv2.transform(pixels.astype(np.float32), _RG_YB))
    return float(np.linalg.norm(spread) + 0.3 * np.linalg.norm(mean))


def _lab8(pixels: Bytes) -> Bytes:
    """Lab of 8 bits a channel: L times 2.55, a and b plus 128. What the reports' "MSE 51.36, PSNR 31 dB" is made of."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2Lab).astype(np.uint8, copy=False)
