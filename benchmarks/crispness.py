"""How crisp photographs are as the network sees them: power of lightness in octaves of detail.

    python benchmarks/crispness.py photos/train photos/scans

Photographs much larger than the network's frame are reduced for it, and arrive with all the detail that pixels can
hold; small ones are enlarged, and arrive soft. A network trained on one kind alone meets the other unprepared.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from lab_colorize.colour.lab import lab_of

OCTAVES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)  # cycles per pixel: the last is the finest that pixels can hold


def main() -> None:
    """Print one line per folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--side", type=int, default=192, help="of the network's frame")
    parser.add_argument("--limit", type=int, default=200, help="photographs per folder, at even distances")
    chosen = parser.parse_args()
    for folder in chosen.folders:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in {".jpg", ".png"})
        chosen_paths = paths[:: max(1, len(paths) // chosen.limit)][: chosen.limit]
        powers = np.mean([octaves(path, chosen.side) for path in chosen_paths], axis=0)
        print(
            f"{folder.name}: " + ", ".join(f"{power:.4f}" for power in powers) + f" ({len(chosen_paths)} photographs)"
        )


def octaves(path: Path, side: int) -> list[float]:
    """Mean power of the lightness, in [-1, 1], in each octave, at a square frame."""
    lightness = lab_of(cv2.imread(str(path))[..., ::-1].copy())[..., 0] / 50 - 1
    shrinks = min(lightness.shape) >= side
    seen = cv2.resize(lightness, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    window = np.outer(np.hanning(side), np.hanning(side))
    power = np.abs(np.fft.fft2((seen - seen.mean()) * window)) ** 2 / np.square(window).sum()
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side))
    return [float(power[(low <= frequency) & (frequency < high)].mean()) for low, high in pairwise(OCTAVES)]


if __name__ == "__main__":
    main()
