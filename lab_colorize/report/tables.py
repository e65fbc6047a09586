"""The tables of an evaluation's page: the set, the models against each other, and every photograph, sortable."""

import math
from collections.abc import Sequence

from lab_colorize.evaluation.contenders import CONSTANT, GREY
from lab_colorize.evaluation.figures import FIGURES, Figure
from lab_colorize.evaluation.measure import Evaluation, Measured
from lab_colorize.evaluation.pairing import JUDGED, Pairing
from lab_colorize.evaluation.summary import Spread, Summary, badness
from lab_colorize.report.page import escaped
from lab_colorize.report.text import difference_in_words, shown

BY_KEY = {figure.key: figure for figure in FIGURES}
IN_ROWS = ("psnr", "ssim", "ciede2000", "ab_mse", "colourfulness_ratio")  # of each model, photograph by photograph


def summary_table(summaries: Sequence[Summary], styles: dict[str, str]) -> str:
    """Figures down, contenders across: the mean large, median and worst ten below it; the best mean is marked."""
    heads = "".join(
        f'<th scope="col"><i class="key {styles[one.label]}"></i>{escaped(one.label)}</th>' for one in summaries
    )
    rows = []
    for figure in FIGURES:
        spreads = [one.spreads[figure.key] for one in summaries]
        rows.append(_row(figure.name, figure.meaning, _cells(figure, spreads)))
        if figure.key in {"psnr", "lab8_psnr"}:
            of_mean = [getattr(one, f"{figure.key}_of_mean_mse") for one in summaries]
            meaning = f"10 log10(255² / mean {'lab8 ' if figure.key != 'psnr' else ''}MSE of the set)"
            rows.append(
                _row(f"{figure.name.removesuffix(', dB')} of the mean MSE, dB", meaning, _plain(figure, of_mean))
            )
    ten = any(spread.worst_ten is not None for one in summaries for spread in one.spreads.values())
    below = "median · mean of the ten worst" if ten else "median"
    return (
        f'<div class="wide"><table class="summary"><thead><tr><th scope="col">Mean over the photographs'
        f"<small>{below}</small></th>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(name: str, meaning: str, cells: Sequence[str]) -> str:
    return f'<tr><th scope="row">{escaped(name)}<small>{escaped(meaning)}</small></th>{"".join(cells)}</tr>'


def _cells(figure: Figure, spreads: Sequence[Spread]) -> list[str]:
    best = _best(figure, [spread.mean for spread in spreads])
    return [
        f"<td{_mark(best=number in best)}><b>{shown(figure, spread.mean)}</b>"
        f"<small>{' · '.join(_below(figure, spread))}</small></td>"
        for number, spread in enumerate(spreads)
    ]


def _below(figure: Figure, spread: Spread) -> list[str]:
    """The median, and the worst ten where there are others."""
    return [shown(figure, value) for value in (spread.median, spread.worst_ten) if value is not None]


def _plain(figure: Figure, values: Sequence[float]) -> list[str]:
    best = _best(figure, values)
    return [f"<td{_mark(best=n in best)}><b>{shown(figure, value)}</b></td>" for n, value in enumerate(values)]


def _best(figure: Figure, values: Sequence[float]) -> set[int]:
    """Which of the values are best, at the digits that are shown; none where no way is better."""
    known = [badness(figure, value) for value in values if not math.isnan(value)]
    if not figure.better or not known:
        return set()
    near = 0.5 * 10**-figure.digits
    return {n for n, value in enumerate(values) if badness(figure, value) <= min(known) + near}


def _mark(*, best: bool) -> str:
    return ' class="best"' if best else ""


def pairing_table(pairings: Sequence[Pairing]) -> str:
    """For each judged figure how often each model is best, and how far the others are from the first."""
    first, *others = pairings
    heads = "".join(f'<th scope="col">{escaped(one.label)} best</th>' for one in pairings)
    heads += "".join(f'<th scope="col">{escaped(one.label)} less {escaped(first.label)}</th>' for one in others)
    rows = "".join(
        f'<tr><th scope="row">{escaped(figure.name)}</th>'
        + "".join(f"<td>{one.best[figure.key]:.0%}</td>" for one in pairings)
        + "".join(f"<td>{difference_in_words(figure, one)}</td>" for one in others)
        + "</tr>"
        for figure in JUDGED
    )
    return f'<div class="wide"><table><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def photograph_table(evaluation: Evaluation) -> str:
    """A row for each photograph; the headings sort."""
    columns = [(label, BY_KEY[key]) for label in evaluation.models for key in IN_ROWS]
    columns += [(label, BY_KEY["psnr"]) for label in (GREY, CONSTANT)]
    several = len(evaluation.models) > 1
    heads = "".join(
        _head(figure.name if label in evaluation.models and not several else f"{label} {figure.name}")
        for label, figure in columns
    )
    rows = "".join(_photograph(one, columns) for one in evaluation.measured)
    return (
        '<div class="wide tall"><table class="sortable" id="photographs">'
        f"<thead><tr>{_head('Photograph')}{_head('Size')}{_head('Colourfulness of the truth')}{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _head(name: str) -> str:
    return f'<th scope="col" aria-sort="none"><button type="button">{escaped(name)}</button></th>'


def _photograph(one: Measured, columns: Sequence[tuple[str, Figure]]) -> str:
    width, height = one.photograph.width, one.photograph.height
    cells = "".join(_number(figure, one.figures[label][figure.key]) for label, figure in columns)
    return (
        f'<tr><th scope="row">{escaped(one.name)}</th><td data-v="{width * height}">{width} x {height}</td>'
        f"{_number(BY_KEY['colourfulness'], one.colourfulness)}{cells}</tr>"
    )


def _number(figure: Figure, value: float) -> str:
    place = "" if math.isnan(value) else f"{min(value, 1e9):.6g}"  # infinite ones sort last
    return f'<td data-v="{place}">{shown(figure, value)}</td>'
