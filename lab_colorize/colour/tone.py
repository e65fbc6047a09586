"""Is this picture black-and-white? Grey, sepia, selenium, cyanotype, yellowed prints are; colour photographs are not.

A toned print has one colour for each lightness: knowing L, you know a and b. A colour photograph does not.
So what is left of a and b once the usual colour of their lightness is taken away tells the two apart, whatever
the tone and however strong. Knows nothing of files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.lab import Pixels, Plane, lab_of

LOOKED_AT = 128  # side that is examined: fine grain and JPEG's coloured blocks average out
BANDS = 32  # of lightness, each with its own usual colour
STRAY_COLOUR = 4.3  # Lab units; 75 toned legacy scans stay under 3.7, the Kodak photographs start at 6.0
STRAY_SHARE = 0.02  # a single red scarf makes a colour photograph
FAR_COLOUR = 14.0  # that scarf


@dataclass(frozen=True, slots=True)
class Tone:
    """How the colours of a picture stand to its lightness, in Lab units."""

    chroma: float
    """Mean chroma: 0 for grey, about 15 for sepia."""
    stray: float
    """Root mean square of what lightness does not explain of a and b."""
    far: float
    """Share of the picture whose colour is far from the usual one of its lightness."""

    @property
    def in_colour(self) -> bool:
        """Whether the picture has colours of its own."""
        return self.stray > STRAY_COLOUR or self.far > STRAY_SHARE

    def __str__(self) -> str:
        kind = "in colour" if self.in_colour else "toned" if self.chroma >= 1 else "grey"
        return (
            f"{kind}: mean chroma {self.chroma:.1f}, not explained by lightness {self.stray:.1f} (in colour above "
            f"{STRAY_COLOUR}), far from its lightness's usual colour {self.far:.1%} (above {STRAY_SHARE:.0%})"
        )


def tone_of(pixels: Pixels) -> Tone:
    """The tone of (H, W) grey or (H, W, 3) RGB pixels."""
    if pixels.ndim == 2:
        return Tone(0.0, 0.0, 0.0)
    scale = min(1.0, LOOKED_AT / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    lab = lab_of(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)).reshape(-1, 3)
    lightness, *ab = np.ascontiguousarray(lab.T)
    stray = np.hypot(*_without_usual_colour(lightness, ab))
    return Tone(
        chroma=float(np.hypot(*ab).mean()),
        stray=float(np.sqrt(np.square(stray).mean())),
        far=float((stray > FAR_COLOUR).mean()),
    )


def _without_usual_colour(lightness: Plane, ab: Sequence[Plane]) -> Iterator[Plane]:
    """A and b (N,) less the mean that their lightness (N,) has, which is smoothed over neighbouring lightnesses."""
    place = np.clip(lightness * np.float32(BANDS / 100) - np.float32(0.5), 0, np.float32(BANDS - 1.001))
    band = place.astype(np.intp)
    upper = place - band.astype(np.float32)
    lower = 1 - upper

    def banded(values: Plane) -> NDArray[Any]:
        sums = np.bincount(band, values * lower, BANDS) + np.bincount(band + 1, values * upper, BANDS)
        return np.convolve(sums, [0.25, 0.5, 0.25], "same")

    weights = banded(np.ones_like(upper)) + 1e-6
    for plane in ab:
        means = (banded(plane) / weights).astype(np.float32)
        yield plane - means[band] * lower - means[band + 1] * upper


def is_bilevel(pixels: Pixels) -> bool:
    """Whether pixels, (H, W) or (H, W, 3) of integers, are all black or white: no colour fits their lightness."""
    white = np.iinfo(pixels.dtype).max
    for part in (pixels[::16, ::16], pixels):  # a photograph is told by few of its pixels
        if not np.all((part == 0) | (part == white)):
            return False
    return pixels.ndim == 2 or bool(np.all(pixels == pixels[..., :1]))
