"""The gain over grey, epoch by epoch, of one training run after another, as an SVG picture.

python benchmarks/history_plot.py TARGET.svg RUN_FOLDER [RUN_FOLDER ...]
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from svg import sheet

WIDTH, HEIGHT, MARGIN = 640, 260, 48
COLOURS = ("#036", "#c60", "#080", "#a0a", "#660")


def main() -> None:
    """Read the histories and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", type=Path)
    parser.add_argument("runs", type=Path, nargs="+")
    chosen = parser.parse_args()
    chosen.target.write_text(drawn([gains(run) for run in chosen.runs]))


def gains(run: Path) -> list[tuple[float, int, float]]:
    """Photographs seen so far in thousands, side, and gain in dB, at each validation of a run."""
    with (run / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [
        (int(row["step"]) * 32 / 1000, int(row["side"]), float(row["psnr"]) - float(row["grey_psnr"])) for row in rows
    ]


def drawn(runs: list[list[tuple[float, int, float]]]) -> str:
    """All runs, one behind the other."""
    total = sum(run[-1][0] for run in runs)
    highest = max(gain for run in runs for _, _, gain in run)
    top = int(highest * 5 + 1) / 5

    def place(seen: float, gain: float) -> tuple[float, float]:
        return MARGIN + seen / total * (WIDTH - 2 * MARGIN), HEIGHT - MARGIN - gain / top * (HEIGHT - 2 * MARGIN)

    marks = []
    for step in range(round(top * 5) + 1):
        (left, y), (right, _) = place(0, step / 5), place(total, step / 5)
        marks.append(f'<path d="M{left:.0f} {y:.1f}H{right:.0f}" stroke="#ddd"/>')
        marks.append(f'<text x="{left - 8:.0f}" y="{y + 4:.1f}" text-anchor="end">{step / 5:.1f}</text>')
    before = 0.0
    for number, run in enumerate(runs):
        points = [place(before + seen, gain) for seen, _, gain in run]
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        marks.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        marks += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
        last = {side: point for (_, side, _), point in zip(run, points, strict=True)}
        run_named = f"run {number + 1}, " if len(runs) > 1 else ""
        marks += [
            f'<text x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle" fill="{colour}">{run_named}side {side}</text>'
            for side, (x, y) in last.items()
        ]
        before += run[-1][0]
        x, _ = place(before, 0)
        marks.append(f'<text x="{x:.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{before:.0f}</text>')
    marks.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">photographs seen, thousands</text>')
    marks.append(f'<text x="{MARGIN}" y="{MARGIN - 24}">gain over grey on held-back photographs, dB of PSNR</text>')
    return sheet(WIDTH, HEIGHT, marks)


if __name__ == "__main__":
    main()
