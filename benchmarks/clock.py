"""Commands timed by turns: each in a process of its own, one after the other, again and again; then medians.

A machine is now slow, now fast, and both commands of a turn share that. So what is told is the median of ratios.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One process from start to finish."""

    seconds: float
    processor: float
    """Seconds of processor time, of all threads."""
    peak: float
    """Megabytes of memory at the most."""


def run(words: Sequence[str | Path]) -> Run:
    """Run a command that must succeed, silently."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=errors)
        peak = 0.0
        while not (ended := os.wait4(child.pid, os.WNOHANG))[0]:
            peak = max(peak, resident(child.pid))
            time.sleep(0.005)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(ended[1])
        if child.returncode:
            errors.seek(0)
            raise SystemExit(f"{' '.join(map(str, words))} ended with {child.returncode}:\n{errors.read().decode()}")
    return Run(seconds, ended[2].ru_utime + ended[2].ru_stime, peak)


def resident(process: int) -> float:
    """The most memory that a process has held so far, in MB (Linux): what `wait4` tells counts its parent's, too."""
    with contextlib.suppress(OSError, StopIteration):
        status = Path(f"/proc/{process}/status").read_text().splitlines()
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024
    return 0.0


def by_turns(works: Mapping[str, Callable[[], Run]], turns: int) -> dict[str, list[Run]]:
    """Every work once a turn; the first turn, which warms caches, is thrown away."""
    runs: dict[str, list[Run]] = {name: [] for name in works}
    for turn in range(turns + 1):
        for name, work in works.items():
            done = work()
            if turn:
                runs[name].append(done)
    return runs


def median(runs: Sequence[Run]) -> float:
    """Seconds."""
    return statistics.median(run.seconds for run in runs)


def processor(runs: Sequence[Run]) -> float:
    """Seconds of processor time, which other programs on the machine change far less."""
    return statistics.median(run.processor for run in runs)


def ratio(runs: Sequence[Run], to: Sequence[Run]) -> float:
    """The median of the ratios of seconds, turn by turn."""
    return statistics.median(one.seconds / other.seconds for one, other in zip(runs, to, strict=True))
