"""Kills a batch at random moments, again and again, and compares its end with that of an uninterrupted one.

    python benchmarks/crash.py --model NAME_OR_PATH [--photos 200] [--kills 50]

After each kill: every target is whole (its bytes are those of the uninterrupted run) and the journal is readable.
At the end: no temporary file, and OUT is byte for byte, and second for second, the uninterrupted one. Then two
batches are started on one OUT: the second must refuse, and leave the first alone.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import scans

from lab_colorize.batch.journal import JOURNAL_NAME, read_journal
from lab_colorize.files.writing import TEMPORARY_PREFIX


@dataclass
class Figures:
    """What the kills showed."""

    kills: int = 0
    torn_targets: int = 0
    temporaries_left: int = 0  # after kills; the next run removes them
    torn_journals: int = 0  # ends in half a line, which the next run cuts off
    damaged_lines: int = 0
    temporaries_at_the_end: int = 0
    differences: list[str] = field(default_factory=list)
    second: str = ""  # what a second batch on the same OUT says

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, torn or left."""
        lost = self.torn_targets or self.damaged_lines or self.temporaries_at_the_end or self.differences
        return not lost and "Another batch is writing" in self.second


def command(folder: Path, out: Path, model: str, *more: str) -> list[str]:
    """Give the command line of a batch."""
    return [sys.executable, "-m", "lab_colorize", "batch", str(folder), "--out", str(out), "--model", model, *more]


def contents(out: Path) -> dict[str, tuple[bytes, int]]:
    """Everything in OUT but the journal and temporary files, with times."""
    return {
        path.relative_to(out).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != JOURNAL_NAME and not path.name.startswith(TEMPORARY_PREFIX)
    }


def temporaries(out: Path) -> int:
    """Count what was left half-written."""
    return sum(1 for _ in out.rglob(f"{TEMPORARY_PREFIX}*"))


def kill_once(folder: Path, out: Path, model: str, seconds: float) -> bool:
    """Start a batch, wait until it holds its journal, kill it so much later; False if it had ended by then."""
    running = _started(folder, out, model)
    time.sleep(seconds)
    running.send_signal(signal.SIGKILL)
    return running.wait() == -signal.SIGKILL


def refusal_of_a_second(folder: Path, out: Path, model: str) -> str:
    """What a second batch says while a first one writes to OUT; nothing if it does not end with status 5."""
    first = _started(folder, out, model)
    first.send_signal(signal.SIGSTOP)  # however quick it is, it holds OUT until the second has been refused
    second = subprocess.run(command(folder, out, model), capture_output=True, text=True, check=False)
    first.send_signal(signal.SIGCONT)
    return second.stderr.replace(str(out), "OUT") if first.wait() == 0 and second.returncode == 5 else ""


def _started(folder: Path, out: Path, model: str) -> "subprocess.Popen[bytes]":
    """Give a batch that has begun to write: start-up writes nothing, so it is no use to disturb it there."""
    before = _size(out)
    running = subprocess.Popen(command(folder, out, model, "-q"), stderr=subprocess.DEVNULL)
    while running.poll() is None and _size(out) == before:
        time.sleep(0.001)
    return running


def _size(out: Path) -> int:
    journal = out / JOURNAL_NAME
    return journal.stat().st_size if journal.exists() else 0


def crash(place: Path, model: str, *, kills: int, seed: int = 0) -> Figures:
    """Colour `place`/photos without interruption, and with kills; whenever all is done, half of it is taken back."""
    folder, whole, out = (place / name for name in ("photos", "whole", "killed"))
    running, start = _started(folder, whole, model), time.monotonic()
    running.wait()
    longest = (time.monotonic() - start) / max(2, kills // 4)
    expected = contents(whole)
    moments = random.Random(seed)
    figures = Figures()
    for _ in range(3 * kills):  # some come too late: the batch had ended
        if figures.kills == kills:
            break
        figures.kills += kill_once(folder, out, model, moments.uniform(0, longest))
        _inspect(out, expected, figures)
        if len(contents(out)) == len(expected):
            _take_back_half(out, expected, moments)
    subprocess.run(command(folder, out, model, "-q"), check=True, stderr=subprocess.DEVNULL)
    found = contents(out)
    figures.differences = [name for name in expected | found if found.get(name) != expected.get(name)]
    figures.temporaries_at_the_end = temporaries(out)
    figures.second = refusal_of_a_second(folder, place / "shared", model)
    shared = contents(place / "shared")
    figures.differences += [name for name in expected | shared if shared.get(name) != expected.get(name)]
    return figures


def _inspect(out: Path, expected: dict[str, tuple[bytes, int]], figures: Figures) -> None:
    figures.torn_targets += sum(expected[name] != found for name, found in contents(out).items())
    figures.temporaries_left += temporaries(out)
    figures.damaged_lines += len(read_journal(out).damaged)
    journal = out / JOURNAL_NAME
    figures.torn_journals += journal.exists() and not journal.read_bytes().endswith(b"\n") and _size(out) > 0


def _take_back_half(out: Path, expected: dict[str, tuple[bytes, int]], moments: random.Random) -> None:
    for name in moments.sample(sorted(expected), len(expected) // 2):
        (out / name).unlink()


def main() -> None:
    """Print the figures; exit 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        scans.archive(Path(place) / "photos", asked.photos)
        figures = crash(Path(place), asked.model, kills=asked.kills)
    print(
        f"{asked.photos} photographs in {len(scans.FORMATS)} formats,",
        f"{figures.kills} kills in the middle of the work",
    )
    print(f"torn targets after kills        {figures.torn_targets}")
    print(f"temporary files after kills     {figures.temporaries_left}")
    print(f"journals ending in half a line  {figures.torn_journals}")
    print(f"damaged lines in journals       {figures.damaged_lines}")
    print(f"temporary files at the end      {figures.temporaries_at_the_end}")
    print(f"files unlike the whole run's    {len(figures.differences)}")
    print(f"a second batch at once says     {figures.second.strip()}")
    sys.exit(not figures.sound)


if __name__ == "__main__":
    main()
