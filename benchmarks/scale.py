"""Time and memory against the size of a photograph and against the number of files, with fitted lines and a plot.

    python benchmarks/scale.py [--plot docs/scale.svg] [--turns 5] [--megapixels 0.25 1 4 12 25 50 100]
                               [--files 10 100 1000 5000]

Sizes: `colorize_photo` on one JPEG on one thread, processor time, with the model ready, so what is fitted is the
network's time + time a megapixel; and the peak memory of `lab-colorize batch --workers 1` on it. Beside it what the
floor takes, which only decodes and encodes: where memory is slow, it is so for both. All sizes take their turns one
after another, because a machine's speed drifts; what is printed are medians.
Files: photographs of 0.1 megapixels through `batch --workers 2`, start to finish; fitted is start + time a file.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import blas  # noqa: F401  # before NumPy
import clock
import cv2
import numpy as np
import scans
from stages import Stages, bare
from svg import sheet

from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.on_disk import colorize_photo
from lab_colorize.colouring.options import ColorizeOptions

COMMAND = Path(sys.executable).with_name("lab-colorize")
SMALL = 0.1  # megapixels of each of many files


@dataclass(frozen=True)
class Point:
    """What was measured at one size, or number."""

    amount: float
    """Megapixels, or files."""
    seconds: float
    peak: float
    """Megabytes."""
    floor: float = 0.0
    """Seconds that decoding and encoding take alone."""


@dataclass(frozen=True)
class Line:
    """base + slope * amount, by least squares of relative errors: a small batch counts as much as a large one."""

    base: float
    slope: float

    @classmethod
    def through(cls, points: list[Point], what: str) -> Line:
        """The line nearest to what was measured."""
        amounts = np.array([point.amount for point in points])
        values = np.array([getattr(point, what) for point in points])
        rows = np.stack([np.ones_like(amounts), amounts], axis=1) / values[:, None]
        base, slope = np.linalg.lstsq(rows, np.ones_like(values), rcond=None)[0]
        return cls(float(base), float(slope))

    def at(self, amount: float) -> float:
        """Its value there."""
        return self.base + self.slope * amount


def main() -> None:
    """Measure, print, plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[0.25, 1, 4, 12, 25, 50, 100])
    parser.add_argument("--files", type=int, nargs="+", default=[10, 100, 1000, 5000])
    chosen = parser.parse_args()
    sizes = single_photos(chosen.megapixels, chosen.turns)
    told("megapixels", sizes)
    fixed = Line.through(sizes, "seconds").base
    for name, unit in (("a megapixel", "amount"), ("a second of the floor's", "floor")):
        slopes = [(point.seconds - fixed) / getattr(point, unit) for point in sizes if point.amount >= 1]
        middle = statistics.median(slopes)
        print(f"{name}, from 1 MP on: {min(slopes) / middle - 1:+.0%} to {max(slopes) / middle - 1:+.0%} of the median")
    print()
    files = [many_files(count) for count in chosen.files]
    told("files", files)
    if chosen.plot:
        chosen.plot.write_text(plotted(sizes, files))


def single_photos(sizes: list[float], turns: int) -> list[Point]:
    """One photograph of each size, alone."""
    cv2.setNumThreads(1)
    colorizer = Colorizer()
    overwrite = ColorizeOptions(overwrite=True)
    with tempfile.TemporaryDirectory() as name:
        folders = [scans.folder_of_scans(Path(name) / f"in-{size:g}", 1, size) for size in sizes]
        target = Path(name) / "result.jpg"
        seconds: dict[Path, list[float]] = {folder: [] for folder in folders}
        floors = {folder: Stages() for folder in folders}
        for _ in range(turns + 1):
            for folder in folders:
                (photo,) = folder.iterdir()
                began = time.thread_time()
                colorize_photo(photo, target, colorizer=colorizer, options=overwrite)
                seconds[folder].append(time.thread_time() - began)
                bare(photo, Path(name), floors[folder])
        runs = [
            clock.run([COMMAND, "batch", folder, "--out", folder.with_suffix(".out"), "--workers", "1", "--quiet"])
            for folder in folders
        ]
    return [
        Point(size, statistics.median(seconds[folder][1:]), run.peak, floors[folder].total())  # the first fills caches
        for size, folder, run in zip(sizes, folders, runs, strict=True)
    ]


