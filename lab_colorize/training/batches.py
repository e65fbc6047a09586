"""Batches of lightness and colour, cut from photographs and kept a few ahead of the network.

Batch i of a stage is a pure function of the seed and i, whichever thread makes it and whenever.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.ahead import ahead
from lab_colorize.colour.lab import AB_SCALE, L_SCALE, Plane, lab_of
from lab_colorize.training.advice import one_there, some_of
from lab_colorize.training.augment import aged, crop, exposed, sharpened
from lab_colorize.training.dataset import Example
from lab_colorize.training.options import Augmentation
from lab_colorize.training.recolouring import recoloured

Target = Callable[[Plane, Plane], NDArray[Any]]
"""What a network is asked for, from true lightness (N, h, w, 1) and ab (N, h, w, 2), both in [-1, 1]."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from; everything in [-1, 1] but the targets of networks that choose among bins."""

    lightness: Plane
    """(N, side, side, 1), aged."""
    ab: Plane
    """(N, h, w, 2), as it truly was, at the side of the network's answer."""
    target: NDArray[Any]
    """The same in the words of the network's head."""
    hints: Plane | None = None
    """(N, h, w, 3) what is told of the colours, for networks that take hints."""


def ab_itself(_lightness: Plane, ab: Plane) -> Plane:
    """The target of a network that answers with a and b."""
    return ab


@dataclass(frozen=True)
class Batches:
    """Batches of one stage, drawn from `examples` without end: each epoch sees every photograph once."""

    examples: Sequence[Example]
    side: int
    ab_side: int
    size: int
    seed: int
    augmentation: Augmentation
    target: Target = ab_itself
    hinted: bool = False
    """Whether the network takes hints."""

    def __getitem__(self, index: int) -> Batch:
        """Batch `index` of the stage."""
        views = [self._view(place) for place in range(index * self.size, (index + 1) * self.size)]
        seen, small, ab, hints = (np.stack(planes) for planes in zip(*views, strict=True))
        return Batch(seen, ab, self.target(small, ab), hints if self.hinted else None)

    def _view(self, place: int) -> tuple[Plane, Plane, Plane, Plane]:
        """Aged lightness; true lightness, ab and hints at the side of the answer; of the photograph at `place`."""
        epoch, within = divmod(place, len(self.examples))
        example = self.examples[_order(self.seed, epoch, len(self.examples))[within]]
        rng = np.random.default_rng([self.seed, 1, place])
        rgb = crop(example.rgb, self.side, self.augmentation, rng)
        lab = lab_of(rgb)
        lightness, ab = scaled(lab, self.ab_side)
        recorded = exposed(rgb, self.augmentation, rng)
        seen = (lab[..., 0] if recorded is None else recorded) / np.float32(L_SCALE) - np.float32(1)
        ab, hints = self._advised(lightness, ab, rng)
        seen = aged(sharpened(seen, self.augmentation, rng), self.augmentation, rng)
        return seen[..., None], lightness, ab, hints

    def _advised(self, lightness: Plane, ab: Plane, rng: np.random.Generator) -> tuple[Plane, Plane]:
        """The colours to learn, and hints of them: one thing may have another colour than it had."""
        how = self.augmentation
        if self.hinted and how.recolouring and rng.random() < how.recolouring:
            ab, place = recoloured(ab, lightness, rng)
            if place is not None:
                return ab, one_there(ab, place, rng)
        return ab, some_of(ab, how.hints if self.hinted else 0.0, rng)

    def ahead(self, start: int, stop: int) -> Generator[Batch]:
        """Batches start to stop, made by a thread that stays a few ahead of the network."""
        return ahead((self[index] for index in range(start, stop)), most=4)


@lru_cache(maxsize=4)
def _order(seed: int, epoch: int, count: int) -> NDArray[np.intp]:
    """The order in which an epoch sees its photographs."""
    return np.random.default_rng([seed, 0, epoch]).permutation(count)


def scaled(lab: Plane, side: int) -> tuple[Plane, Plane]:
    """Lightness (side, side, 1) and ab (side, side, 2) in [-1, 1] of L*, a*, b* (H, W, 3), shrunk by area."""
    small = lab if lab.shape[0] == side else cv2.resize(lab, (side, side), interpolation=cv2.INTER_AREA)
    return small[..., :1] / np.float32(L_SCALE) - np.float32(1), small[..., 1:] / np.float32(AB_SCALE)
