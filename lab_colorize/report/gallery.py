"""Photographs to look at: the worst, the best and a few at random, each before, predicted and as it truly was.

Only for these the pictures are made once more, so that an evaluation of thousands keeps none in memory.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from lab_colorize.colour.lab import lightness_of
from lab_colorize.evaluation.contenders import GREY
from lab_colorize.evaluation.drawn_hints import drawn_hints
from lab_colorize.evaluation.measure import Evaluation, Measured
from lab_colorize.evaluation.summary import ranked
from lab_colorize.report.pictures import data_uri

SHOWN = 8  # of the worst, of the best and at random
SEED = 1


@dataclass(frozen=True, slots=True)
class View:
    """One picture of a photograph."""

    name: str
    """What it shows: "before", "truth", or a model's label behind a colon."""
    uri: str
    side: str
    """Where it is seen before any script has run: "left", "right" or nowhere."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one model below a picture."""

    label: str
    psnr: str
    difference: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One photograph, its pictures over one another."""

    name: str
    ratio: str
    """Width over height, as CSS has it."""
    views: tuple[View, ...]
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Some photographs under one heading."""

    heading: str
    note: str
    photos: list[Shown]


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


def gallery(evaluation: Evaluation) -> list[Part]:
    """All chosen photographs, under their headings."""
    choice = chosen(evaluation)
    shown = _shower(evaluation)
    parts = (
        ("Worst", f"The lowest PSNR of {evaluation.labels[0]}.", choice.worst),
        ("Best", "The highest PSNR.", choice.best),
        ("At random", "Chosen by a fixed seed among the others.", choice.random),
    )
    return [Part(heading, note, list(map(shown, names))) for heading, note, names in parts if names]


def _shower(evaluation: Evaluation) -> Callable[[str], Shown]:
    """What makes a photograph's pictures; each contender is made ready once."""
    measured = {one.name: one for one in evaluation.measured}
    models = evaluation.models
    wanted = {GREY, *models}
    colours = {one.label: one.make_colour() for one in evaluation.contenders if one.label in wanted}
    sides = {"before": "left", f":{models[0]}": "right"} if models else {"before": "left", "truth": "right"}

    def shown(name: str) -> Shown:
        one = measured[name]
        pixels = evaluation.photo_set.pixels_of(one.photograph)
        lightness = lightness_of(pixels)
        pictures = {"before": colours[GREY](lightness, ()), "truth": pixels}
        told = {one.label: drawn_hints(pixels, one.hints, name) for one in evaluation.contenders}
        pictures |= {f":{label}": colours[label](lightness, told[label]) for label in models}
        views = tuple(View(view, data_uri(picture), sides.get(view, "")) for view, picture in pictures.items())
        ratio = f"{one.photograph.width / one.photograph.height:.4f}"
        return Shown(name, ratio, views, tuple(_told(one, label) for label in models))

    return shown


def _told(one: Measured, label: str) -> Told:
    figures = one.figures[label]
    return Told(label, f"{figures.psnr:.1f}", f"{figures.ciede2000:.1f}")
