"""What hints bring: PSNR and CIEDE2000 against their number, as an SVG picture, out of what `evaluate` measured.

lab-colorize evaluate FOLDER --hints 1 --hints 10 --hints 100 --json FILE.json
python benchmarks/hints_plot.py TARGET.svg FILE.json
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from svg import sheet

WIDTH, HEIGHT, MARGIN = 640, 260, 52
PSNR, DELTA_E = "#036", "#c60"


class Point(NamedTuple):
    """What one number of hints brings, on average over the photographs."""

    hints: int
    psnr: float
    ciede2000: float


def main() -> None:
    """Read the figures and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", type=Path)
    parser.add_argument("evaluation", type=Path)
    chosen = parser.parse_args()
    chosen.target.write_text(drawn(points(json.loads(chosen.evaluation.read_text()))))


def points(evaluation: dict) -> list[Point]:
    """The model with every number of hints that was measured, none first."""
    found = []
    for contender in evaluation["contenders"]:
        if contender["kind"] == "model":
            number = re.search(r", (\d+) hints?$", contender["label"])
            figures = evaluation["summary"][contender["label"]]
            means = (figures[name]["mean"] for name in ("psnr", "ciede2000"))
            found.append(Point(int(number[1]) if number else 0, *means))
    return sorted(found)


def drawn(found: Sequence[Point]) -> str:
    """Two curves over the logarithm of the number, each with its figures beside its points."""
    marks = []
    last = math.log1p(found[-1].hints)
    places = [MARGIN + math.log1p(point.hints) / last * (WIDTH - 2 * MARGIN) for point in found]
    for values, colour, unit, above in (
        ([point.psnr for point in found], PSNR, "dB", True),
        ([point.ciede2000 for point in found], DELTA_E, "", False),
    ):
        low, high = min(values), max(values)
        heights = [HEIGHT - MARGIN - (value - low) / (high - low) * (HEIGHT - 2.4 * MARGIN) for value in values]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(places, heights, strict=True))
        marks.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        for x, y, value in zip(places, heights, values, strict=True):
            lift = -9 if above else 18
            marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
            marks.append(
                f'<text x="{x:.1f}" y="{y + lift:.1f}" text-anchor="middle" fill="{colour}">{value:.2f} {unit}</text>'
            )
    for x, point in zip(places, found, strict=True):
        marks.append(f'<text x="{x:.1f}" y="{HEIGHT - MARGIN + 34}" text-anchor="middle">{point.hints}</text>')
    marks.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 6}" text-anchor="middle">hints, at random places</text>')
    marks.append(f'<text x="{MARGIN}" y="16" fill="{PSNR}">PSNR</text>')
    marks.append(f'<text x="{MARGIN + 50}" y="16" fill="{DELTA_E}">CIEDE2000</text>')
    return sheet(WIDTH, HEIGHT, marks)


if __name__ == "__main__":
    main()
