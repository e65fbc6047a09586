"""How the server stands beside `batch`, under many clients, and after many photographs.

Rates are told start to finish, the server's own start included, with one connection more than it has workers, so that
none of them waits; by turns with `batch` on the same files. Clients run on the same machine and take their share of it.

    python benchmarks/serve.py                  # everything, some minutes
    python benchmarks/serve.py --photos 20 --turns 1 --uploads 200
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import clock
import scans

COMMAND = Path(sys.executable).with_name("lab-colorize")
CLIENTS = 20
SMALL = 0.25  # megapixels of the uploads that memory is watched over
SETTLED = 0.2  # of all uploads; after so many, memory is what it is going to be
HEADERS = {"Content-Type": "image/jpeg"}


def main() -> None:
    """Print rates, waiting times, memory and the page's own time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=120)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--uploads", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    chosen = parser.parse_args()
    print(f"{chosen.photos} photographs, {chosen.workers} workers, medians of {chosen.turns} turns\n")
    print("| photographs | batch, photos/s | serve, photos/s | of batch's rate |")
    print("|---|---|---|---|")
    rates = {size: compare(size, chosen.photos, chosen.turns, chosen.workers) for size in (1, 4)}
    start(chosen.workers)
    with tempfile.TemporaryDirectory() as folder, serving(chosen.workers) as server:
        crowd(server, contents(Path(folder) / "1", 1), rates[1])
        page(server)
        memory(server, contents(Path(folder) / "small", SMALL), chosen.uploads, chosen.workers)


def compare(megapixels: float, photos: int, turns: int, workers: int) -> float:
    """Print one line; give the server's rate."""
    with tempfile.TemporaryDirectory() as name:
        source = scans.folder_of_scans(Path(name) / "in", photos, megapixels)
        sent = [path.read_bytes() for path in sorted(source.iterdir())]
        out = Path(name) / "out"

        def batch() -> clock.Run:
            shutil.rmtree(out, ignore_errors=True)
            return clock.run([COMMAND, "batch", source, "--out", out, "--workers", str(workers), "--quiet"])

        def serve() -> clock.Run:
            began = time.perf_counter()
            with serving(workers) as server:
                post_all(server.address, sent, workers + 1)
                return clock.Run(time.perf_counter() - began, 0, 0)

        runs = clock.by_turns({"batch": batch, "serve": serve}, turns)
    share = clock.ratio(runs["batch"], runs["serve"])
    by_batch, by_server = (photos / clock.median(runs[name]) for name in ("batch", "serve"))
    print(f"| {megapixels} MP JPEG | {by_batch:.1f} | {by_server:.1f} | {share:.2f} |", flush=True)
    return by_server


class Server:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address

    def resident(self) -> float:
        """Megabytes that it holds now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def serving(workers: int) -> Iterator[Server]:
    """A server that listens."""
    words = [COMMAND, "serve", "--port", "0", "--workers", str(workers), "--quiet"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Server(process, urlsplit(process.stdout.readline().strip()).netloc)
        finally:
            process.terminate()


def contents(folder: Path, megapixels: float) -> list[bytes]:
    """Some different photograph files."""
    return [path.read_bytes() for path in sorted(scans.folder_of_scans(folder, scans.KINDS, megapixels).iterdir())]


def post_all(address: str, sent: Sequence[bytes], connections: int) -> list[float]:
    """Post all, so many at a time; give the seconds of each. Any failure is an error."""
    mine = threading.local()

    def post(content: bytes) -> float:
        if not hasattr(mine, "connection"):
            mine.connection = http.client.HTTPConnection(address)
        began = time.perf_counter()
        mine.connection.request("POST", "/api/colorize?name=scan.jpg", content, HEADERS)
        answer = mine.connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise SystemExit(f"The server answered {answer.status}.")
        return time.perf_counter() - began

    with ThreadPoolExecutor(connections) as clients:
        return list(clients.map(post, sent))


def crowd(server: Server, sent: Sequence[bytes], rate: float) -> None:
    """Twenty clients at once: how long they wait, against what the rate allows."""
    post_all(server.address, sent, len(sent))
    waited = post_all(server.address, [sent[n % len(sent)] for n in range(CLIENTS * 10)], CLIENTS)
    slow = statistics.quantiles(waited, n=20)[-1]
    print(
        f"\n{CLIENTS} clients at once, 1 MP, {len(waited)} photographs, none failed: median "
        f"{statistics.median(waited):.2f} s, p95 {slow:.2f} s, {slow * rate / CLIENTS:.2f} x {CLIENTS} / rate"
    )


def start(workers: int) -> None:
    """From nothing to the page."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        with serving(workers):
            times.append(time.perf_counter() - began)
    print(f"\nready to answer after: median {statistics.median(times):.2f} s")


def page(server: Server) -> None:
    """The first byte of the page, on a connection of its own."""
    times = []
    for _ in range(200):
        began = time.perf_counter()
        connection = http.client.HTTPConnection(server.address)
        connection.request("GET", "/")
        connection.getresponse()
        times.append(time.perf_counter() - began)
        connection.close()
    print(f"first byte of the page: median {1000 * statistics.median(times):.1f} ms")


def memory(server: Server, sent: Sequence[bytes], uploads: int, workers: int) -> None:
    """What the server holds after a part of the uploads, and after all."""
    many = [sent[n % len(sent)] for n in range(uploads)]
    first = round(uploads * SETTLED)
    post_all(server.address, many[:first], workers + 1)
    before = server.resident()
    post_all(server.address, many[first:], workers + 1)
    after = server.resident()
    grown = f"{after:.0f} MB after {uploads}, {after / before - 1:+.1%}"
    print(f"memory: {before:.0f} MB after {first} uploads of {SMALL} MP, {grown}")


if __name__ == "__main__":
    main()
