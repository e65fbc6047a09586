"""Colours thousands of photographs in one batch and watches whether its process grows, slows down or leaks.

    python benchmarks/soak.py [--photos 5000] [--model NAME_OR_PATH] [--workers 2]

Memory, open descriptors, processor time and the journal's lines are looked at four times a second (Linux). Quarters are
of the photographs done. The last is compared with the second, for the first one warms up. The rate is told by the clock
and by processor time: on a machine that does other work besides, only the second says something of the batch.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

FORMATS = (".jpg", ".png", ".tif", ".webp")
CONTENTS = 200  # different pictures; the others are further names of the same files
WITHIN = 1.05
EVERY = 0.25  # seconds
JOURNAL = "lab-colorize.jsonl"


@dataclass(frozen=True)
class Look:
    """One look at the process."""

    done: int
    clock: float
    processor: float  # seconds
    memory: int  # bytes
    descriptors: int


@dataclass(frozen=True)
class Quarter:
    """What a quarter of the photographs took."""

    memory: float  # the median of its looks
    descriptors: int  # the most
    processor: float  # seconds a photograph
    clock: float


def make_archive(folder: Path, photos: int, side: int) -> None:
    """Write grey pictures in four formats, a hundred a folder, and further names for them."""
    rng = np.random.default_rng(0)
    firsts: list[Path] = []
    for number in range(photos):
        path = folder / f"box {number // 100:03}" / f"{number:05}{FORMATS[number % len(FORMATS)]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number < CONTENTS:
            coarse = rng.integers(0, 256, (6, 8), np.uint8)
            cv2.imwrite(str(path), cv2.resize(coarse, (side * 4 // 3, side), interpolation=cv2.INTER_CUBIC))
            firsts.append(path)
        else:
            os.link(firsts[number % CONTENTS], path)


def look(process: int, journal: Path) -> Look | None:
    """What the process holds at this moment; None once it has ended."""
    try:
        proc = Path(f"/proc/{process}")
        pages = int((proc / "statm").read_text().split()[1])
        times = (proc / "stat").read_text().rpartition(")")[2].split()
        descriptors = len(list((proc / "fd").iterdir()))
    except (OSError, IndexError):
        return None
    done = journal.read_bytes().count(b"\n") if journal.exists() else 0
    ticks = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    return Look(done, time.monotonic(), ticks, pages * os.sysconf("SC_PAGE_SIZE"), descriptors)


def soak(place: Path, photos: int, model: str | None, workers: int, side: int) -> list[Quarter]:
    """Run one batch and look at it until it ends; what each quarter of it took."""
    make_archive(place / "photos", photos, side)
    command = [sys.executable, "-m", "lab_colorize", "batch", str(place / "photos"), "--out", str(place / "out"), "-q"]
    command += ["--workers", str(workers), *(["--model", model] if model else [])]
    running = subprocess.Popen(command)
    looks: list[Look] = []
    while running.poll() is None:
        found = look(running.pid, place / "out" / JOURNAL)
        if found is not None and found.done:
            looks.append(found)
        time.sleep(EVERY)
    assert running.returncode == 0, f"the batch ended with {running.returncode}"
    return [_quarter(looks, photos * part // 4, photos * (part + 1) // 4) for part in range(4)]


def _quarter(looks: list[Look], first: int, last: int) -> Quarter:
    within = [one for one in looks if first <= one.done <= last]
    assert len(within) > 4, "too few photographs for so many looks"
    done = within[-1].done - within[0].done
    return Quarter(
        memory=statistics.median(one.memory for one in within),
        descriptors=max(one.descriptors for one in within),
        processor=(within[-1].processor - within[0].processor) / done,
        clock=(within[-1].clock - within[0].clock) / done,
    )


def growth(quarters: list[Quarter]) -> tuple[float, float, int]:
    """Memory and processor time of the last quarter as shares of the second's, and descriptors more than it had."""
    _, second, _, last = quarters
    more = last.descriptors - second.descriptors
    return last.memory / second.memory, last.processor / second.processor, more


def main() -> None:
    """Print the quarters; exit 1 if the last takes over 5% more than the second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=5000)
    parser.add_argument("--model")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--side", type=int, default=240, help="the shorter side of the photographs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        quarters = soak(Path(place), asked.photos, asked.model, asked.workers, asked.side)
    print(f"{asked.photos} photographs of {asked.side * 4 // 3} x {asked.side}, {asked.workers} workers")
    for number, one in enumerate(quarters, 1):
        print(
            f"quarter {number}: {one.memory / 2**20:6.1f} MiB, {one.descriptors} descriptors at most,"
            f" {one.processor * 1e3:.1f} ms of processor and {one.clock * 1e3:.1f} ms a photograph"
        )
    memory, processor, descriptors = growth(quarters)
    print(f"last to second: memory {memory - 1:+.1%}, processor time {processor - 1:+.1%}, {descriptors:+} descriptors")
    sys.exit(memory > WITHIN or processor > WITHIN or descriptors > 0)


if __name__ == "__main__":
    main()
