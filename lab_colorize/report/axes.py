"""Scales for plots: from values to places in an SVG, with ticks at round numbers."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH, HEIGHT = 460, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 42  # margins, with room for numbers and names of axes


@dataclass(frozen=True, slots=True)
class Scale:
    """One axis: values from `low` to `high` lie between the places `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value stands; rounded, since a tenth of a pixel is plenty."""
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """Four to nine round values within the axis."""
        step = _round_step((self.high - self.low) / 5)
        first = math.ceil(self.low / step - 1e-9)
        return [round(number * step, 10) for number in range(first, math.floor(self.high / step + 1e-9) + 1)]


def horizontal(values: Iterable[float], *, from_zero: bool = False) -> Scale:
    """The axis along the bottom that holds all values."""
    low, high = _ends(values, from_zero=from_zero)
    return Scale(low, high, LEFT, WIDTH - RIGHT)


def vertical(values: Iterable[float], *, from_zero: bool = False) -> Scale:
    """The axis along the left that holds all values."""
    low, high = _ends(values, from_zero=from_zero)
    return Scale(low, high, HEIGHT - BOTTOM, TOP)


def _ends(values: Iterable[float], *, from_zero: bool) -> tuple[float, float]:
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    if from_zero:
        low = min(0.0, low)
    room = (high - low) * 0.04 or 0.5
    return (low if from_zero else low - room), high + room


def _round_step(least: float) -> float:
    power: float = 10 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9))
