"""Models against each other, photograph by photograph: who is best how often, and whether the difference is chance.

A set's means hide that photographs differ far more than models do; differences on the same photograph do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab_colorize.evaluation.figures import FIGURES, Figure
from lab_colorize.evaluation.measure import Evaluation
from lab_colorize.evaluation.summary import badness

SEED = 20260101  # any will do; a fixed one makes two runs agree
RESAMPLES = 2000
CONFIDENCE = 0.95
_AT_A_TIME = 100  # resamples; their indices stay small for sets of any size

RANKED = tuple(figure for figure in FIGURES if figure.better)


@dataclass(frozen=True, slots=True)
class Difference:
    """A model's figure less the first model's, over the same photographs."""

    mean: float
    low: float
    high: float
    """Ends of the bootstrap interval of the mean."""

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Pairing:
    """How one model stands to the others."""

    label: str
    best: dict[str, float]
    """For each ranked figure the share of photographs on which this model is best; equals share a photograph."""
    differences: dict[str, Difference]
    """To the first model; empty for the first itself."""


def pair(evaluation: Evaluation) -> list[Pairing]:
    """Pair the models; the list is empty where there is only one."""
    models = evaluation.models
    if len(models) < 2:
        return []
    best = {figure.key: _shares(evaluation, figure) for figure in RANKED}
    against_first = [{}, *_differences(evaluation, models)]
    return [
        Pairing(label, {key: shares[number] for key, shares in best.items()}, against_first[number])
        for number, label in enumerate(models)
    ]


def _shares(evaluation: Evaluation, figure: Figure) -> list[float]:
    values = [[badness(figure, value) for value in evaluation.values(label, figure.key)] for label in evaluation.models]
    bad = np.nan_to_num(np.array(values), nan=np.inf)
    best = bad == bad.min(axis=0)
    return [float(share) for share in (best / best.sum(axis=0)).mean(axis=1)]


def _differences(evaluation: Evaluation, models: Sequence[str]) -> list[dict[str, Difference]]:
    table = np.array([[evaluation.values(label, figure.key) for figure in RANKED] for label in models])
    to_first = table[1:] - table[0]  # (models - 1, figures, photographs)
    means = _bootstrap_means(to_first)
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    low, high = np.quantile(means, tails, axis=0)
    return [
        {
            figure.key: Difference(float(to_first[m, f].mean()), float(low[m, f]), float(high[m, f]))
            for f, figure in enumerate(RANKED)
        }
        for m in range(len(models) - 1)
    ]


def _bootstrap_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over RESAMPLES draws of as many photographs, the same draws for every model and figure."""
    rng = np.random.default_rng(SEED)
    count = values.shape[-1]
    means = []
    for _ in range(0, RESAMPLES, _AT_A_TIME):
        drawn = rng.integers(0, count, (_AT_A_TIME, count))
        weights = np.stack([np.bincount(draw, minlength=count) for draw in drawn]) / count
        means.append(np.moveaxis(values @ weights.T, -1, 0))
    return np.concatenate(means)
