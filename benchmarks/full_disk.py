"""Runs a batch onto a disk that is too small, then makes room: what does not fit must fail clearly, and nothing else.

    sudo python benchmarks/full_disk.py --model NAME_OR_PATH [--photos 120] [--megabytes 20]

The disk is a tmpfs, which takes root to mount. It is filled up, enlarged and, at last, made read-only.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from lab_colorize.batch.journal import JOURNAL_NAME, read_journal
from lab_colorize.batch.outcome import Status
from lab_colorize.files.writing import TEMPORARY_PREFIX

FORMATS = (".jpg", ".png", ".tif", ".webp")


@dataclass
class Figures:
    """What the small disk showed."""

    full_exit: int = -1
    done: int = 0
    failed: int = 0
    unclear: list[str] = field(default_factory=list)  # reasons that do not speak of room
    torn_targets: int = 0
    claimed_but_absent: int = 0  # done by the journal, and not there
    temporaries: int = 0
    damaged_lines: int = 0
    exit_with_room: int = -1
    differences: list[str] = field(default_factory=list)
    read_only_exit: int = -1
    read_only_said: str = ""

    @property
    def sound(self) -> bool:
        """Whether the failures were clear and nothing was torn, claimed or lost."""
        wrong = self.unclear or self.torn_targets or self.claimed_but_absent or self.temporaries or self.damaged_lines
        exits = (self.full_exit, self.exit_with_room, self.read_only_exit)
        return not wrong and not self.differences and self.failed > 0 and self.done > 0 and exits == (5, 0, 5)


def make_archive(folder: Path, photos: int, *, side: int) -> None:
    """Write grainy grey pictures in four formats, which compress badly."""
    random_numbers = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for number in range(photos):
        grain = random_numbers.integers(0, 256, (side, side * 4 // 3), np.uint8)
        picture = cv2.GaussianBlur(grain, (0, 0), 1.5)
        cv2.imwrite(str(folder / f"{number:04}{FORMATS[number % len(FORMATS)]}"), picture)


@contextmanager
def small_disk(place: Path, megabytes: float) -> Iterator[Path]:
    """Give a disk of that size; PermissionError where it may not be mounted."""
    place.mkdir()
    size = f"size={int(megabytes * 1024)}k"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        raise PermissionError(mounted.stderr.decode())
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def remount(disk: Path, options: str) -> None:
    """Change the size of the disk, or whether it can be written."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


def batch(folder: Path, out: Path, model: str) -> "subprocess.CompletedProcess[str]":
    """Run a batch as a program of its own."""
    command = [sys.executable, "-m", "lab_colorize", "batch", str(folder), "--out", str(out), "--model", model]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def contents(out: Path) -> dict[str, bytes]:
    """Everything in OUT but the journal."""
    return {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != JOURNAL_NAME}


def fill_up(place: Path, model: str, *, photos: int, megabytes: float, side: int) -> Figures:
    """Colour onto a disk with room for a part, then for all, then for reading only."""
    folder, whole = place / "photos", place / "whole"
    make_archive(folder, photos, side=side)
    batch(folder, whole, model)
    expected = contents(whole)
    figures = Figures()
    with small_disk(place / "disk", megabytes) as disk:
        out = disk / "out"
        figures.full_exit = batch(folder, out, model).returncode
        _inspect(out, expected, figures)
        remount(disk, f"size={int(megabytes * 1024) * 20}k")
        figures.exit_with_room = batch(folder, out, model).returncode
        found = contents(out)
        figures.differences = [name for name in expected | found if found.get(name) != expected.get(name)]
        remount(disk, "ro")
        ended = batch(folder, out, model)
        figures.read_only_exit, figures.read_only_said = ended.returncode, ended.stderr.strip().replace(str(out), "OUT")
    return figures


def _inspect(out: Path, expected: dict[str, bytes], figures: Figures) -> None:
    history, found = read_journal(out), contents(out)
    done = [outcome for outcome in history.last.values() if outcome.status is Status.DONE]
    failed = [outcome for outcome in history.last.values() if outcome.status is Status.FAILED]
    figures.done, figures.failed = len(done), len(expected) - len(done)
    figures.unclear = sorted({outcome.reason for outcome in failed if "No space left" not in outcome.reason})
    figures.temporaries = sum(name.startswith(TEMPORARY_PREFIX) for name in found)
    figures.torn_targets = sum(expected.get(name) != content for name, content in found.items())
    figures.claimed_but_absent = sum(outcome.target not in found for outcome in done)
    figures.damaged_lines = len(history.damaged)


def main() -> None:
    """Print the figures; exit 1 if anything was torn or claimed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--photos", type=int, default=120)
    parser.add_argument("--megabytes", type=float, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        figures = fill_up(Path(place), asked.model, photos=asked.photos, megabytes=asked.megabytes, side=480)
    print(f"{asked.photos} photographs in {len(FORMATS)} formats onto a disk of {asked.megabytes:g} MB")
    print(f"exit status when it was full    {figures.full_exit}")
    print(f"done                            {figures.done}")
    print(f"not done for want of room       {figures.failed}")
    print(f"failures that say anything else {len(figures.unclear)}")
    print(f"torn targets                    {figures.torn_targets}")
    print(f"done by the journal, not there  {figures.claimed_but_absent}")
    print(f"temporary files left            {figures.temporaries}")
    print(f"damaged lines in the journal    {figures.damaged_lines}")
    print(f"exit status with room           {figures.exit_with_room}")
    print(f"files unlike the whole run's    {len(figures.differences)}")
    print(f"exit status when read-only      {figures.read_only_exit}")
    print(figures.read_only_said)
    sys.exit(not figures.sound)


if __name__ == "__main__":
    main()
