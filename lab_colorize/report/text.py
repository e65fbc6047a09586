"""An evaluation in plain lines, for a terminal or a log. Prints nothing."""

import math
from collections.abc import Callable, Iterator

from lab_colorize.evaluation.figures import FIGURES, Figure
from lab_colorize.evaluation.measure import Evaluation
from lab_colorize.evaluation.pairing import RANKED, Pairing, pair
from lab_colorize.evaluation.photographs import PhotoSet
from lab_colorize.evaluation.summary import Spread, Summary, summarize
from lab_colorize.wording import number_of

_NAME = 28  # columns for a figure's name
_OF_MEANS = (("psnr_of_mean_mse", "PSNR of the mean MSE, dB"), ("lab8_psnr_of_mean_mse", "lab8 PSNR of mean MSE, dB"))
_BLOCKS: tuple[tuple[str, Callable[[Spread], float | None]], ...] = (
    ("Mean over the photographs", lambda spread: spread.mean),
    ("Median", lambda spread: spread.median),
    ("Mean of the ten worst, each figure by itself", lambda spread: spread.worst_ten),
)


def lines_of(evaluation: Evaluation) -> Iterator[str]:
    """The protocol, table, worst photographs, and the models against each other if there are several."""
    summaries = [summarize(evaluation, label) for label in evaluation.labels]
    yield protocol_in_words(evaluation.photo_set)
    yield f"{counts_in_words(evaluation.photo_set)}."
    yield ""
    yield from _table(summaries)
    for summary in summaries[: len(evaluation.models)]:
        yield ""
        yield f"Lowest PSNR of {summary.label}: {', '.join(_with_psnr(evaluation, summary))}"
    yield from _pairing_lines(pair(evaluation))


def protocol_in_words(photo_set: PhotoSet) -> str:
    """The protocol by name and in a sentence."""
    settings = photo_set.settings
    strength = "as each card recommends" if settings.saturation is None else f"{settings.saturation:g}"
    return f"Protocol {settings.name}: {settings.description} Saturation {strength}."


def counts_in_words(photo_set: PhotoSet) -> str:
    """How many photographs were measured and how many were not."""
    return (
        f"{number_of(len(photo_set.photographs), 'photograph')} measured, "
        f"{number_of(len(photo_set.grey), 'grey one')} left out, {len(photo_set.unreadable)} unreadable"
    )


def shown(figure: Figure, value: float | None) -> str:
    """A value with the digits that mean something."""
    if value is None or math.isnan(value):
        return "-"
    return "exact" if math.isinf(value) else f"{value:.{figure.digits}f}"


def _table(summaries: list[Summary]) -> Iterator[str]:
    width = max(10, *(len(summary.label) + 2 for summary in summaries))

    def row(name: str, cells: list[str]) -> str:
        return f"  {name:<{_NAME}}" + "".join(f"{cell:>{width}}" for cell in cells)

    yield row("", [summary.label for summary in summaries])
    for title, pick in _BLOCKS:
        cells = {
            figure.name: [shown(figure, pick(summary.spreads[figure.key])) for summary in summaries]
            for figure in FIGURES
        }
        rows = [row(name, values) for name, values in cells.items() if set(values) != {"-"}]
        yield from [title, *rows] if rows else []
        if title == _BLOCKS[0][0]:
            for key, name in _OF_MEANS:
                yield row(name, [shown(FIGURES[0], getattr(summary, key)) for summary in summaries])


def _with_psnr(evaluation: Evaluation, summary: Summary) -> Iterator[str]:
    by_name = {one.name: one.figures[summary.label].psnr for one in evaluation.measured}
    return (f"{name} {shown(FIGURES[0], by_name[name])}" for name in summary.worst)


def _pairing_lines(pairings: list[Pairing]) -> Iterator[str]:
    if not pairings:
        return
    yield ""
    yield "Best on this share of the photographs"
    for figure in RANKED:
        shares = ", ".join(f"{one.label} {one.best[figure.key]:.0%}" for one in pairings)
        yield f"  {figure.name:<{_NAME}}{shares}"
    first, *others = pairings
    for one in others:
        yield f"{one.label} less {first.label}, photograph by photograph: mean and 95 % interval"
        for figure in RANKED:
            yield f"  {figure.name:<{_NAME}}{difference_in_words(figure, one)}"


def difference_in_words(figure: Figure, pairing: Pairing) -> str:
    """A mean difference with its interval, and whether that leaves chance out."""
    d = pairing.differences[figure.key]
    mean, low, high = (f"{value:+.{figure.digits}f}" for value in (d.mean, d.low, d.high))
    return f"{mean} ({low} to {high}){'' if d.clear else ', may be chance'}"
