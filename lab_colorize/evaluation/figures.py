"""What is told of one result: FIGURES reads like the table it heads, Figures holds the values. Measures nothing."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
"""sRGB pixels (H, W, 3)."""


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
