"""Mutated films: none should take its program down, hang it, or end in anything but words.

    python benchmarks/fuzz_video.py [--films 500] [--seed 0]

They are coloured in programs of their own, so many in each; of one that goes down, the film in hand is named and the
rest begun anew. Prints how they ended.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Containers, each with a codec of another family.
KINDS = {".mp4": "libx264", ".mkv": "ffv1", ".mov": "mjpeg", ".avi": "mpeg4", ".ts": "mpeg2video"}
PATIENCE = 20  # seconds a film may take, on average of a program
AT_ONCE = 25  # films in one program: starting it takes longer than a film
# Colours the films that it is given; each is named before it is begun, and followed by how it ended.
PROGRAM = """
import sys
from lab_colorize import Colorizer, colorize_video
from lab_colorize.errors import ColorizeError
colorizer = Colorizer(sys.argv[1])
for path in sys.argv[2:]:
    print(path, end=" ", flush=True)
    try:
        film = colorize_video(path, colorizer=colorizer)
        print("coloured" if film.complete else "coloured in part", flush=True)
    except ColorizeError:
        print("refused", flush=True)
"""


def main() -> None:
    """Mutate, colour, count."""
    sys.path.insert(0, str(ROOT))

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    ends: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        films = mutated_films(Path(folder), asked.films, asked.seed)
        for path, end in endings(films):
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


def mutated_films(folder: Path, count: int, seed: int) -> list[Path]:
    """So many spoilt films, of all containers in turn; the same for the same seed."""
    from tests.video.clips import Clip, make_clip

    whole = {
        suffix: make_clip(
            folder / f"film{suffix}",
            Clip(frames=10, sound=True, codec=codec, pixels="yuvj420p" if codec == "mjpeg" else "yuv420p"),
        ).read_bytes()
        for suffix, codec in KINDS.items()
    }
    films = []
    for number in range(count):
        suffix = list(KINDS)[number % len(KINDS)]
        films.append(folder / f"bad{number}{suffix}")
        films[-1].write_bytes(mutated(whole[suffix], random.Random(seed * 1_000_000 + number)))
    return films


def endings(films: list[Path]) -> Iterator[tuple[Path, str]]:
    """How each film ends."""
    left = list(films)
    while left:
        told, end = told_of(left[:AT_ONCE])
        yield from zip(left, told, strict=False)
        left = left[len(told) :]
        if end and left:
            yield left.pop(0), end


def told_of(films: list[Path]) -> tuple[list[str], str]:
    """How the films of one program ended, and how the program itself, if not well."""
    command = [sys.executable, "-c", PROGRAM, str(ROOT / "tests/models/tiny.tflite"), *map(str, films)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE * len(films), check=False)
        said, last = done.stdout, (done.stderr.strip().splitlines() or ["silent"])[-1]
        end = f"status {done.returncode}: {last}" if done.returncode else ""
    except subprocess.TimeoutExpired as over:
        said, end = (over.stdout or b"").decode(), f"still running after {PATIENCE * len(films)} s"
    told = [line.split(" ", 1)[1] for line in said.splitlines() if line.count(" ") and not line.endswith(" ")]
    return told, end


if __name__ == "__main__":
    main()
