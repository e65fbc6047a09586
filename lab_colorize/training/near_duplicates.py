"""Which photographs are copies of one another: re-encoded, resized or slightly retouched, but the same picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

HASH_SIDE = 16
THUMB_SIDE = 8
FEW_BITS = 24  # of 256: copies of JPEG quality 30 and a quarter of the size stay under it, others lie about 128 apart
CLOSE = 10.0  # mean levels between thumbnails; smooth skies have similar bits but seldom the same colours
ROWS = 256  # photographs compared with all others at a time: 30 MB of bits for 17,000 photographs


@dataclass(frozen=True, slots=True, eq=False)
class ImageHash:
    """What near-duplicates share."""

    bits: NDArray[np.uint64]
    """Difference hash (4,): where lightness rises from left to right."""
    thumbnail: NDArray[np.uint8]
    """(8, 8, 3) RGB."""


def image_hash(rgb: NDArray[np.uint8]) -> ImageHash:
    """What near-duplicates of a photograph (H, W, 3) share, nearly."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (HASH_SIDE + 1, HASH_SIDE), interpolation=cv2.INTER_AREA)
    bits = np.packbits(small[:, 1:] > small[:, :-1]).view(np.uint64)
    return ImageHash(bits, cv2.resize(rgb, (THUMB_SIDE, THUMB_SIDE), interpolation=cv2.INTER_AREA))


def near_duplicates(hashes: Sequence[ImageHash]) -> list[int]:
    """For each hash the index of the first one that it, directly or through others, is a near-duplicate of."""
    first = list(range(len(hashes)))

    def root(index: int) -> int:
        while first[index] != index:
            first[index] = index = first[first[index]]
        return index

    for one, other in _pairs(hashes):
        low, high = sorted((root(one), root(other)))
        first[high] = low
    return [root(index) for index in range(len(hashes))]


def _pairs(hashes: Sequence[ImageHash]) -> list[tuple[int, int]]:
    """Indices of all pairs of copies, the smaller first. Quadratic, but 17,000 photographs take seconds."""
    if not hashes:
        return []
    bits = np.stack([image.bits for image in hashes])
    pixels = np.stack([image.thumbnail for image in hashes]).reshape(len(hashes), -1).astype(np.int16)
    pairs = []
    for start in range(0, len(hashes), ROWS):
        near = _distances(bits[start : start + ROWS], bits[start:]) <= FEW_BITS
        for row, column in zip(*np.nonzero(near), strict=True):
            one, other = start + int(row), start + int(column)
            if one < other and np.abs(pixels[one] - pixels[other]).mean() <= CLOSE:
                pairs.append((one, other))
    return pairs


def _distances(some: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """Hamming distances (N, M) of hashes (N, 4) and (M, 4)."""
    total = np.zeros((len(some), len(others)), np.uint16)
    for word in range(some.shape[1]):
        total += np.bitwise_count(some[:, word, None] ^ others[None, :, word])
    return total
