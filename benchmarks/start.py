"""How soon the installed command answers, and colours one photograph, against what cannot be avoided.

`--help` and `--version` against `python -c "import click"`; a photograph of one megapixel, start to finish, against a
minimal script that imports OpenCV, decodes the same photograph and encodes it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import clock
import scans

PYTHON = Path(sys.executable)
COMMAND = PYTHON.with_name("lab-colorize")
MINIMAL = "import sys, cv2; cv2.imwrite(sys.argv[2], cv2.imread(sys.argv[1]))"


def main() -> None:
    """Print times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=9)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        photo = next(scans.folder_of_scans(Path(name) / "in", 1, 1.0).iterdir())
        target = Path(name) / "out.jpg"
        runs = clock.by_turns(
            {
                'python -c "import click"': lambda: clock.run([PYTHON, "-c", "import click"]),
                "lab-colorize --help": lambda: clock.run([COMMAND, "--help"]),
                "lab-colorize --version": lambda: clock.run([COMMAND, "--version"]),
                "minimal script": lambda: clock.run([PYTHON, "-c", MINIMAL, photo, target]),
                "lab-colorize photo.jpg": lambda: clock.run([COMMAND, photo, "-o", target, "--overwrite", "--quiet"]),
            },
            chosen.turns,
        )
    print(f"One photograph of 1 megapixel; medians of {chosen.turns} turns\n")
    bases = ('python -c "import click"', "minimal script")
    for name, done in runs.items():
        base = bases[name in ("minimal script", "lab-colorize photo.jpg")]
        against = "" if name == base else f"  {clock.ratio(done, runs[base]):4.2f} x {base}"
        told = f"{clock.median(done) * 1000:6.0f} ms, {clock.processor(done) * 1000:.0f} of processor time"
        print(f"{name:26} {told}{against}")


if __name__ == "__main__":
    main()
