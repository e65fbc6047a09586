"""The page of an evaluation: table, plots, photographs with a slider, and every figure to sort by."""

from collections.abc import Sequence

from lab_colorize.evaluation.contenders import CONSTANT, GREY, Contender
from lab_colorize.evaluation.measure import Evaluation
from lab_colorize.evaluation.pairing import pair
from lab_colorize.evaluation.photographs import Unreadable
from lab_colorize.evaluation.record import versions
from lab_colorize.evaluation.summary import Summary, summarize
from lab_colorize.report.gallery import gallery
from lab_colorize.report.page import escaped, page
from lab_colorize.report.plots import MOST_POINTS, Series, histogram, scatter
from lab_colorize.report.tables import pairing_table, photograph_table, summary_table
from lab_colorize.report.text import counts_in_words, protocol_in_words


def page_of(evaluation: Evaluation) -> bytes:
    """The whole page, to be written to one file."""
    summaries = [summarize(evaluation, label) for label in evaluation.labels]
    styles = styles_of(evaluation.labels)
    title = f"{' and '.join(evaluation.models) or 'Baselines'} on {evaluation.photo_set.folder.name}"
    body = "".join(
        [
            _header(evaluation, title),
            '<main><section class="verdicts">',
            *(_verdict(one, summaries, styles) for one in summaries if one.label in evaluation.models),
            f"</section>{_section('Figures', 'figures', summary_table(summaries, styles))}",
            _paired(evaluation),
            _section("Spread", "spread", _plots(evaluation, styles)),
            _section("Photographs", "gallery", _toolbar(evaluation) + gallery(evaluation)),
            _section("Every photograph", "every", _filter() + photograph_table(evaluation)),
            _left_out(evaluation),
            f"</main>{_colophon(evaluation)}",
        ]
    )
    return page(title, body, name="evaluation")


def styles_of(labels: Sequence[str]) -> dict[str, str]:
    """A class for each contender's colour: s0, s1, ... for models, and the baselines' own."""
    own = {GREY: "grey", CONSTANT: "constant"}
    return {label: own.get(label, f"s{number % 6}") for number, label in enumerate(labels)}


def _section(heading: str, anchor: str, content: str) -> str:
    return f'<section id="{anchor}"><h2>{heading}</h2>{content}</section>'


def _header(evaluation: Evaluation, title: str) -> str:
    photo_set = evaluation.photo_set
    return (
        f'<header><p class="kicker">lab-colorize evaluation</p><h1>{escaped(title)}</h1>'
        f"<p>{escaped(counts_in_words(photo_set))}. {escaped(protocol_in_words(photo_set))}</p></header>"
    )


def _verdict(summary: Summary, summaries: Sequence[Summary], styles: dict[str, str]) -> str:
    """One model in three numbers, each with what it is to be held against."""
    by_label = {one.label: one for one in summaries}

    def mean(label: str, key: str) -> float:
        return by_label[label].spreads[key].mean

    psnr, difference = mean(summary.label, "psnr"), mean(summary.label, "ciede2000")
    tiles = (
        (
            "PSNR",
            f"{psnr:.2f} dB",
            f"{psnr - mean(GREY, 'psnr'):+.2f} to grey, {psnr - mean(CONSTANT, 'psnr'):+.2f} to one colour",
        ),
        (
            "CIEDE2000",
            f"{difference:.2f}",
            f"grey {mean(GREY, 'ciede2000'):.2f}, one colour {mean(CONSTANT, 'ciede2000'):.2f}",
        ),
        ("Colourfulness", f"{mean(summary.label, 'colourfulness_ratio'):.0%}", "of the truth's"),
    )
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd><dd>{note}</dd></div>" for name, value, note in tiles)
    key = f'<i class="key {styles[summary.label]}"></i>'
    return f"<article><h2>{key}{escaped(summary.label)}</h2><dl>{shown}</dl></article>"


