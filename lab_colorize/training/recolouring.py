"""One thing of a photograph in another colour, and a hint in it: what teaches that a point means its own thing alone.

True colours cannot: where a coat is blue, much else often is. Here the coat alone changes, and nothing beside it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.lab import AB_SCALE, Plane

TRIES = 8  # places to look for a thing before the crop is left as it is
LEAST, MOST = 0.03, 0.45  # share of the crop that a thing takes up
OUTLINED = 1.8  # times as steep lightness must be along a thing's outline as within it: the network sees nothing else
STEEP = 10.0  # levels of L* within three cells, along the outline
GREY = 0.15  # chance that a thing loses its colour instead
CHROMA = (8.0, 50.0)  # of a thing's new colour
SHADE = (0.4, 1.4)  # how far the colour of a darker or lighter fold follows its light
BLOCK = np.ones((3, 3), np.uint8)


def recoloured(
    ab: Plane, lightness: Plane, rng: np.random.Generator
) -> tuple[Plane, tuple[int, int]] | tuple[Plane, None]:
    """`ab` (h, w, 2) with one thing in another colour, and a place (y, x) within it; as it was if none was found."""
    light = (lightness[..., 0] + np.float32(1)) / np.float32(2)
    picture = _levels(light, ab)
    steep = cv2.morphologyEx(picture[..., 0], cv2.MORPH_GRADIENT, BLOCK)
    for _ in range(TRIES):
        thing = _thing(picture, rng)
        core = cv2.erode(thing, BLOCK, borderValue=0)
        if LEAST <= thing.mean() <= MOST and core.any() and _outlined(thing, core, steep):
            places = np.argwhere(core)
            y, x = places[rng.integers(len(places))]
            return _with_colour(ab, light, thing.astype(bool), _colour(rng)), (int(y), int(x))
    return ab, None


def _levels(light: Plane, ab: Plane) -> NDArray[np.uint8]:
    """L*, a* and b* as 8 bits, a little smoothed: cloth has texture, and small photographs have blocks."""
    units = np.dstack([light * 100, ab * AB_SCALE + 128])
    return cv2.bilateralFilter(np.clip(units, 0, 255).astype(np.uint8), 5, 20, 2)


def _thing(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """1 where a connected region (h, w) has the colours of one random place, folds and small holes included."""
    height, width = picture.shape[:2]
    seed = int(rng.integers(width)), int(rng.integers(height))
    shade, tint = float(rng.uniform(30, 80)), float(rng.uniform(7, 15))
    outline = np.zeros((height + 2, width + 2), np.uint8)
    tolerance = (shade, tint, tint)
    cv2.floodFill(picture, outline, seed, 0, tolerance, tolerance, cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY)
    closed: NDArray[np.uint8] = cv2.morphologyEx(outline[1:-1, 1:-1], cv2.MORPH_CLOSE, BLOCK)
    return closed


def _outlined(thing: NDArray[np.uint8], core: NDArray[np.uint8], steep: NDArray[np.uint8]) -> bool:
    outline = cv2.dilate(thing, BLOCK, borderValue=0) - core
    return bool(steep[outline > 0].mean() >= max(STEEP, OUTLINED * steep[core > 0].mean()))


def _colour(rng: np.random.Generator) -> Plane:
    """a, b of any hue, in [-1, 1]; now and then none."""
    if rng.random() < GREY:
        return np.zeros(2, np.float32)
    hue, chroma = rng.uniform(0, 2 * np.pi), rng.uniform(*CHROMA)
    return np.array([np.cos(hue), np.sin(hue)], np.float32) * np.float32(chroma / AB_SCALE)


def _with_colour(ab: Plane, light: Plane, thing: NDArray[np.bool_], colour: Plane) -> Plane:
    """`ab` where `thing` has `colour` for its mean, and keeps what its parts differ by."""
    shade = np.clip(light / max(float(light[thing].mean()), 0.05), *SHADE)
    new = ab - ab[thing].mean(axis=0) + colour * shade[..., None]
    return np.clip(np.where(thing[..., None], new, ab), -1, 1).astype(np.float32)
