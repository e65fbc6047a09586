"""A batch on hosts that are as separate as one machine allows (Linux, as root), also with one of them cut off.

    python benchmarks/cluster_hosts.py --model NAME_OR_PATH [--photos 200]

A scheduler and two workers, each with network, mounts and host name of its own (`ip netns`, `unshare`), joined by a
bridge; the second worker runs as another user, too. Photographs and output are what they share. Then

- a batch: the results are byte for byte those of threads, and both hosts did some of them;
- a batch during which the cable of one host is pulled: it goes on, and what is done twice is one result and one line;
- a worker that sees another folder under the path of the output: refused before the first photograph;
- the same worker, joining midway: it gets nothing to do.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import scans
from crash import command, contents
from dask_processes import kill

from lab_colorize.batch.journal import JOURNAL_NAME
from lab_colorize.errors import ExitCode

NETWORK = "10.77.0"
HOSTS = ("head", "one", "two", "blind")
SCHEDULER = f"tcp://{NETWORK}.1:8786"
# Nobody's but for reading: Python itself may lie where only root looks.
AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
AS_NOBODY += ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
DASK = (sys.executable, "-m", "dask")


def ip(*words: str) -> None:
    """Change the network; it must succeed."""
    subprocess.run(["ip", *words], check=True)


@contextlib.contextmanager
def hosts() -> Iterator[None]:
    """A namespace for each host, with a cable to a bridge."""
    try:
        ip("link", "add", "lc-bridge", "type", "bridge")
        ip("link", "set", "lc-bridge", "up")
        for number, host in enumerate(HOSTS, 1):
            ip("netns", "add", f"lc-{host}")
            ip("link", "add", f"lc-{host}", "type", "veth", "peer", "name", "cable", "netns", f"lc-{host}")
            ip("link", "set", f"lc-{host}", "master", "lc-bridge", "up")
            ip("-n", f"lc-{host}", "address", "add", f"{NETWORK}.{number}/24", "dev", "cable")
            ip("-n", f"lc-{host}", "link", "set", "cable", "up")
            ip("-n", f"lc-{host}", "link", "set", "lo", "up")
        yield
    finally:
        for host in HOSTS:
            subprocess.run(["ip", "netns", "del", f"lc-{host}"], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["ip", "link", "del", "lc-bridge"], check=False, stderr=subprocess.DEVNULL)


def on(host: str, *words: str | Path, before: str = "true") -> list[str]:
    """A command line on a host: its network, mounts and name; `before` is run there first."""
    script = f'hostname {host} && {before} && exec "$@"'
    apart = ["unshare", "--mount", "--uts", "--propagation", "private", "sh", "-c", script, "sh"]
    return ["ip", "netns", "exec", f"lc-{host}", *apart, *map(str, words)]


class Processes:
    """What was started on the hosts; all of it is killed at the end."""

    def __init__(self, place: Path) -> None:
        self._log = (place / "dask.log").open("ab")
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, words: list[str]) -> "subprocess.Popen[bytes]":
        """Begin and do not wait."""
        process = subprocess.Popen(words, stdout=self._log, stderr=self._log, start_new_session=True)
        self._running.append(process)
        return process

    def worker(self, host: str, scratch: Path, *user: str, before: str = "true") -> "subprocess.Popen[bytes]":
        """A worker on a host, perhaps of another user."""
        words = [*user, *DASK, "worker", SCHEDULER, "--nthreads", "1", "--no-dashboard", "--no-nanny", "--name", host]
        return self.start(on(host, *words, "--local-directory", scratch, before=before))

    def end(self) -> None:
        """All of them."""
        for process in self._running:
            kill(process)


def lines(out: Path) -> list[dict[str, str]]:
    """What the journal tells."""
    journal = out / JOURNAL_NAME
    return [json.loads(line) for line in journal.read_bytes().splitlines()] if journal.exists() else []


def batch(place: Path, out: Path, model: str) -> list[str]:
    """The command on the head."""
    return on("head", *command(place / "photos", out, model, "--scheduler", SCHEDULER))


def check(place: Path, out: Path, expected: dict[str, tuple[bytes, int]], said: str) -> None:
    """Print what was found out; end if it is not as it must be."""
    told = Counter(line["source"] for line in lines(out))
    by = Counter(line["host"] for line in lines(out))
    assert contents(out) == expected, "other results"
    assert set(told.values()) == {1}, "a photograph without a line, or with two"
    assert len(told) == sum(path.is_file() for path in (place / "photos").rglob("*"))
    print(f"{said}: {len(told)} results as threads make them, a line each; {dict(by)}", flush=True)


def new_output(place: Path, name: str) -> Path:
    """A folder that all users may write to."""
    out = place / name
    out.mkdir()
    out.chmod(0o777)
    return out


def main() -> None:
    """Print what each batch came to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--photos", type=int, default=200)
    asked = parser.parse_args()
    model = str(Path(asked.model).resolve()) if Path(asked.model).exists() else asked.model
    os.umask(0)  # folders that one user makes are open to the other
    with tempfile.TemporaryDirectory() as name, hosts():
        place = Path(name)
        place.chmod(0o755)
        processes = Processes(place)
        scans.archive(place / "photos", asked.photos)
        subprocess.run(command(place / "photos", place / "threads", model, "-q"), check=True)
        expected = contents(place / "threads")
        try:
            _four_batches(place, model, processes, expected)
        finally:
            processes.end()


def _four_batches(place: Path, model: str, processes: Processes, expected: dict[str, tuple[bytes, int]]) -> None:
    scratch = new_output(place, "scratch")
    processes.start(on("head", *DASK, "scheduler", "--host", f"{NETWORK}.1", "--port", "8786", "--no-dashboard"))
    processes.worker("one", scratch)
    processes.worker("two", scratch, *AS_NOBODY)
    time.sleep(10)  # until both have joined
    out = new_output(place, "whole")
    subprocess.run(batch(place, out, model), check=True, stderr=subprocess.DEVNULL)
    check(place, out, expected, "two hosts, of two users")

    out = new_output(place, "cut")
    running = subprocess.Popen(batch(place, out, model), stderr=subprocess.PIPE, text=True)
    while len(lines(out)) < len(expected) // 4:
        time.sleep(0.01)
    ip("link", "set", "lc-one", "down")
    began = time.monotonic()
    said = running.communicate()[1]
    assert running.returncode == 0, said
    check(place, out, expected, f"a cable pulled midway, {time.monotonic() - began:.0f} s more")
    ip("link", "set", "lc-one", "up")

    out = new_output(place, "hidden")
    blind = processes.worker("blind", scratch, before=f"mount -t tmpfs none {out}")
    time.sleep(10)
    refused = subprocess.run(batch(place, out, model), capture_output=True, text=True, check=False)
    assert refused.returncode == ExitCode.CLUSTER, refused.stderr
    assert contents(out) == {}
    print(refused.stderr.strip(), flush=True)
    kill(blind)

    out = new_output(place, "late")
    running = subprocess.Popen(batch(place, out, model), stderr=subprocess.PIPE, text=True)
    while not lines(out):
        time.sleep(0.01)
    processes.worker("blind", scratch, before=f"mount -t tmpfs none {out}")
    said = running.communicate()[1]
    assert running.returncode == 0, said
    check(place, out, expected, "a worker that is not fit joins midway")
    print("\n".join(line for line in said.splitlines() if "joined" in line) or "which came too late to be noticed")


if __name__ == "__main__":
    main()
