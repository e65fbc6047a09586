"""Damages a finished archive at random in every way there is, and compares what `verify` finds with what was done.

    python benchmarks/verify.py --model NAME_OR_PATH [--photos 400] [--damages 40]

In an archive beside it, each result with copied lightness has one bit of that changed, and the journal made to match.
The output is made as a bag, so the `bagit` tool is asked as well, before and after.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import scans

from lab_colorize.photos.formats.base import Damaged
from lab_colorize.photos.formats.jpeg_digest import lightness_digest


@dataclass
class Figures:
    """What verifying showed."""

    files: int = 0
    seconds: float = 0.0
    untouched_exit: int = -1
    bagit_before: int = -1
    damaged_exit: int = -1
    bagit_after: int = -1
    done: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wrong: int = 0  # found and not done, or done and not found

    @property
    def sound(self) -> bool:
        """Whether all was found, and nothing else."""
        exits = (self.untouched_exit, self.bagit_before, self.damaged_exit, self.bagit_after)
        return not self.wrong and exits == (0, 0, 6, 1)


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a program of this environment to its end."""
    return subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)


def damage(folder: Path, results: Path, damages: int, seed: int = 0) -> dict[tuple[str, str], str]:
    """Flip single bits, remove and add files; give each (kind, path) and the state it should be found in."""
    chance = random.Random(seed)
    done: dict[tuple[str, str], str] = {}
    for kind, place in (("source", folder), ("result", results)):
        paths = sorted(path for path in place.rglob("*") if path.suffix in scans.FORMATS)
        for number, path in enumerate(chance.sample(paths, damages)):
            name = path.relative_to(place).as_posix()
            if number % 4:
                before = path.stat()
                content = bytearray(path.read_bytes())
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
                path.write_bytes(content)
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # a result of another time was edited
                done[kind, name] = "changed"
            else:
                path.unlink()
                done[kind, name] = "missing"
    for number in range(damages // 4):
        untracked = results / f"box {number % 10}" / f"untracked {number}.jpg"
        untracked.write_bytes(b"foreign")
        done["result", untracked.relative_to(results).as_posix()] = "foreign"
    return done


def verify_all(place: Path, model: str, *, photos: int, damages: int) -> Figures:
    """Make a bag, verify it, damage it, verify it again."""
    folder, bag = place / "photos", place / "bag"
    scans.archive(folder, photos)
    run("lab_colorize", "batch", str(folder), "--out", str(bag), "--model", model, "--manifest", "-q")
    figures = Figures(bagit_before=run("bagit", "--validate", str(bag)).returncode)
    start = time.monotonic()
    figures.untouched_exit = run("lab_colorize", "verify", str(bag)).returncode
    figures.seconds = time.monotonic() - start
    done = damage(folder, bag / "data", damages)
    ended = run("lab_colorize", "verify", str(bag), "--json")
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    found = {(one["kind"], one["path"]): one["state"] for one in told if one["state"] != "whole"}
    figures.files, figures.damaged_exit = len(told), ended.returncode
    figures.done, figures.found = Counter(done.values()), Counter(found.values())
    figures.wrong = len(done.items() ^ found.items())
    figures.bagit_after = run("bagit", "--validate", str(bag)).returncode
    return figures


def forge(out: Path, seed: int = 0) -> set[str]:
    """Flip one bit in the coded lightness of every result that has it copied, and make the journal's hashes match."""
    chance, journal, forged = random.Random(seed), out / "lab-colorize.jsonl", set()
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    for line in lines:
        del line["check"]  # a line without it is read as it is
        if line.get("lightness") != "copied":
            continue
        path = out / line["target"]
        content = bytearray(path.read_bytes())
        start = content.index(b"\xff\xda") + 10
        place = chance.randrange(start, content.index(b"\xff\xc4", start) - 1)
        while content[place] in {0x00, 0xFF} or content[place - 1] == 0xFF:  # it would be another marker
            place -= 1
        content[place] ^= 1 << chance.randrange(7)
        path.write_bytes(content)
        line["target_sha256"] = hashlib.sha256(content).hexdigest()
        with contextlib.suppress(Damaged):  # where the bit makes a marker
            line["lightness_sha256"] = lightness_digest(bytes(content))
        forged.add(line["target"])
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return forged


def verify_forged(place: Path, model: str, photos: int) -> tuple[set[str], set[str]]:
    """Which results were forged, and which were found to be changed."""
    folder, out = place / "photos", place / "out"
    scans.archive(folder, photos)
    run("lab_colorize", "batch", str(folder), "--out", str(out), "--model", model, "-q")
    forged = forge(out)
    told = map(json.loads, run("lab_colorize", "verify", str(out), "--json").stdout.splitlines())
    return forged, {one["path"] for one in told if one["state"] != "whole"}


def main() -> None:
    """Print the figures; exit 1 if anything was overlooked or made up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--photos", type=int, default=400)
    parser.add_argument("--damages", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        forged, found = verify_forged(Path(place), asked.model, asked.photos)
    with tempfile.TemporaryDirectory() as place:
        figures = verify_all(Path(place), asked.model, photos=asked.photos, damages=asked.damages)
    print(f"{asked.photos} photographs and their results verified in {figures.seconds:.1f} s")
    print(f"exit status untouched           verify {figures.untouched_exit}, bagit {figures.bagit_before}")
    for state, count in sorted(figures.done.items()):
        print(f"{state:8} made and found         {count} and {figures.found[state]}")
    print(f"overlooked or made up           {figures.wrong}")
    print(f"exit status damaged             verify {figures.damaged_exit}, bagit {figures.bagit_after}")
    print(f"coded lightness and journal forged, and found     {len(forged)} and {len(forged & found)}")
    sys.exit(not figures.sound or forged != found)


if __name__ == "__main__":
    main()
