"""Colours thousands of photographs in one batch and watches whether its process grows, slows down or leaks.

    python benchmarks/soak.py [--photos 5000] [--model NAME_OR_PATH] [--workers 2]

Memory, open descriptors, processor time and the journal's lines are looked at every half second (Linux). Quarters are
of the photographs done. The last is compared with the second, for the first one warms up.

How fast a virtual machine is changes by a fifth within minutes, and so does what a photograph costs in processor time.
So the batch takes turns with a young one over the same photographs, which is started anew whenever it has ended: half a
second the old one runs, half a second the young one. What a photograph cost in a turn of the old one, as a share of
what it cost in the turn of the young one that followed, is what age makes of it. Told are the medians of a quarter's
turns.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

FORMATS = (".jpg", ".png", ".tif", ".webp")
CONTENTS = 200  # different pictures; the others are further names of the same files
YOUNG = 1000  # photographs of the young batch
WITHIN = 1.05
TURN = 0.5  # seconds
JOURNAL_NAME = "lab-colorize.jsonl"


@dataclass(frozen=True)
class Look:
    """One look at a process."""

    done: int
    processor: float  # seconds
    memory: int  # bytes
    descriptors: int


@dataclass(frozen=True)
class Turn:
    """What the old batch did while the young one waited, and the other way round."""

    look: Look  # at the end
    cost: float  # seconds of processor time a photograph
    age: float  # of it, as a share of what the young one took


@dataclass(frozen=True)
class Quarter:
    """What a quarter of the photographs took."""

    memory: float  # the median of its turns
    descriptors: int  # the fewest: one that is leaked is never closed again
    cost: float  # the medians of its turns
    age: float


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
    return Look(done, ticks, pages * os.sysconf("SC_PAGE_SIZE"), descriptors)


class Runner:
    """A batch that runs when it is its turn, and stands still otherwise."""

    def __init__(self, command: list[str], out: Path) -> None:
        self._journal = out / JOURNAL_NAME
        self.running = subprocess.Popen([*command, "--out", str(out)])
        self._before: Look | None = None

    def turn(self) -> tuple[Look | None, float]:
        """Let it run for a while: how it stands then, and what a photograph cost; not a number while it starts."""
        self.running.send_signal(signal.SIGCONT)
        time.sleep(TURN)
        self.running.send_signal(signal.SIGSTOP)
        before, self._before = self._before, look(self.running.pid, self._journal)
        if not before or not self._before or not before.done or before.done == self._before.done:
            return self._before, math.nan
        return self._before, (self._before.processor - before.processor) / (self._before.done - before.done)

    def end(self) -> None:
        """Whatever it is at."""
        self.running.kill()
        self.running.wait()


def soak(place: Path, photos: int, model: str | None, workers: int, side: int) -> list[Quarter]:
    """Run one batch, by turns with young ones, until it ends; what each quarter of it took."""
    command = [sys.executable, "-m", "lab_colorize", "batch", "-q", "--workers", str(workers)]
    command += ["--model", model] if model else []
    for name, count in {"photos": photos, "few": min(photos, YOUNG)}.items():
        make_archive(place / name, count, side)
    old = Runner([*command, str(place / "photos")], place / "out")
    try:
        turns = list(_turns(old, [*command, str(place / "few")], place / "young"))
    finally:
        old.end()
    assert old.running.returncode == 0, f"the batch ended with {old.running.returncode}"
    return [_quarter(turns, photos * part // 4, photos * (part + 1) // 4) for part in range(4)]


def _turns(old: Runner, command: list[str], out: Path) -> Iterator[Turn]:
    young = Runner(command, out)
    try:
        while old.running.poll() is None:
            found, cost = old.turn()
            if young.running.poll() is not None:
                shutil.rmtree(out)
                young = Runner(command, out)
            _, beside = young.turn()
            if found is not None and found.done:
                yield Turn(found, cost, cost / beside if beside else math.nan)  # ticks are coarse
    finally:
        young.end()


def _quarter(turns: list[Turn], first: int, last: int) -> Quarter:
    within = [one for one in turns if first <= one.look.done <= last]
    assert len(within) > 4, "too few photographs for so many looks"
    return Quarter(
        memory=statistics.median(one.look.memory for one in within),
        descriptors=min(one.look.descriptors for one in within),
        cost=_median(one.cost for one in within),
        age=_median(one.age for one in within),
    )


def _median(found: Iterable[float]) -> float:
    """Of the turns in which both batches were at work."""
    numbers = [one for one in found if not math.isnan(one)]
    return statistics.median(numbers) if numbers else math.nan


def growth(quarters: list[Quarter]) -> tuple[float, float, int]:
    """Memory and what age makes of the last quarter, as shares of the second's, and descriptors more than it had."""
    _, second, _, last = quarters
    return last.memory / second.memory, last.age / second.age, last.descriptors - second.descriptors


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
            f"quarter {number}: {one.memory / 2**20:6.1f} MiB, {one.descriptors} descriptors at least,"
            f" {one.cost * 1e3:.1f} ms of processor a photograph, {one.age:.3f} of a young batch's"
        )
    memory, age, descriptors = growth(quarters)
    alone = quarters[3].cost / quarters[1].cost
    print(
        f"last to second: memory {memory - 1:+.1%}, {descriptors:+} descriptors, processor time a photograph"
        f" {alone - 1:+.1%}, as a share of a young batch's {age - 1:+.1%}"
    )
    sys.exit(memory > WITHIN or age > WITHIN or descriptors > 0)


if __name__ == "__main__":
    main()
