"""The page of an evaluation: table, plots, photographs with a slider, and every figure to sort by.

Gathers what is told; `templates/evaluation.html` says how it looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lab_colorize.evaluation.contenders import CONSTANT, GREY
from lab_colorize.evaluation.measure import Evaluation
from lab_colorize.evaluation.pairing import pair
from lab_colorize.evaluation.record import PACKAGES
from lab_colorize.evaluation.summary import Summary, summarize
from lab_colorize.report.gallery import gallery
from lab_colorize.report.page import page
from lab_colorize.report.plots import MOST_POINTS, Plot, Series, histogram, scatter
from lab_colorize.report.tables import pairing_table, photograph_table, summary_table
from lab_colorize.report.text import counts_in_words, protocol_in_words
from lab_colorize.version import versions


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of a model, and what it is to be held against."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One model in three numbers."""

    label: str
    style: str
    tiles: tuple[Tile, ...]


def page_of(evaluation: Evaluation) -> bytes:
    """The whole page, to be written to one file."""
    photo_set, models, styles = evaluation.photo_set, evaluation.models, styles_of(evaluation.labels)
    summaries = [summarize(evaluation, label) for label in evaluation.labels]
    told = {
        "counts": counts_in_words(photo_set),
        "protocol": protocol_in_words(photo_set),
        "styles": styles,
        "scorecards": [_scorecard(one, summaries, styles) for one in summaries if one.label in models],
        "summary": summary_table(summaries),
        "pairing": pairing_table(pair(evaluation)),
        "legend": (*models, GREY),
        "most_points": MOST_POINTS if len(evaluation.measured) > MOST_POINTS else None,
        "plots": _plots(evaluation, styles),
        "lefts": [("before", "Before"), ("truth", "Truth")],
        "rights": [*((f":{label}", label) for label in models), ("truth", "Truth")],
        "gallery": gallery(evaluation),
        "every": photograph_table(evaluation),
        "unreadable": photo_set.unreadable,
        "grey": photo_set.grey,
        "models": [contender for contender in evaluation.contenders if contender.model],
        "packages": ", ".join(f"{name} {number}" for name, number in versions(PACKAGES).items()),
    }
    return page("evaluation", f"{' and '.join(models) or 'Baselines'} on {photo_set.folder.name}", told)


def styles_of(labels: Sequence[str]) -> dict[str, str]:
    """A class for each contender's colour: s0, s1, ... for models, and the baselines' own."""
    own = {GREY: "grey", CONSTANT: "constant"}
    return {label: own.get(label, f"s{number % 6}") for number, label in enumerate(labels)}


def _scorecard(summary: Summary, summaries: Sequence[Summary], styles: dict[str, str]) -> Scorecard:
    by_label = {one.label: one for one in summaries}

    def mean(label: str, key: str) -> float:
        return by_label[label].spreads[key].mean

    psnr, difference = mean(summary.label, "psnr"), mean(summary.label, "ciede2000")
    to_grey, to_constant = psnr - mean(GREY, "psnr"), psnr - mean(CONSTANT, "psnr")
    others = f"grey {mean(GREY, 'ciede2000'):.2f}, one colour {mean(CONSTANT, 'ciede2000'):.2f}"
    tiles = (
        Tile("PSNR", f"{psnr:.2f} dB", f"{to_grey:+.2f} to grey, {to_constant:+.2f} to one colour"),
        Tile("CIEDE2000", f"{difference:.2f}", others),
        Tile("Colourfulness", f"{mean(summary.label, 'colourfulness_ratio'):.0%}", "of the truth's"),
    )
    return Scorecard(summary.label, styles[summary.label], tiles)


def _plots(evaluation: Evaluation, styles: dict[str, str]) -> list[tuple[Plot, str]]:
    """Plots with their captions."""

    def series(labels: Sequence[str], key: str) -> list[Series]:
        return [Series(label, styles[label], evaluation.values(label, key)) for label in labels]

    names = [one.name for one in evaluation.measured]
    models, grey = evaluation.models, evaluation.values(GREY, "psnr")
    truth = [one.colourfulness for one in evaluation.measured]
    against_grey = scatter(grey, series(models, "psnr"), ("PSNR left grey, dB", "PSNR, dB"), names)
    colourfulness = series(models, "colourfulness")
    return [
        (histogram(series((*models, GREY), "psnr"), "PSNR, dB"), "PSNR of all photographs; grey is the baseline."),
        (histogram(series((*models, GREY), "ciede2000"), "CIEDE2000"), "Mean colour difference; lower is better."),
        (against_grey, "Above the line, colour brought a photograph nearer to the truth."),
        (
            scatter(truth, colourfulness, ("Colourfulness of the truth", "of the result"), names),
            "Below the line, results are paler than the truth.",
        ),
    ]
