"""How fast `evaluate --size 256` measures, against the network alone on as many inputs of the side that it sees.

In one process, by turns, with as many threads; medians. The first rate is of the whole command: reading and decoding,
telling colour from grey, colouring, both baselines, every figure and the table. The second is of nothing but the
shipped model's interpreter, one a thread, on lightness that lies ready. Where other programs want the processor too,
its time is the better measure: both are told.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import blas  # noqa: F401  # before NumPy
import cv2
import numpy as np

from lab_colorize.cli.group import commands
from lab_colorize.colour.lab import Plane, lightness_of
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.models import find_model
from lab_colorize.evaluation.photographs import list_photographs, read_set
from lab_colorize.evaluation.settings import Settings
from lab_colorize.workers import WorkerPool

WIDTH, HEIGHT = 288, 192  # pixels: small photographs, so that it is not decoding that is measured

Turn = tuple[float, float]
"""Seconds that passed, and seconds of the processor."""


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=300, help="how many are made, and measured a turn")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--turns", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos = made_photos(Path(folder), chosen.photos)
        evaluate, network = times(photos, chosen.workers, chosen.turns)
    print(f"{chosen.photos} photographs of {WIDTH} x {HEIGHT}, {chosen.workers} workers, {chosen.turns} turns")
    for name, clock in (("elapsed time", 0), ("processor time", 1)):
        ours, bare = ([chosen.photos / turn[clock] for turn in turns] for turns in (evaluate, network))
        ratios = [one / other for one, other in zip(ours, bare, strict=True)]
        print(f"by {name}:")
        print(f"  evaluate --size 256  {statistics.median(ours):6.1f} photos/s")
        print(f"  network alone        {statistics.median(bare):6.1f} photos/s")
        print(f"  ratio                {statistics.median(ratios):6.3f}  ({', '.join(f'{r:.3f}' for r in ratios)})")


def made_photos(folder: Path, count: int) -> Path:
    """Patches of colour under textures of every size, as photographs have them, in JPEGs of some 20 KB."""
    rng = np.random.default_rng(0)
    for number in range(count):
        photo = np.zeros((HEIGHT, WIDTH, 3))
        for cells, strength in ((3, 60), (8, 30), (24, 15), (96, 8)):
            coarse = rng.normal(0, strength, (cells, cells * 3 // 2, 3))
            photo += cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        levels = np.clip(photo + 120, 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number:04}.jpg"), levels, [cv2.IMWRITE_JPEG_QUALITY, 90])
    return folder


def times(photos: Path, workers: int, turns: int) -> tuple[list[Turn], list[Turn]]:
    """What the command took and what the network took, turn by turn, both warmed up."""
    shown = [lightness_shown(pixels) for pixels in pixels_at_256(photos, workers)]
    taken: tuple[list[Turn], list[Turn]] = ([], [])
    works: tuple[Callable[[], None], ...] = (
        lambda: evaluated(photos, workers),
        lambda: answered(shown, workers),
    )
    for turn in range(turns + 1):
        for told, work in zip(taken, works, strict=True):
            began = (time.perf_counter(), time.process_time())
            work()
            if turn:
                told.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    return taken


def pixels_at_256(photos: Path, workers: int) -> list[np.ndarray]:
    """What `evaluate` measures of each photograph."""
    photo_set = read_set(list_photographs(photos), Settings(256), workers=workers)
    return [photo_set.pixels_of(photograph) for photograph in photo_set.photographs]


def lightness_shown(pixels: np.ndarray) -> Plane:
    """L* at the side that the shipped model sees."""
    side = find_model(None).card.side
    return cv2.resize(lightness_of(pixels), (side, side), interpolation=cv2.INTER_AREA)


def evaluated(photos: Path, workers: int) -> None:
    """The command as a person runs it, but for what it prints."""
    words = ["evaluate", str(photos), "--size", "256", "--workers", str(workers), "--quiet"]
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        commands(words, standalone_mode=False)


def answered(shown: list[Plane], workers: int) -> None:
    """The network on all of them."""
    for _ in WorkerPool(shown, lambda: Colorizer(threads=1).predict, workers).results():
        pass


if __name__ == "__main__":
    main()
