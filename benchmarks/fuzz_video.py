"""Mutated films: none should take its program down, hang it, or end in a traceback.

    python benchmarks/fuzz_video.py [--films 500] [--seed 0]

Each is coloured in a program of its own. Prints how they ended.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
SUFFIXES = (".mp4", ".mkv", ".mov", ".avi", ".ts")
PATIENCE = 120  # seconds


def main() -> None:
    """Mutate, colour, count."""
    sys.path.insert(0, str(ROOT))
    from tests.video.clips import Clip, make_clip

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    ends: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        whole = {
            suffix: make_clip(Path(folder) / f"film{suffix}", Clip(frames=10, sound=True)).read_bytes()
            for suffix in SUFFIXES
        }
        for number in range(asked.films):
            chance = random.Random(asked.seed * 1_000_000 + number)
            suffix = SUFFIXES[number % len(SUFFIXES)]
            path = Path(folder) / f"bad{number}{suffix}"
            path.write_bytes(mutated(whole[suffix], chance))
            end = ending(path)
            ends[end] += 1
            if end not in EXPECTED:
                print(f"{path.name} of seed {asked.seed}: {end}", flush=True)
    for end, count in ends.most_common():
        print(f"{count:5} {end}")


EXPECTED = {"coloured", "coloured in part", "refused"}


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, a piece cut out or doubled, or the end cut off."""
    changed = bytearray(content)
    kind = chance.randrange(4)
    if kind == 0:
        return bytes(changed[: chance.randrange(len(changed))])
    at, length = chance.randrange(len(changed)), chance.randrange(1, 200)
    if kind == 1:
        del changed[at : at + length]
    elif kind == 2:
        changed[at:at] = changed[at : at + length]
    for _ in range(chance.choice([1, 4, 30])):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def ending(path: Path) -> str:
    """How the command ends."""
    model = ROOT / "tests/models/tiny.tflite"
    command = [sys.executable, "-m", "lab_colorize", "video", str(path), "--model", str(model), "--quiet"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return f"still running after {PATIENCE} s"
    words = {0: "coloured", 6: "coloured in part", 3: "refused", 5: "refused"}
    last = (done.stderr.strip().splitlines() or ["silent"])[-1]
    return words.get(done.returncode, f"status {done.returncode}: {last}")


if __name__ == "__main__":
    main()
