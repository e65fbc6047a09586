"""Commands timed by turns: each in a process of its own, one after the other, again and again; then medians.

A machine is now slow, now fast, and both commands of a turn share that. So what is told is the median of ratios.
"""

from __future__ import annotations

import os
import statistics
import subprocess
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
    child = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with child.stderr as errors:
        said = errors.read()
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(map(str, words))} ended with {child.returncode}:\n{said.decode()}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


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


def ratio(runs: Sequence[Run], to: Sequence[Run]) -> float:
    """The median of the ratios of seconds, turn by turn."""
    return statistics.median(one.seconds / other.seconds for one, other in zip(runs, to, strict=True))
