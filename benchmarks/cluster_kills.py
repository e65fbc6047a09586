"""Kills workers of a cluster, and its scheduler, at random moments of a batch, and looks at what is left.

    python benchmarks/cluster_kills.py --model NAME_OR_PATH [--runs 20] [--schedulers 5] [--workers 3] [--photos 200]

Each run is a batch of its own, with `--scheduler`; at random points one worker to all of them are killed with signal 9,
and others join. The batch must end well. In the last runs it is the scheduler that is killed: the batch must end with
status 8, and the next one, in turns with a new scheduler and without any, must do the rest. After each run: a line in
the journal for each photograph, and only one; `verify` finds nothing wrong; no temporary file after the next batch.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import scans
from crash import command, contents, temporaries
from dask_processes import DaskProcesses, kill

from lab_colorize.batch.journal import JOURNAL_NAME
from lab_colorize.errors import ExitCode


def run(place: Path, model: str, cluster: DaskProcesses, chance: random.Random, *, scheduler: bool) -> list[str]:
    """One batch with kills; everything that is wrong afterwards."""
    out = place / "out"
    subprocess.run(["rm", "-rf", str(out)], check=True)
    photos = sum(path.is_file() for path in (place / "photos").rglob("*"))
    words = command(place / "photos", out, model, "--scheduler", cluster.address, "-q")
    with (place / "said.txt").open("w") as said:
        batch = subprocess.Popen(words, stderr=said)
        for moment in sorted(chance.sample(range(photos * 9 // 10), 1 if scheduler else chance.randint(1, 3))):
            _await_lines(batch, out, moment)
            if scheduler:
                kill(cluster.scheduler)
            else:
                _kill_workers(cluster, chance)
        status = batch.wait(timeout=600)
    wrong = [] if status == (ExitCode.CLUSTER if scheduler else 0) else [f"ended with {status}"]
    if wrong:
        wrong.append((place / "said.txt").read_text()[-500:])
    if scheduler:
        _start_again(cluster)
        again = words if chance.random() < 0.5 else command(place / "photos", out, model, "-q")
        wrong += _failed(again)
    return wrong + _inspected(place, out, model)


def _await_lines(batch: "subprocess.Popen[bytes]", out: Path, count: int) -> None:
    while batch.poll() is None and len(_lines(out)) < count:
        time.sleep(0.01)


def _lines(out: Path) -> list[bytes]:
    journal = out / JOURNAL_NAME
    return journal.read_bytes().splitlines() if journal.exists() else []


def _kill_workers(cluster: DaskProcesses, chance: random.Random) -> None:
    for worker in chance.sample(cluster.workers, chance.randint(1, len(cluster.workers))):
        cluster.kill_worker(worker)
        cluster.add_worker()


def _start_again(cluster: DaskProcesses) -> None:
    for worker in list(cluster.workers):
        cluster.kill_worker(worker)
        cluster.add_worker()
    cluster.start_scheduler()


def _failed(words: list[str]) -> list[str]:
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    return [f"{' '.join(words[3:5])} ended with {ended.returncode}: {ended.stderr[-500:]}"] if ended.returncode else []


def _inspected(place: Path, out: Path, model: str) -> list[str]:
    photos = {path.relative_to(place / "photos").as_posix() for path in (place / "photos").rglob("*") if path.is_file()}
    lines = Counter(json.loads(line)["source"] for line in _lines(out))
    wrong = [f"{count} lines for {source}" for source, count in lines.items() if count != 1]
    wrong += [f"no line for {source}" for source in photos - lines.keys()]
    wrong += _failed([sys.executable, "-m", "lab_colorize", "verify", str(out), "-q"]) if temporaries(out) == 0 else []
    wrong += _failed(command(place / "photos", out, model, "-q"))
    wrong += _failed([sys.executable, "-m", "lab_colorize", "verify", str(out), "-q"])
    wrong += [f"{temporaries(out)} temporary files"] if temporaries(out) else []
    return wrong + ([] if contents(out).keys() == photos else ["other results than photographs"])


def main() -> None:
    """Print what went wrong in each run; exit 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--schedulers", type=int, default=5)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        scans.archive(place / "photos", asked.photos)
        with DaskProcesses(place, asked.workers) as cluster:
            for number in range(asked.runs + asked.schedulers):
                began = time.monotonic()
                scheduler = number >= asked.runs
                wrong = run(place, asked.model, cluster, chance, scheduler=scheduler)
                bad += bool(wrong)
                what = "the scheduler" if scheduler else "workers"
                told = "; ".join(wrong[:5]) or "well"
                print(f"run {number + 1}, {what} killed, {time.monotonic() - began:.0f} s: {told}", flush=True)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