def _paired(evaluation: Evaluation) -> str:
    pairings = pair(evaluation)
    if not pairings:
        return ""
    note = "How often each is best, and the mean difference on the same photographs with its 95 % bootstrap interval."
    return _section("Model against model", "pairing", f"<p>{note}</p>{pairing_table(pairings)}")


def _plots(evaluation: Evaluation, styles: dict[str, str]) -> str:
    def series(labels: Sequence[str], key: str) -> list[Series]:
        return [Series(label, styles[label], evaluation.values(label, key)) for label in labels]

    names = [one.name for one in evaluation.measured]
    models = evaluation.models
    plots = (
        (histogram(series((*models, GREY), "psnr"), "PSNR, dB"), "PSNR of all photographs; grey is the baseline."),
        (histogram(series((*models, GREY), "ciede2000"), "CIEDE2000"), "Mean colour difference; lower is better."),
        (
            scatter(evaluation.values(GREY, "psnr"), series(models, "psnr"), ("PSNR left grey, dB", "PSNR, dB"), names),
            "Above the line colour brought a photograph nearer to the truth.",
        ),
        (
            scatter(
                [one.colourfulness for one in evaluation.measured],
                series(models, "colourfulness"),
                ("Colourfulness of the truth", "of the result"),
                names,
            ),
            "Below the line results are paler than the truth.",
        ),
    )
    legend = "".join(f'<span><i class="key {styles[one]}"></i>{escaped(one)}</span>' for one in (*models, GREY))
    thinned = f"<p>Points of {MOST_POINTS} photographs at most are drawn.</p>" if len(names) > MOST_POINTS else ""
    drawn = "".join(f"<figure>{plot}<figcaption>{caption}</figcaption></figure>" for plot, caption in plots)
    return f'<p class="legend">{legend}</p>{thinned}<div class="plots">{drawn}</div>'


def _toolbar(evaluation: Evaluation) -> str:
    """What stands to the left and to the right of every slider."""
    left = _choices("left", [("before", "Before"), ("truth", "Truth")], "before")
    rights = [(f":{label}", label) for label in evaluation.models] + [("truth", "Truth")]
    return f'<div class="toolbar">{left}{_choices("right", rights, rights[0][0])}</div>'


def _choices(side: str, views: Sequence[tuple[str, str]], checked: str) -> str:
    radios = "".join(
        f'<label><input type="radio" name="{side}" value="{escaped(view)}"{" checked" if view == checked else ""}>'
        f"<span>{escaped(name)}</span></label>"
        for view, name in views
    )
    return f'<fieldset class="choice"><legend>{side.capitalize()}</legend>{radios}</fieldset>'


def _filter() -> str:
    return (
        '<p><input type="search" id="filter" placeholder="Filter by name" aria-label="Filter photographs by name"></p>'
    )


def _left_out(evaluation: Evaluation) -> str:
    photo_set = evaluation.photo_set
    parts = []
    if photo_set.unreadable:
        parts.append(f"<h3>Unreadable</h3><ul>{''.join(map(_unreadable, photo_set.unreadable))}</ul>")
    if photo_set.grey:
        names = ", ".join(map(escaped, photo_set.grey))
        parts.append(f"<h3>Without colours of their own</h3><p>{names}</p>")
    return _section("Left out", "left-out", "".join(parts)) if parts else ""


def _unreadable(one: Unreadable) -> str:
    return f"<li><b>{escaped(one.name)}</b> {escaped(one.reason)} {escaped(one.remedy)}</li>"


def _colophon(evaluation: Evaluation) -> str:
    models = "".join(f"<li>{_model(contender)}</li>" for contender in evaluation.contenders if contender.model)
    packages = ", ".join(f"{name} {number}" for name, number in versions().items())
    return f"<footer><ul>{models}</ul><p>Made with {escaped(packages)}.</p></footer>"


def _model(contender: Contender) -> str:
    assert contender.model is not None  # asked above
    card = contender.model.card
    told = f"{contender.label}: {card.architecture}, side {card.side}, SHA-256"
    return f"{escaped(told)} <code>{escaped(card.sha256)}</code>"
