"""What a cluster costs beside threads, how it scales, and where one client becomes the limit. All on one machine.

    python benchmarks/cluster.py [--model NAME_OR_PATH] [--turns 3] [--share 1.0] [--nothing 100000]

Prints for each size of photographs the time of one `batch`, start to finish, with two threads and with the workers of
a scheduler in processes of their own, one thread each; then what Dask's MALLOC_TRIM_THRESHOLD_ costs a photograph; then
how many tasks a second a scheduler and a client manage if the work is nothing, with the most that were under way and
the client's memory; and how many lines a second the journal takes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import blas  # noqa: F401  # before NumPy
import scans
from clock import Run, by_turns, median, ratio, run
from dask_processes import DaskProcesses

from lab_colorize.batch.journal import Journal
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.cluster.connection import connected
from lab_colorize.cluster.pool import ClusterPool, Work

SIZES = {0.1: 2000, 1.0: 600, 4.0: 200}  # megapixels, and how many photographs take some twenty seconds

PHOTOGRAPHS = """
import resource, sys, time
from lab_colorize.workers import keep_memory_for_the_next
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.in_memory import colorize_bytes
from lab_colorize.colouring.options import ColorizeOptions
model, photograph, undone = sys.argv[1:]
if undone == "undone":
    keep_memory_for_the_next()
content, colorizer = open(photograph, "rb").read(), Colorizer(model)
def colour(times):
    for _ in range(times):
        colorize_bytes(content, name="photograph", colorizer=colorizer, options=ColorizeOptions())
colour(3)
before, began = resource.getrusage(resource.RUSAGE_SELF), time.process_time()
colour(40)
after = resource.getrusage(resource.RUSAGE_SELF)
print(1000 * (time.process_time() - began) / 40, (after.ru_minflt - before.ru_minflt) / 40)
"""


def batch(place: Path, folder: Path, model: str, *more: str) -> Run:
    """One whole batch into an empty output, as a process."""
    with tempfile.TemporaryDirectory(dir=place) as out:
        words = [sys.executable, "-m", "lab_colorize", "batch", folder, "--out", out, "--model", model, "-q", *more]
        return run(words)


def against_threads(place: Path, model: str, turns: int, share: float) -> None:
    """Print the table: two threads, two worker processes, one."""
    print("megapixels  photographs  2 threads  2 workers  of the threads'  1 worker  2 workers are faster")
    with DaskProcesses(place, 2) as two, DaskProcesses(place, 1) as one:
        for megapixels, count in SIZES.items():
            photographs = max(4, round(count * share))
            folder = scans.folder_of_scans(place / f"{megapixels}", photographs, megapixels)
            works = {
                "threads": lambda folder=folder: batch(place, folder, model, "--workers", "2"),
                "two": lambda folder=folder: batch(place, folder, model, "--scheduler", two.address),
                "one": lambda folder=folder: batch(place, folder, model, "--scheduler", one.address),
            }
            runs = by_turns(works, turns)
            print(
                f"{megapixels:10}  {photographs:11}  {median(runs['threads']):7.1f} s  {median(runs['two']):7.1f} s"
                f"  {ratio(runs['two'], runs['threads']):15.2f}  {median(runs['one']):6.1f} s"
                f"  {ratio(runs['one'], runs['two']):18.2f} x",
                flush=True,
            )


def allocation(place: Path, model: str) -> None:
    """Print what a photograph of a megapixel costs with Dask's setting, with it undone, and without it."""
    photograph = scans.folder_of_scans(place / "one", 1, 1.0, ".jpg") / "00000.jpg"
    tiff = scans.folder_of_scans(place / "deep", 1, 1.0, ".tif") / "00000.tif"
    print("MALLOC_TRIM_THRESHOLD_   ms of processor and page faults a photograph: 1 megapixel JPEG, 16-bit TIFF")
    for name, variable, undone in (("unset", None, ""), ("65536", "65536", ""), ("65536, undone", "65536", "undone")):
        environment = {key: value for key, value in os.environ.items() if key != "MALLOC_TRIM_THRESHOLD_"}
        environment |= {} if variable is None else {"MALLOC_TRIM_THRESHOLD_": variable}
        told = []
        for file in (photograph, tiff):
            words = [sys.executable, "-c", PHOTOGRAPHS, model, str(file), undone]
            done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
            told += [float(word) for word in done.stdout.split()]
        print(f"{name:22} {told[0]:8.1f} ms {told[1]:9.0f} {told[2]:8.1f} ms {told[3]:9.0f}", flush=True)


def _nothing(bundle: tuple[int, ...]) -> list[int]:
    return list(bundle)


def nothing(place: Path, tasks: int, threads: int = 8) -> float:
    """Print how a client fares with so many tasks that do nothing; gives the tasks a second."""
    drawn = received = most = 0

    def bundles() -> Iterator[tuple[int, ...]]:
        nonlocal drawn, most
        for drawn in range(1, tasks + 1):
            most = max(most, drawn - received)
            yield (drawn,)

    def receive(number: int) -> int:
        nonlocal received
        received += 1
        return number

    def undone(number: int, why: str) -> int:
        raise AssertionError(number, why)

    work = Work("nothing", _nothing, receive, undone)
    with DaskProcesses(place, 2, threads=threads) as cluster, connected(cluster.address, processes=0) as reached:
        began, memory, seen = time.perf_counter(), [], bytearray(tasks + 1)
        for number in ClusterPool(reached, bundles(), work).results():
            seen[number] = True
            if received * 10 >= tasks * (len(memory) + 1):
                memory.append(_resident_now())
        seconds = time.perf_counter() - began
    print(f"{tasks} tasks that do nothing, 2 workers of {threads} threads: {tasks / seconds:.0f} a second,")
    print(f"at most {most} under way (the window is {2 * 2 * threads}), {sum(seen)} different ones came back;")
    print(f"the client's memory, MB, after each tenth: {' '.join(f'{one:.0f}' for one in memory)}", flush=True)
    return tasks / seconds


def _resident_now() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def journal(place: Path, lines: int = 20000) -> float:
    """Print how many lines a second the journal takes."""
    line = Outcome("a/folder/of/the archive/photograph.jpg", "photograph.jpg", Status.DONE, source_sha256="0" * 64)
    with Journal(place / "journal") as written:
        began = time.perf_counter()
        for _ in range(lines):
            written.append(line)
        rate = lines / (time.perf_counter() - began)
    print(f"the journal takes {rate:.0f} lines a second", flush=True)
    return rate


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="default")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--share", type=float, default=1.0, help="of the photographs, for a quick look")
    parser.add_argument("--only", choices=("threads", "allocation", "nothing"), help="this part alone")
    parser.add_argument("--nothing", type=int, default=100_000, metavar="TASKS")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        if asked.only in {None, "threads"}:
            against_threads(place, asked.model, asked.turns, asked.share)
        if asked.only in {None, "allocation"}:
            allocation(place, asked.model)
        if asked.only in {None, "nothing"}:
            nothing(place, asked.nothing)
            journal(place)


if __name__ == "__main__":
    main()
