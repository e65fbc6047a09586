"""How far results with copied lightness are from the scan, and from what decoding and encoding gives.

    python benchmarks/copied_lightness.py FOLDER [FOLDER ...]

The photographs of each folder become grey JPEGs, which are coloured both ways. L* is compared with the scan's pixel by
pixel, a* and b* of both ways with each other at half of their width and height, since one of them has them so.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import blas  # noqa: F401  # before NumPy
import cv2
import numpy as np

from lab_colorize.colour.lab import lab_of
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.in_memory import colorize_bytes
from lab_colorize.colouring.options import COPIED, ColorizeOptions

QUALITY = 92  # of the scans
AS_STORED = cv2.IMREAD_IGNORE_ORIENTATION


def main() -> None:
    """Print two rows for each folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    chosen = parser.parse_args()
    colorizer = Colorizer()
    print("| | L* off, mean | 99th percentile | a*, b* against the other way | size of the source's, median |")
    print("|---|---|---|---|---|")
    for folder in chosen.folders:
        scans = [grey for path in sorted(folder.iterdir()) if (grey := _grey(path)) is not None]
        found = np.array([compared(scan, colorizer) for scan in scans])
        copied, anew = found[:, 0], found[:, 1]
        apart = f"{copied[:, 3].mean():.2f}"
        for title, way, colours in ((f"{len(scans)} of {folder.name}, copied", copied, apart), ("anew", anew, "")):
            off, most = way[:, :2].mean(axis=0)
            print(f"| {title} | {off:.2f} | {most:.2f} | {colours} | {np.median(way[:, 2]):.2f} |", flush=True)


def _grey(path: Path) -> np.ndarray | None:
    return cv2.imread(str(path), cv2.IMREAD_GRAYSCALE | AS_STORED)


def compared(scan: np.ndarray, colorizer: Colorizer) -> list[list[float]]:
    """For each way: L* off on average and at the 99th percentile, size of the source's, a* and b* from the other."""
    source = cv2.imencode(".jpg", scan, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    lightness = _lab(source)[..., 0]
    results = [
        colorize_bytes(source, name="scan", colorizer=colorizer, options=ColorizeOptions(reencode=anew, force=True))
        for anew in (False, True)
    ]
    assert results[0].lightness == COPIED
    labs = [_lab(result.content) for result in results]
    one, other = (cv2.resize(lab[..., 1:], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for lab in labs)
    apart = float(np.abs(one - other).mean())
    rows = []
    for lab, result in zip(labs, results, strict=True):
        off = np.abs(lab[..., 0] - lightness)
        rows.append([float(off.mean()), float(np.quantile(off, 0.99)), len(result.content) / len(source), apart])
    return rows


def _lab(coded: bytes) -> np.ndarray:
    return lab_of(cv2.imdecode(np.frombuffer(coded, np.uint8), cv2.IMREAD_COLOR_RGB | AS_STORED))


if __name__ == "__main__":
    main()
