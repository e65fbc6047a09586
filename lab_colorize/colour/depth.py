"""Levels at another depth: 8, 12 or 16 bits, black and white staying what they are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def rescaled(levels: NDArray[Any], bits: int, wanted: int) -> NDArray[Any]:
    """Levels of so many bits at the depth that is wanted, each at its nearest; up to 8 bits as uint8, else uint16."""
    dtype = np.uint8 if wanted <= 8 else np.uint16
    if bits == wanted:
        return levels.astype(dtype, copy=False)
    return np.rint(levels * np.float64(((1 << wanted) - 1) / ((1 << bits) - 1))).astype(dtype)


def bits_of(levels: NDArray[Any]) -> int:
    """The depth of levels by their type."""
    return levels.dtype.itemsize * 8
