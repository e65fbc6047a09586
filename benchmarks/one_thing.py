"""Whether a point stays with its own thing: one thing of each photograph gets another colour, and one hint says so.

    python benchmarks/one_thing.py FOLDER --model default --model other

Of each photograph, which is in colour, a region of one colour with an outline in its lightness is taken, as in
training (`training/recolouring.py`), and given a colour that it never had. Printed are, at saturation 1, how much of
the way from the answer without hints to that colour the thing goes, and how far all else moves, in units of a/b, near
the thing and away from it.
"""

import argparse
import zlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from edges_and_skin import photographs

from lab_colorize import Colorizer, Hint
from lab_colorize.colour.lab import AB_SCALE, Plane, lab_of
from lab_colorize.training.augment import crop
from lab_colorize.training.batches import scaled
from lab_colorize.training.dataset import decoded
from lab_colorize.training.options import NO_AUGMENTATION
from lab_colorize.training.recolouring import recoloured

SIDE = 160  # of the square in the middle that is looked at
NEAR = 8  # cells of half of that


def main() -> None:
    """Print one line per model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="of colour photographs that no model has seen")
    parser.add_argument("--model", action="append", help="may be given several times")
    parser.add_argument("--limit", type=int, default=300, help="photographs, at even distances")
    chosen = parser.parse_args()
    every = photographs(chosen.folder)
    paths = every[:: max(1, len(every) // chosen.limit)][: chosen.limit]
    for name in chosen.model or ["default"]:
        way, near, away, count = told(Colorizer(name), paths)
        print(
            f"{name}: the thing goes {way:.0%} of the way; all else moves by {near:.1f} within {NEAR} cells of it and "
            f"by {away:.1f} beyond ({count} photographs)"
        )


def told(colorizer: Colorizer, paths: Sequence[Path]) -> tuple[float, float, float, int]:
    """Share of the way that all things together went; how far all else moved, near and away; how many they are."""
    rows = [row for path in paths if (row := _told(colorizer, path)) is not None]
    gone, whole, near, away = np.mean(rows, axis=0)
    return gone / whole, near, away, len(rows)


def _told(colorizer: Colorizer, path: Path) -> tuple[float, float, float, float] | None:
    """How far its thing went and should have gone, squared, and how far all else moved; None if it has no thing."""
    lab = lab_of(crop(decoded(path, SIDE), SIDE, NO_AUGMENTATION, np.random.default_rng(0)))  # the middle, whatever rng
    lightness, ab = scaled(lab, SIDE // 2)
    wanted, place = recoloured(ab, lightness, np.random.default_rng(zlib.crc32(path.name.encode())))
    if place is None:
        return None
    thing = (wanted != ab).any(axis=-1)
    near = cv2.dilate(thing.astype(np.uint8), np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)) > 0
    if near.all():
        return None
    y, x = place
    a, b = wanted[y, x] * AB_SCALE
    hint = Hint(2 * x + 1, 2 * y + 1, f"lab(50 {a:.2f} {b:.2f})")
    plain, hinted = (_answer(colorizer, lab[..., 0], hints) for hints in ((), (hint,)))
    asked, got = wanted[thing].mean(axis=0) * AB_SCALE - plain[thing].mean(axis=0), (hinted - plain)[thing].mean(axis=0)
    moved = np.linalg.norm(hinted - plain, axis=-1)
    return float(got @ asked), float(asked @ asked), float(moved[near & ~thing].mean()), float(moved[~near].mean())


def _answer(colorizer: Colorizer, lightness: Plane, hints: Sequence[Hint]) -> Plane:
    ab = colorizer.predict(lightness, hints=hints, saturation=1.0)
    return cv2.resize(ab, (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_LINEAR)


if __name__ == "__main__":
    main()
