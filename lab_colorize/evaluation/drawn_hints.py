"""Hints as a person who knew the truth would give them: drawn at random places of a photograph in colour."""

import zlib

import numpy as np

from lab_colorize.colour.lab import lab_of
from lab_colorize.colouring.hints import Hint
from lab_colorize.evaluation.figures import Bytes

REACH = 2  # pixels to each side that a person takes a colour from: no single grain


def drawn_hints(truth: Bytes, count: int, name: str) -> tuple[Hint, ...]:
    """`count` hints for a photograph (H, W, 3); the same each time for the same name, and more begin with the fewer."""
    if not count:
        return ()
    rng = np.random.default_rng(zlib.crc32(name.encode("utf-8", "surrogateescape")))
    height, width = truth.shape[:2]
    places = rng.random((count, 2)) * (height, width)
    return tuple(_hint(truth, int(y), int(x)) for y, x in places)


def _hint(truth: Bytes, y: int, x: int) -> Hint:
    around = truth[max(0, y - REACH) : y + REACH + 1, max(0, x - REACH) : x + REACH + 1]
    lightness, a, b = lab_of(np.ascontiguousarray(around)).mean(axis=(0, 1))
    return Hint(x, y, f"lab({lightness:.1f} {a:.2f} {b:.2f})")
