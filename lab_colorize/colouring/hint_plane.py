"""Hints as a network takes them: a small plane of a, b and where they are known, over what the network is shown."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from lab_colorize.colour.join import join
from lab_colorize.colour.lab import AB_SCALE, Pixels, Plane, lab_of
from lab_colorize.colouring.hints import Hint, parsed_colour

RING = 0.012  # radius of a mark, as a share of the photograph's shorter side
FAINTEST = 0.01  # of saturations that hints are made up for; below it nobody sees a colour
DAB = 1  # cells to each side of the one that a hint lies in: a single cell can be overlooked


def hint_plane(
    hints: Sequence[Hint], size: tuple[int, ...], shown: tuple[int, int], plane: tuple[int, int], factor: float
) -> Plane:
    """The plane (1, h, w, 3) for a photograph of `size` (H, W), all zero where nothing is known.

    `shown` of its (h, w) cells lie over the photograph, in the upper left. Colours come out of the network by `factor`
    too strong and are asked for by as much weaker. Where several hints share a cell, it gets their mean.
    """
    sums = np.zeros((*plane, 3), np.float32)
    for hint in hints:
        x, y = hint.at(size[1], size[0])
        row, column = (
            min(int(at / length * cells), cells - 1) for at, length, cells in zip((y, x), size, shown, strict=True)
        )
        sums[max(0, row - DAB) : row + DAB + 1, max(0, column - DAB) : column + DAB + 1] += (*ab_of(hint.colour), 1)
    known = sums[..., 2:] > 0
    means = sums[..., :2] / np.maximum(sums[..., 2:], 1) / np.float32(AB_SCALE * max(factor, FAINTEST))
    return np.concatenate([np.clip(means, -1, 1), known], axis=-1, dtype=np.float32)[None]


@lru_cache(maxsize=1024)
def ab_of(colour: str) -> tuple[float, float]:
    """a* and b* of a colour in words."""
    said = parsed_colour(colour)
    if said.ab is not None:
        return said.ab
    _, a, b = lab_of(np.array([[said.rgb]], np.uint8))[0, 0]
    return float(a), float(b)


def swatch(colour: str) -> str:
    """A colour in words as #rrggbb, to be shown; "" of what is to stay grey."""
    said = parsed_colour(colour)
    if said.rgb is not None:
        levels = said.rgb
    elif said.lightness is not None:
        levels = join(np.array([[said.lightness]], np.float32), np.array([[said.ab]], np.float32))[0, 0]
    else:
        return ""
    return "#" + "".join(f"{level:02x}" for level in levels)


def marked(pixels: Pixels, hints: Sequence[Hint]) -> Pixels:
    """RGB (H, W, 3) with a ring where each hint lies: white within black, so that it shows on any ground."""
    if not hints:
        return pixels
    height, width = pixels.shape[:2]
    shown: Pixels = pixels.copy(order="C")
    top = int(np.iinfo(pixels.dtype).max)
    radius = max(3, round(min(height, width) * RING))
    for hint in hints:
        x, y = (round(at) for at in hint.at(width, height))
        for level, thickness in ((0, 3), (top, 1)):
            cv2.circle(shown, (x, y), radius, (level,) * 3, thickness * max(1, radius // 8), cv2.LINE_AA)
    return shown
