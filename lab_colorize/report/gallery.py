"""Photographs to look at: the worst, the best and a few at random, each before, predicted and as it truly was.

Only for these the pictures are made once more, so that an evaluation of thousands keeps none in memory.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from lab_colorize.colour.lab import lightness_of
from lab_colorize.evaluation.contenders import GREY
from lab_colorize.evaluation.figures import Bytes
from lab_colorize.evaluation.measure import Evaluation, Measured
from lab_colorize.evaluation.summary import ranked
from lab_colorize.report.page import escaped
from lab_colorize.report.pictures import data_uri

SHOWN = 8  # of the worst, of the best and at random
SEED = 1

Views = dict[str, Bytes]
"""Pictures of one photograph by what they show: "before", "truth", or a model's label behind a colon."""


@dataclass(frozen=True)
class Choice:
    """Which photographs are shown; none twice."""

    worst: list[str]
    best: list[str]
    random: list[str]


def chosen(evaluation: Evaluation) -> Choice:
    """Choose by PSNR of the first model; of a small set all are shown."""
    names = ranked(evaluation, evaluation.labels[0])
    count = min(SHOWN, -(-len(names) // 3))
    worst, rest = names[:count], names[count:]
    best = rest[::-1][:count]
    others = [name for name in rest if name not in best]
    return Choice(worst, best, sorted(random.Random(SEED).sample(others, min(SHOWN, len(others)))))  # noqa: S311


def gallery(evaluation: Evaluation) -> str:
    """All chosen photographs, under their headings."""
    choice = chosen(evaluation)
    shown = _shower(evaluation)
    parts = (
        ("Worst", f"The lowest PSNR of {evaluation.labels[0]}.", choice.worst),
        ("Best", "The highest PSNR.", choice.best),
        ("At random", "Chosen by a fixed seed among the others.", choice.random),
    )
    return "".join(_part(heading, note, map(shown, names)) for heading, note, names in parts if names)


def _part(heading: str, note: str, figures: map) -> str:  # type: ignore[type-arg]
    return f'<h3>{heading} <small>{escaped(note)}</small></h3><div class="photos">{"".join(figures)}</div>'


def _shower(evaluation: Evaluation) -> Callable[[str], str]:
    """What makes one photograph's figure; each contender is made ready once."""
    measured = {one.name: one for one in evaluation.measured}
    wanted = {GREY, *evaluation.models}
    colours = {one.label: one.make_colour() for one in evaluation.contenders if one.label in wanted}

    def shown(name: str) -> str:
        pixels = evaluation.photo_set.pixels_of(measured[name].photograph)
        lightness = lightness_of(pixels)
        views = {"before": colours[GREY](lightness), "truth": pixels}
        views |= {f":{label}": colours[label](lightness) for label in evaluation.models}
        return _figure(measured[name], views, evaluation.models)

    return shown


def _figure(one: Measured, views: Views, models: tuple[str, ...]) -> str:
    name = escaped(one.name)
    images = "".join(
        f'<img data-view="{escaped(view)}" alt="" src="{data_uri(pixels)}"{_role(view, models)}>'
        for view, pixels in views.items()
    )
    photograph = one.photograph
    return (
        f'<figure class="photo" style="--ratio:{photograph.width / photograph.height:.4f}"><div class="frame">'
        f'{images}<span class="bar"></span><span class="tag left-tag"></span><span class="tag right-tag"></span>'
        f'<input type="range" min="0" max="100" step="1" value="50" aria-label="Compare pictures of {name}"></div>'
        f'<figcaption><span class="file" title="{name}">{name}</span>{_told(one, models)}</figcaption></figure>'
    )


def _role(view: str, models: tuple[str, ...]) -> str:
    """What is shown before any script has run: before to the left, the first model to the right."""
    roles = {"before": "left", f":{models[0]}": "right"} if models else {"before": "left", "truth": "right"}
    return f' class="{roles[view]}"' if view in roles else " hidden"


def _told(one: Measured, models: tuple[str, ...]) -> str:
    """The figures below a picture, for each model."""
    return "".join(
        f'<span class="told" data-of=":{escaped(label)}"><b>{one.figures[label].psnr:.1f}</b> dB'
        f" · ΔE <b>{one.figures[label].ciede2000:.1f}</b></span>"
        for label in models
    )
