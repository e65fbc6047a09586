"""The tables of an evaluation's page: the set, the models against each other, and every photograph, sortable.

Values in words, row by row; `templates/evaluation.html` lays them out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lab_colorize.evaluation.contenders import CONSTANT, GREY
from lab_colorize.evaluation.figures import FIGURES, Figure
from lab_colorize.evaluation.measure import Evaluation, Measured
from lab_colorize.evaluation.pairing import RANKED, Pairing
from lab_colorize.evaluation.summary import Spread, Summary, badness
from lab_colorize.report.text import difference_in_words, shown

BY_KEY = {figure.key: figure for figure in FIGURES}
IN_ROWS = ("psnr", "ssim", "ciede2000", "ab_mse", "colourfulness_ratio")  # of each model, photograph by photograph


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of one contender: large, and what is told below it."""

    value: str
    below: str
    best: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of all contenders."""

    name: str
    meaning: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """Figures down, contenders across."""

    labels: list[str]
    below: str
    """What is told below each mean."""
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class PairingTable:
    """For each ranked figure how often each model is best, and how far the others are from the first."""

    heads: list[str]
    rows: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class PhotographRow:
    """One photograph: its name, and values with what is shown of them."""

    name: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PhotographTable:
    """A row for each photograph; the headings sort."""

    heads: list[str]
    rows: list[PhotographRow]


def summary_table(summaries: Sequence[Summary]) -> SummaryTable:
    """The mean large, median and worst ten below it; the best mean is marked."""
    rows = []
    for figure in FIGURES:
        spreads = [one.spreads[figure.key] for one in summaries]
        rows.append(Row(figure.name, figure.meaning, _cells(figure, spreads)))
        if figure.key in {"psnr", "lab8_psnr"}:
            rows.append(_of_mean_error(figure, summaries))
    ten = any(spread.worst_ten is not None for one in summaries for spread in one.spreads.values())
    below = "median · mean of the ten worst" if ten else "median"
    return SummaryTable([one.label for one in summaries], below, rows)


def _of_mean_error(figure: Figure, summaries: Sequence[Summary]) -> Row:
    """PSNR of the mean MSE, which others report as the PSNR of a set."""
    values = [getattr(one, f"{figure.key}_of_mean_mse") for one in summaries]
    meaning = f"10 log10(255² / mean {'lab8 ' if figure.key != 'psnr' else ''}MSE of the set)"
    best = _best(figure, values)
    cells = [Cell(shown(figure, value), "", number in best) for number, value in enumerate(values)]
    return Row(f"{figure.name.removesuffix(', dB')} of the mean MSE, dB", meaning, cells)


def _cells(figure: Figure, spreads: Sequence[Spread]) -> list[Cell]:
    best = _best(figure, [spread.mean for spread in spreads])
    return [
        Cell(shown(figure, spread.mean), _below(figure, spread), number in best)
        for number, spread in enumerate(spreads)
    ]


def _below(figure: Figure, spread: Spread) -> str:
    """The median, and the worst ten where there are others."""
    return " · ".join(shown(figure, value) for value in (spread.median, spread.worst_ten) if value is not None)


def _best(figure: Figure, values: Sequence[float]) -> set[int]:
    """Which of the values are best, at the digits that are shown; none where no way is better."""
    known = [badness(figure, value) for value in values if not math.isnan(value)]
    if not figure.better or not known:
        return set()
    near = 0.5 * 10**-figure.digits
    return {n for n, value in enumerate(values) if badness(figure, value) <= min(known) + near}


def pairing_table(pairings: Sequence[Pairing]) -> PairingTable | None:
    """How the models compare; None where there is one alone."""
    if not pairings:
        return None
    first, *others = pairings
    heads = [f"{one.label} best" for one in pairings] + [f"{one.label} less {first.label}" for one in others]
    rows = [
        (
            figure.name,
            [f"{one.best[figure.key]:.0%}" for one in pairings] + [difference_in_words(figure, one) for one in others],
        )
        for figure in RANKED
    ]
    return PairingTable(heads, rows)


def photograph_table(evaluation: Evaluation) -> PhotographTable:
    """Every photograph with the figures of every model, and the PSNR of the baselines."""
    columns = [(label, BY_KEY[key]) for label in evaluation.models for key in IN_ROWS]
    columns += [(label, BY_KEY["psnr"]) for label in (GREY, CONSTANT)]
    several = len(evaluation.models) > 1
    names = [
        figure.name if label in evaluation.models and not several else f"{label} {figure.name}"
        for label, figure in columns
    ]
    heads = ["Photograph", "Size", "Colourfulness of the truth", *names]
    return PhotographTable(heads, [_photograph(one, columns) for one in evaluation.measured])


def _photograph(one: Measured, columns: Sequence[tuple[str, Figure]]) -> PhotographRow:
    width, height = one.photograph.width, one.photograph.height
    size = (str(width * height), f"{width} x {height}")
    truth = _number(BY_KEY["colourfulness"], one.colourfulness)
    figures = [_number(figure, one.figures[label][figure.key]) for label, figure in columns]
    return PhotographRow(one.name, [size, truth, *figures])


def _number(figure: Figure, value: float) -> tuple[str, str]:
    """What a value is sorted by, and what is shown of it; infinite ones sort last."""
    return ("" if math.isnan(value) else f"{min(value, 1e9):.6g}"), shown(figure, value)
