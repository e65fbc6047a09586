"""Plots of an evaluation: how a figure is spread over the set, and how two figures go together.

Works out what is drawn, and where; `templates/plots.html` draws it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from lab_colorize.report.axes import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Scale, horizontal, vertical

MOST_BINS = 30
MOST_POINTS = 2000  # a scatter of more is a blot, and heavy; what is left out is told in the caption


@dataclass(frozen=True)
class Series:
    """The values of one contender, in the order of photographs."""

    label: str
    style: str
    values: Sequence[float]


@dataclass(frozen=True)
class Steps:
    """The outline of a histogram, as an SVG path."""

    label: str
    style: str
    path: str


@dataclass(frozen=True)
class Dot:
    """One photograph's two values."""

    label: str
    style: str
    across: float
    up: float


@dataclass(frozen=True)
class Plot:
    """Axes, and what is drawn between them."""

    width: ClassVar[int] = WIDTH
    height: ClassVar[int] = HEIGHT
    left: ClassVar[int] = LEFT
    right: ClassVar[int] = WIDTH - RIGHT
    top: ClassVar[int] = TOP
    bottom: ClassVar[int] = HEIGHT - BOTTOM

    label: str
    x: Scale
    y: Scale
    names: tuple[str, str]
    """Of both axes."""
    steps: Sequence[Steps] = ()
    dots: Sequence[Dot] = ()
    even: tuple[float, float] | None = None
    """From where to where both axes agree."""


def histogram(series: Sequence[Series], name: str) -> Plot:
    """How often each value occurs: filled for the first series, outlines for the others."""
    known = [value for one in series for value in one.values if math.isfinite(value)]
    x = horizontal(known)
    bins = min(MOST_BINS, max(6, round(2 * len(series[0].values) ** 0.5))) if series else MOST_BINS
    counts = [_counted(one.values, x, bins) for one in series]
    y = vertical([count for counted in counts for count in counted], from_zero=True)
    steps = [
        Steps(one.label, f"{one.style} filled" if number == 0 else one.style, _path(counted, x, y))
        for number, (one, counted) in enumerate(zip(series, counts, strict=True))
    ]
    return Plot(f"Histogram of {name}", x, y, (name, "photographs"), steps=steps[::-1])  # the first lies on top


def _counted(values: Sequence[float], x: Scale, bins: int) -> list[int]:
    counted = [0] * bins
    for value in values:
        if math.isfinite(value):
            counted[min(bins - 1, int((value - x.low) / (x.high - x.low) * bins))] += 1
    return counted


def _path(counted: Sequence[int], x: Scale, y: Scale) -> str:
    width = (x.end - x.start) / len(counted)
    path = [f"M{x.start:g} {y.start:g}"]
    for number, count in enumerate(counted):
        path.append(f"V{y.place(count):g}H{round(x.start + (number + 1) * width, 1):g}")
    return "".join([*path, f"V{y.start:g}"])


def scatter(across: Sequence[float], series: Sequence[Series], names: tuple[str, str], points: Sequence[str]) -> Plot:
    """One point per photograph and series; the line is where both axes agree."""
    every = [*across, *(value for one in series for value in one.values)]
    x, y = horizontal(every), vertical(every)
    stride = max(1, -(-len(points) // MOST_POINTS))
    dots = [
        Dot(f"{point}: {b:.2f} against {a:.2f} ({one.label})", one.style, a, b)
        for one in series
        for a, b, point in list(zip(across, one.values, points, strict=True))[::stride]
        if math.isfinite(a) and math.isfinite(b)
    ]
    low, high = max(x.low, y.low), min(x.high, y.high)
    even = (low, high) if high > low else None
    return Plot(f"{names[1]} against {names[0]}", x, y, names, dots=dots, even=even)
