"""How much memory a batch takes, as a formula: base + bytes a pixel x pixels of the largest photograph x workers.

    python benchmarks/memory.py [--model NAME_OR_PATH] [--megapixels 12 24 48] [--workers 1 2]
    python benchmarks/memory.py --large 200          # one 16-bit TIFF of so many megapixels, and no formula

Each figure is the highest resident memory of one `lab-colorize batch` over equal photographs, as the system counts it
for a process that has ended (Linux). The formula is the least-squares fit over sizes and workers, for each kind.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile

MIB = 1 << 20
PHOTOS_A_WORKER = 3
STRIPES = 64  # the picture repeats itself, so that making it takes no more memory than colouring it


@dataclass(frozen=True)
class Peak:
    """One batch: what it held, and what it took."""

    pixels: int
    workers: int
    bytes: int
    seconds: float


def scene(megapixels: float, depth: Any) -> np.ndarray[Any, Any]:
    """A grey picture, 4 to 3, smooth with some grain; a band of it again and again."""
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5) // STRIPES * STRIPES
    width, top = height * 4 // 3, np.iinfo(depth).max
    rng = np.random.default_rng(0)
    coarse = rng.uniform(0.1, 0.9, (6, 40)).astype(np.float32)
    band = cv2.resize(coarse, (width, height // STRIPES), interpolation=cv2.INTER_CUBIC)
    band += rng.normal(0, 0.01, band.shape).astype(np.float32)
    return np.tile((np.clip(band, 0, 1) * top).astype(depth), (STRIPES, 1))


def jpeg(path: Path, megapixels: float) -> int:
    """Write an 8-bit JPEG; its pixels."""
    pixels = scene(megapixels, np.uint8)
    cv2.imwrite(str(path.with_suffix(".jpg")), pixels)
    return int(pixels.size)


def deep_tiff(path: Path, megapixels: float) -> int:
    """Write a 16-bit TIFF without compression; its pixels."""
    pixels = scene(megapixels, np.uint16)
    tifffile.imwrite(path.with_suffix(".tif"), pixels, photometric="minisblack")
    return int(pixels.size)


KINDS: dict[str, Callable[[Path, float], int]] = {"8-bit JPEG": jpeg, "16-bit TIFF": deep_tiff}


def peak(write: Callable[[Path, float], int], megapixels: float, workers: int, photos: int, model: str | None) -> Peak:
    """Colour some photographs of one size in a batch of so many workers."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "photos"
        folder.mkdir()
        pixels = write(folder / "0", megapixels)
        (first,) = folder.iterdir()
        for number in range(1, photos):
            os.link(first, folder / f"{number}{first.suffix}")
        command = [sys.executable, "-m", "lab_colorize", "batch", str(folder), "--out", str(Path(place) / "out"), "-q"]
        command += ["--workers", str(workers), *(["--model", model] if model else [])]
        start = time.monotonic()
        running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)  # Python takes it for running otherwise
        assert status == 0, f"the batch ended with {running.returncode}"
        assert len(list((Path(place) / "out").glob("[0-9]*"))) == photos
    return Peak(pixels, workers, used.ru_maxrss * 1024, time.monotonic() - start)


def formula(peaks: list[Peak]) -> tuple[float, float, float]:
    """Base, bytes a pixel and worker, and the largest share by which a measured peak lies above it."""
    table = np.array([[1, found.pixels * found.workers] for found in peaks], np.float64)
    measured = np.array([found.bytes for found in peaks], np.float64)
    base, each = np.linalg.lstsq(table / [1, 1e6], measured, rcond=None)[0] / [1, 1e6]
    return float(base), float(each), float((measured / (table @ [base, each]) - 1).max())


def large(megapixels: float, model: str | None) -> None:
    """Colour one large TIFF and print what it took."""
    found = peak(deep_tiff, megapixels, 1, 1, model)
    print(f"16-bit TIFF of {found.pixels / 1e6:.0f} megapixels: {found.bytes / 1e9:.2f} GB, {found.seconds:.0f} s")


def main() -> None:
    """Print every peak, and a formula for each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--megapixels", type=float, nargs="+", default=[12.0, 24.0, 48.0])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--large", type=float, metavar="MEGAPIXELS")
    asked = parser.parse_args()
    if asked.large:
        large(asked.large, asked.model)
        return
    for kind, write in KINDS.items():
        peaks = []
        for workers in asked.workers:
            for megapixels in asked.megapixels:
                found = peak(write, megapixels, workers, PHOTOS_A_WORKER * workers, asked.model)
                peaks.append(found)
                print(f"{kind}, {found.pixels / 1e6:5.1f} megapixels, {workers} workers: {found.bytes / MIB:6.0f} MiB")
        base, each, above = formula(peaks)
        print(f"{kind}: {base / MIB:.0f} MiB + {each:.1f} bytes x pixels x workers; at most {above:+.1%} above it")


if __name__ == "__main__":
    main()
