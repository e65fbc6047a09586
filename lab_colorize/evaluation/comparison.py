"""One photograph's results against its truth. All are sRGB pixels (H, W, 3) of 8 bits; knows no files and no models.

It goes through them in strips, so that even large photographs need little memory besides their own. What belongs to
the truth is worked out once for all results, and what a grey result has none of is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.lab import Plane, lab_of, lightness_table
from lab_colorize.evaluation.bench import Bench
from lab_colorize.evaluation.colour_difference import ColourDifference, Planes
from lab_colorize.evaluation.figures import Bytes, Figures, psnr
from lab_colorize.evaluation.similarity import WINDOW, Similarity

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
    def grey(self) -> bool:
        """Whether there was no colour in any pixel."""
        return self.rg_squares == self.yb_squares == 0

    @property
    def colourfulness(self) -> float:
        """Their M: the spread of both, and 0.3 of their mean."""
        rg, yb = self.rg / self.count, self.yb / self.count / 2
        rg_variance = self.rg_squares / self.count - rg**2
        yb_variance = self.yb_squares / self.count / 4 - yb**2
        return math.sqrt(max(0.0, rg_variance + yb_variance)) + 0.3 * math.hypot(rg, yb)


@dataclass(slots=True)
class Totals:
    """What strips add up to for one result."""

    squares: float = 0.0
    ab_squares: float = 0.0
    lab8_squares: float = 0.0
    similarity: float = 0.0
    difference: float = 0.0
    opponents: Opponents = field(default_factory=Opponents)

    def figures(self, shape: tuple[int, ...], colourfulness: float) -> Figures:
        """Means over a photograph of this shape (H, W, 3), whose truth is as colourful as that."""
        height, width, channels = shape
        pixels, windows = height * width, (height - WINDOW + 1) * (width - WINDOW + 1)
        mse, lab8_mse = self.squares / (pixels * channels), self.lab8_squares / (pixels * channels)
        of_result = self.opponents.colourfulness
        return Figures(
            psnr=psnr(mse),
            mse=mse,
            ssim=self.similarity / (windows * channels),
            ciede2000=self.difference / pixels,
            ab_mse=self.ab_squares / (pixels * 2),
            colourfulness=of_result,
            colourfulness_ratio=of_result / colourfulness if colourfulness else math.nan,
            lab8_psnr=psnr(lab8_mse),
            lab8_mse=lab8_mse,
        )


class Comparer:
    """Compares results with truths, on benches. Not for sharing between threads."""

    def __init__(self) -> None:
        self._similarity = Similarity()
        self._difference = ColourDifference()
        self._of_truth, self._of_result = Bench(3), Bench(3)
        self._truth_levels, self._result_levels = Bench(1), Bench(1)

    def figures(self, truth: Bytes, results: Sequence[Bytes]) -> tuple[float, list[Figures]]:
        """The truth's colourfulness, and the figures of each result."""
        opponents, totals = Opponents(), [Totals() for _ in results]
        for rows, around in _strips(truth.shape):
            strip = Strip.of(truth[rows], self._of_truth)
            opponents.add(strip.pixels)
            self._similarity.look_at(_levels(truth[around], self._truth_levels))
            for total, result in zip(totals, results, strict=True):
                total.similarity += self._similarity.total(_levels(result[around], self._result_levels))
                self._add(total, strip, result[rows])
        colourfulness = opponents.colourfulness
        return colourfulness, [total.figures(truth.shape, colourfulness) for total in totals]

    def _add(self, total: Totals, truth: Strip, pixels: Bytes) -> None:
        total.squares += _squares(truth.pixels, pixels)
        total.opponents.add(pixels)
        if total.opponents.grey:  # thus far, at least
            lightness = cv2.LUT(cv2.extractChannel(pixels, 1), lightness_table(np.uint8))
            total.difference += _sum(self._difference.to_grey(truth.planes, lightness))
            total.ab_squares += truth.chroma_squares
            total.lab8_squares += _squares(truth.lab8, cv2.LUT(pixels, _lab8_of_greys()))
            return
        result = Strip.of(pixels, self._of_result)
        total.difference += _sum(self._difference.between(truth.planes, result.planes))
        total.ab_squares += sum(_squares(truth.planes[plane], result.planes[plane]) for plane in (1, 2))
        total.lab8_squares += _squares(truth.lab8, result.lab8)


@dataclass(frozen=True, slots=True)
class Strip:
    """Some rows of a picture, in all the colour spaces that are compared."""

    pixels: Bytes
    planes: Planes
    lab8: Bytes

    @classmethod
    def of(cls, pixels: Bytes, bench: Bench) -> Strip:
        """Work them out; the planes are good until the bench is used again."""
        return cls(pixels, planes_of(pixels, bench), _lab8(pixels))

    @property
    def chroma_squares(self) -> float:
        """Sum of the squares of a* and b*."""
        return sum(float(cv2.norm(plane, cv2.NORM_L2SQR)) for plane in self.planes[1:])


def _strips(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    """Rows that are strips, and the same with as many below them as windows reach: all windows, each once."""
    height, width = shape[:2]
    count = max(1, min(height * width // STRIP, height // WINDOW))
    for number in range(count):
        top, bottom = height * number // count, height * (number + 1) // count
        yield slice(top, bottom), slice(top, min(bottom + WINDOW - 1, height))


def planes_of(pixels: Bytes, bench: Bench) -> Planes:
    """L*, a* and b* as planes of their own, on a bench of three."""
    lab = lab_of(pixels)
    lightness, a, b = (
        cv2.extractChannel(lab, channel, plane) for channel, plane in enumerate(bench.arrays(lab.shape[:2]))
    )
    return lightness, a, b


def _levels(pixels: Bytes, bench: Bench) -> Plane:
    (levels,) = bench.arrays(pixels.shape)
    np.copyto(levels, pixels)
    return levels


def _squares(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Sum of square differences; exact for bytes, whose squares are summed as whole numbers."""
    return float(cv2.norm(one, other, cv2.NORM_L2SQR))


def _sum(plane: Plane) -> float:
    return float(cv2.sumElems(plane)[0])


def _lab8(pixels: Bytes) -> Bytes:
    """Lab of 8 bits a channel: L times 2.55, a and b plus 128. What the reports' "MSE 51.36, PSNR 31 dB" is made of."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2Lab).astype(np.uint8, copy=False)


@cache
def _lab8_of_greys() -> Bytes:
    """For the look-up: (1, 256, 3)."""
    return _lab8(np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3))
