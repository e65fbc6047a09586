"""Which photographs are learned from and which are held back for validation.

The same share of each top-level folder is held back, near-duplicates stay together, and what happens to a
photograph depends on the seed and its own folder alone.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from lab_colorize.errors import TrainingError
from lab_colorize.training.dataset import Example
from lab_colorize.training.near_duplicates import near_duplicates


@dataclass(frozen=True, slots=True)
class Parts:
    """The two sides of a split, each in order of name."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    dropped: tuple[str, ...] = ()
    """Names left out of training because they are copies of photographs in the validation folder."""


def split(examples: Sequence[Example], share: float, seed: int) -> Parts:
    """Hold back `share` of the photographs."""
    strata: dict[str, list[list[Example]]] = defaultdict(list)
    for group in _groups(sorted(examples, key=lambda example: example.name)):
        strata[group[0].stratum].append(group)
    ranked = {name: sorted(groups, key=lambda group: _rank(group[0].name, seed)) for name, groups in strata.items()}
    held = [
        group for name, groups in sorted(ranked.items()) for group in groups[: _held(name, len(groups), share, seed)]
    ]
    every = [group for groups in ranked.values() for group in groups]
    if not held and every:  # folders of one or two photographs each, all of them by chance kept
        held = [min(every, key=lambda group: _rank(group[0].name, seed))]
    if len(held) == len(every):
        raise TrainingError(
            f"{len(examples)} colour photograph{'s' * (len(examples) != 1)} cannot be split into some to learn from "
            "and others to validate on.",
            remedy="Add photographs that are not copies of these, or name a --validation-folder.",
        )
    back = {id(example) for group in held for example in group}
    ordered = sorted(examples, key=lambda example: example.name)
    return Parts(
        tuple(example for example in ordered if id(example) not in back),
        tuple(example for example in ordered if id(example) in back),
    )


def against(examples: Sequence[Example], validation: Sequence[Example]) -> Parts:
    """All examples to learn from, save for copies of those it is validated on."""
    first = near_duplicates([example.image_hash for example in (*validation, *examples)])
    roots = set(first[: len(validation)])
    copies = [root in roots for root in first[len(validation) :]]
    train = tuple(example for example, copy in zip(examples, copies, strict=True) if not copy)
    if not train:
        raise TrainingError(
            "Every photograph is also in the validation folder.",
            remedy="Give a validation folder with other photographs.",
        )
    return Parts(train, tuple(validation), tuple(e.name for e, copy in zip(examples, copies, strict=True) if copy))


def _groups(examples: Sequence[Example]) -> list[list[Example]]:
    """Photographs with their copies."""
    groups: dict[int, list[Example]] = defaultdict(list)
    for example, first in zip(examples, near_duplicates([example.image_hash for example in examples]), strict=True):
        groups[first].append(example)
    return list(groups.values())


def _held(stratum: str, count: int, share: float, seed: int) -> int:
    """How many of a folder's photographs are held back; a fraction of one is drawn by the folder's own lot."""
    wanted = count * share
    if wanted >= 1:
        return round(wanted)
    lot = int.from_bytes(_rank(f"folder/{stratum}", seed)[:8], "big") / 2**64
    return math.floor(wanted + lot)


def _rank(name: str, seed: int) -> bytes:
    """A shuffle that does not depend on what else is in the folder."""
    return hashlib.sha256(f"{seed}/{name}".encode("utf-8", "surrogateescape")).digest()