def many_files(count: int) -> Point:
    """A batch over small photographs."""
    with tempfile.TemporaryDirectory() as name:
        source = scans.folder_of_scans(Path(name) / "in", count, SMALL)
        run = clock.run([COMMAND, "batch", source, "--out", Path(name) / "out", "--workers", "2", "--quiet"])
    return Point(count, run.seconds, run.peak)


def told(unit: str, points: list[Point]) -> None:
    """Print a table and the fitted lines."""
    seconds, peak = Line.through(points, "seconds"), Line.through(points, "peak")
    print(f"| {unit} | s | peak MB | floor s |\n|---|---|---|---|")
    for point in points:
        floor = f"{point.floor:.3f}" if point.floor else ""
        print(f"| {point.amount:g} | {point.seconds:.3f} | {point.peak:.0f} | {floor} |")
    one = unit.removesuffix("s")
    print(f"\n{seconds.base:.2f} s + {seconds.slope * 1e3:.2f} ms a {one}")
    print(f"{peak.base:.0f} MB + {peak.slope:.3f} MB a {one}\n")


WIDTH, HEIGHT, MARGIN = 420, 300, 50  # of each of the two plots


def plotted(sizes: list[Point], files: list[Point]) -> str:
    """Both measurements beside each other, both axes logarithmic."""
    plots = (plot(sizes, "megapixels of one JPEG", 0), plot(files, "files of 0.1 megapixels", WIDTH + MARGIN))
    total = 2 * WIDTH + 3 * MARGIN
    return sheet(total, HEIGHT + 2 * MARGIN, plots)


def plot(points: list[Point], title: str, left: int) -> str:
    """One plot: measured points, and the fitted line."""
    line = Line.through(points, "seconds")
    span = [
        np.log10([min(values), max(values)]) for values in ([p.amount for p in points], [p.seconds for p in points])
    ]
    (x_low, x_high), (y_low, y_high) = ((np.floor(low), np.ceil(high)) for low, high in span)

    def place(amount: float, seconds: float) -> tuple[float, float]:
        across = (np.log10(amount) - x_low) / (x_high - x_low)
        up = (np.log10(seconds) - y_low) / (y_high - y_low)
        return left + MARGIN + across * (WIDTH - MARGIN), MARGIN + (1 - up) * (HEIGHT - MARGIN)

    marks = []
    for power in range(int(x_low), int(x_high) + 1):
        (x, top), (_, bottom) = place(10.0**power, 10**y_high), place(10.0**power, 10**y_low)
        marks.append(f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="#ddd"/>')
        marks.append(f'<text x="{x:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{10.0**power:g}</text>')
    for power in range(int(y_low), int(y_high) + 1):
        (start, y), (end, _) = place(10**x_low, 10.0**power), place(10**x_high, 10.0**power)
        marks.append(f'<path d="M{start:.1f} {y:.1f}H{end:.1f}" stroke="#ddd"/>')
        marks.append(f'<text x="{start - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    amounts = np.geomspace(points[0].amount, points[-1].amount, 60)
    path = " ".join("{:.1f},{:.1f}".format(*place(amount, line.at(amount))) for amount in amounts)
    marks.append(f'<polyline points="{path}" fill="none" stroke="#c60" stroke-width="1.5"/>')
    marks += [
        '<circle cx="{:.1f}" cy="{:.1f}" r="3.5" fill="#036"/>'.format(*place(p.amount, p.seconds)) for p in points
    ]
    x, y = place(10**x_low, 10**y_high)
    marks.append(f'<text x="{x:.1f}" y="{y - 12:.1f}" font-weight="bold">{title}</text>')
    return "".join(marks)


if __name__ == "__main__":
    main()
