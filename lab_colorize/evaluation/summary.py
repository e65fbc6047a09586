"""A set in a few figures: mean, median and the worst ten, for each contender. Computes from figures alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from lab_colorize.colour.psnr import psnr
from lab_colorize.evaluation.figures import FIGURES, Figure
from lab_colorize.evaluation.measure import Evaluation

WORST = 10


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over the set."""

    mean: float
    median: float
    worst_ten: float | None
    """Mean of the ten photographs with the worst values; None where there are no others, and where no way is better."""


@dataclass(frozen=True)
class Summary:
    """All figures of one contender over the set."""

    label: str
    spreads: dict[str, Spread]
    psnr_of_mean_mse: float
    """10 log10(255² / mean MSE): lower than the mean of the photographs' PSNR, which the good ones lift."""
    lab8_psnr_of_mean_mse: float
    worst: tuple[str, ...]
    """The ten photographs of the lowest PSNR, the worst first."""


def summarize(evaluation: Evaluation, label: str) -> Summary:
    """Sum up one contender."""
    spreads = {figure.key: _spread(figure, evaluation.values(label, figure.key)) for figure in FIGURES}
    return Summary(
        label,
        spreads,
        psnr_of_mean_mse=psnr(spreads["mse"].mean),
        lab8_psnr_of_mean_mse=psnr(spreads["lab8_mse"].mean),
        worst=tuple(ranked(evaluation, label)[:WORST]),
    )


def ranked(evaluation: Evaluation, label: str) -> list[str]:
    """The photographs' names by PSNR, the worst first; names decide between equals."""
    return [one.name for one in sorted(evaluation.measured, key=lambda one: (one.figures[label].psnr, one.name))]


def badness(figure: Figure, value: float) -> float:
    """How far a value is from good: smaller is better, whichever way the figure itself goes."""
    if figure.better == "higher":
        return -value
    return abs(value - 1) if figure.better == "near 1" else value


def _spread(figure: Figure, values: Sequence[float]) -> Spread:
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return Spread(math.nan, math.nan, None)
    worst = sorted(known, key=lambda value: badness(figure, value), reverse=True)[:WORST]
    told = figure.better and len(worst) < len(known)
    return Spread(fmean(known), median(known), fmean(worst) if told else None)
