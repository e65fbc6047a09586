"""At what size and with what strength of colour photographs are compared: the protocol that figures are given with."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.depth import bits_of, rescaled
from lab_colorize.colour.lab import Pixels
from lab_colorize.errors import UsageProblem
from lab_colorize.evaluation.figures import Bytes

FULL = "full"
WINDOW = 7  # pixels; a side of the windows that SSIM compares, and so the least side that can be measured


@dataclass(frozen=True, slots=True)
class Settings:
    """How photographs are brought to what is measured."""

    side: int | None = 256
    """Photographs are resized to a square of this side first; None leaves them their own size."""
    saturation: float | None = 1.0
    """Factor on chroma; 1 is the network's own answer, None what each model's card recommends."""

    def __post_init__(self) -> None:
        if self.side is not None and self.side < WINDOW:
            raise UsageProblem(
                f"SSIM's windows need {WINDOW} pixels, so photographs cannot be measured at {self.side}.",
                remedy="Give --size 256, full, or another side.",
            )

    @property
    def name(self) -> str:
        """What --size calls it."""
        return FULL if self.side is None else str(self.side)

    @property
    def description(self) -> str:
        """The protocol in a sentence, to stand beside the figures."""
        if self.side is None:
            return "Each photograph at its own size, 8 bits per channel, taken as sRGB."
        size = f"{self.side} x {self.side}"
        return f"Each photograph resized to {size} by area means first, 8 bits per channel, taken as sRGB."

    def prepared(self, pixels: Pixels) -> Bytes:
        """What is measured of a photograph (H, W) or (H, W, 3), 8 or 16 bits: (side, side, 3) or (H, W, 3), 8 bits."""
        if self.side is None:
            return _eight_bits(pixels)
        return _eight_bits(cv2.resize(pixels, (self.side, self.side), interpolation=cv2.INTER_AREA))


def settings_named(size: str, saturation: float | None = 1.0) -> Settings:
    """The protocol of --size: a side, or `full`."""
    if size == FULL:
        return Settings(None, saturation)
    if not (size.isascii() and size.isdigit()):
        raise UsageProblem(f"{size!r} is not a size.", remedy="Give --size 256, full, or another side in pixels.")
    return Settings(int(size), saturation)


def _eight_bits(pixels: NDArray[Any]) -> Bytes:
    return np.ascontiguousarray(rescaled(pixels, bits_of(pixels), 8))
