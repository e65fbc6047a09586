"""A contact sheet of old photographs, before and after, chosen by a rule: nobody picks the ones that came out well.

Of the photographs whose file name holds a year before 1929, sorted by name, COUNT at even distances. With several
models, each photograph is followed by what each makes of it; with --blind, in an order drawn by lot for each
photograph, which is written to a file to be opened after judging.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import cv2
import numpy as np

from lab_colorize.colour.join import join
from lab_colorize.colour.lightness import lightness_through
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.photos.photo import read_photo

YEAR = re.compile(r"(1[89]\d\d)(s?)")
LAST = 1928  # what was taken later may still belong to somebody
CELLS_ACROSS = 8
CELL, GAP, PAPER = (300, 200), 10, 245  # pixels: width and height of a picture


def main() -> None:
    """Write the sheet and name what is on it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--model", action="append", help="may be given several times")
    parser.add_argument("--blind", type=Path, metavar="KEY.txt", help="draw lots for the models' order")
    parser.add_argument("--seed", type=int, help="of the lots")
    chosen = parser.parse_args()
    old = [path for path in sorted(chosen.folder.iterdir()) if is_old(path.name)]
    count = min(chosen.count, len(old))
    photos = [old[number * len(old) // count] for number in range(count)]
    models = chosen.model or ["default"]
    colorizers = [Colorizer(model) for model in models]
    orders = [list(range(len(models))) for _ in photos]
    if chosen.blind:
        rng = np.random.default_rng(chosen.seed)
        orders = [list(rng.permutation(len(models))) for _ in photos]
        key = [
            f"{photo.stem}: {', '.join(models[one] for one in order)}"
            for photo, order in zip(photos, orders, strict=True)
        ]
        chosen.blind.write_text("\n".join(key) + "\n", encoding="utf-8")
    strips = [strip(photo, [colorizers[one] for one in order]) for photo, order in zip(photos, orders, strict=True)]
    across = CELLS_ACROSS // (1 + len(models))
    blank = np.full_like(strips[0], PAPER)
    strips += [blank] * (-count % across)
    sheet = np.vstack([np.hstack(strips[start : start + across]) for start in range(0, len(strips), across)])
    cv2.imwrite(str(chosen.target), sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    print(f"{count} of {len(old)} photographs from before {LAST + 1}, from left to right:")
    for photo in photos:
        print(f"  {photo.stem}")


def is_old(name: str) -> bool:
    """Whether every year that the name gives, and the end of every decade, is early enough."""
    years = [int(year) + 9 * bool(more) for year, more in YEAR.findall(name)]
    return bool(years) and max(years) <= LAST


def strip(path: Path, colorizers: list[Colorizer]) -> np.ndarray:
    """One photograph as it was and as it comes out of each."""
    photo = read_photo(path)
    lightness = lightness_through(photo.pages[0].pixels, photo.metadata.icc)
    after = [colorizer.joined(lightness, colorizer.predict(lightness), np.uint8) for colorizer in colorizers]
    before = photo.pages[0].pixels
    if before.ndim == 2:
        before = join(lightness, np.zeros((1, 1, 2), np.float32))
    return np.hstack([cell(before), *map(cell, after)])


def cell(pixels: np.ndarray) -> np.ndarray:
    """The picture on paper, as large as fits."""
    scale = min((length - GAP) / size for length, size in zip(CELL[::-1], pixels.shape, strict=False))
    height, width = (round(size * scale) for size in pixels.shape[:2])
    paper = np.full((CELL[1], CELL[0], 3), PAPER, np.uint8)
    top, left = (CELL[1] - height) // 2, (CELL[0] - width) // 2
    paper[top : top + height, left : left + width] = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return paper


if __name__ == "__main__":
    main()
