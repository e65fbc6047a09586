"""Plots as inline SVG: how a figure is spread over the set, and how two figures go together. Draws what it is given.

Colours are classes (`s0`, `s1`, ...), so that the page's style decides them for light and for dark.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lab_colorize.report.axes import HEIGHT, WIDTH, Scale, axes, horizontal, vertical
from lab_colorize.report.page import escaped

MOST_BINS = 30
MOST_POINTS = 2000  # a scatter of more is a blot, and heavy; what is left out is told in the caption


@dataclass(frozen=True)
class Series:
    """The values of one contender, in the order of photographs."""

    label: str
    style: str
    values: Sequence[float]


def histogram(series: Sequence[Series], name: str) -> str:
    """How often each value occurs: filled for the first series, outlines for the others."""
    known = [value for one in series for value in one.values if math.isfinite(value)]
    x = horizontal(known)
    bins = min(MOST_BINS, max(6, round(2 * len(series[0].values) ** 0.5))) if series else MOST_BINS
    counts = [_counted(one.values, x, bins) for one in series]
    y = vertical([count for counted in counts for count in counted], from_zero=True)
    shapes = "".join(
        f'<path class="steps {one.style}{" filled" if number == 0 else ""}" d="{_steps(counted, x, y)}">'
        f"<title>{escaped(one.label)}</title></path>"
        for number, (one, counted) in reversed(list(enumerate(zip(series, counts, strict=True))))
    )
    return _svg(f"Histogram of {name}", axes(x, y, (escaped(name), "photographs")) + shapes)


def _counted(values: Sequence[float], x: Scale, bins: int) -> list[int]:
    counted = [0] * bins
    for value in values:
        if math.isfinite(value):
            counted[min(bins - 1, int((value - x.low) / (x.high - x.low) * bins))] += 1
    return counted


def _steps(counted: Sequence[int], x: Scale, y: Scale) -> str:
    width = (x.end - x.start) / len(counted)
    path = [f"M{x.start:g} {y.start:g}"]
    for number, count in enumerate(counted):
        path.append(f"V{y.place(count):g}H{round(x.start + (number + 1) * width, 1):g}")
    return "".join([*path, f"V{y.start:g}"])


def scatter(across: Sequence[float], series: Sequence[Series], names: tuple[str, str], points: Sequence[str]) -> str:
    """One point a photograph and series; the line is where both axes agree."""
    every = [*across, *(value for one in series for value in one.values)]
    x, y = horizontal(every), vertical(every)
    stride = max(1, -(-len(points) // MOST_POINTS))
    dots = "".join(
        f'<circle class="dot {one.style}" cx="{x.place(a)}" cy="{y.place(b)}" r="3.5">'
        f"<title>{escaped(f'{point}: {b:.2f} against {a:.2f} ({one.label})')}</title></circle>"
        for one in series
        for a, b, point in list(zip(across, one.values, points, strict=True))[::stride]
        if math.isfinite(a) and math.isfinite(b)
    )
    low, high = max(x.low, y.low), min(x.high, y.high)
    line = (
        f'<line class="even" x1="{x.place(low)}" y1="{y.place(low)}" x2="{x.place(high)}" y2="{y.place(high)}"/>'
        if high > low
        else ""
    )
    return _svg(f"{names[1]} against {names[0]}", axes(x, y, (escaped(names[0]), escaped(names[1]))) + line + dots)


def _svg(label: str, drawing: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escaped(label)}">{drawing}</svg>'
