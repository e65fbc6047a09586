"""What is compared: models, and the two baselines that answer one colour everywhere. All go through the same join."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from lab_colorize.colour.join import join
from lab_colorize.colour.lightness import Lightness
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.hints import Hint
from lab_colorize.colouring.models import Model, find_model
from lab_colorize.errors import UsageProblem
from lab_colorize.evaluation.figures import Bytes
from lab_colorize.wording import number_of

Colour: TypeAlias = Callable[[Lightness, Sequence[Hint]], Bytes]
"""L* (H, W) in 0..100, and what is told of the colours, to sRGB pixels (H, W, 3)."""

GREY = "grey"
CONSTANT = "constant"


@dataclass(frozen=True)
class Contender:
    """Something that colours, and what it is called in tables."""

    label: str
    make_colour: Callable[[], Colour]
    """Called once in each thread, because a running model is not for sharing."""
    model: Model | None = None
    """None for baselines, and for stand-ins in tests."""
    hints: int = 0
    """How many colours of each photograph it is told."""


def baseline(label: str, ab: tuple[float, float]) -> Contender:
    """What answers the same a* and b* everywhere."""
    plane = np.array(ab, np.float32).reshape(1, 1, 2)
    return Contender(label, lambda: lambda lightness, _hints: _bytes(join(lightness, plane, np.uint8)))


def contenders_named(
    models: Sequence[str | Path | None], saturation: float | None = 1.0, hints: Sequence[int] = ()
) -> tuple[Contender, ...]:
    """Find the models and make sure that they run, before the first photograph is opened.

    Each colours without hints, and once more for each number of `hints` that it is to be told.
    """
    found = [find_model(model) for model in models]
    for number, model in enumerate(found):
        if any(_same(model, other) for other in found[:number]):
            raise UsageProblem(f"The model {model.name} is asked for twice.", remedy="Give each --model once.")
    labels = _labels(found)
    for model in found:
        if hints and not model.card.hints:
            raise UsageProblem(f"The model {model.name} takes no hints.", remedy="Leave --hints out, or this model.")
    return tuple(
        _contender(label if not told else f"{label}, {number_of(told, 'hint')}", model, saturation, told)
        for label, model in zip(labels, found, strict=True)
        for told in (0, *dict.fromkeys(hints))
    )


def _same(one: Model, other: Model) -> bool:
    """Whether two models answer the same whatever they are called: one file, and cards that say the same of it."""
    return one.sha256 == other.sha256 and one.card.facts | {"name": ""} == other.card.facts | {"name": ""}


def _contender(label: str, model: Model, saturation: float | None, hints: int) -> Contender:
    def make_colour() -> Colour:
        colorizer = Colorizer(model, threads=1)  # the other cores have photographs of their own

        def colour(lightness: Lightness, told: Sequence[Hint]) -> Bytes:
            ab = colorizer.predict(lightness, hints=told, saturation=saturation)
            return _bytes(colorizer.joined(lightness, ab, np.uint8, saturation=saturation))

        return colour

    make_colour()
    return Contender(label, make_colour, model, hints)


def _labels(models: Sequence[Model]) -> list[str]:
    """Their names; two of one name, or one called like a baseline, are told apart by hashes, and at last by places."""
    names = [model.name for model in models]
    taken = {GREY, CONSTANT, *(name for name in names if names.count(name) > 1)}
    labels = [f"{model.name} {model.sha256[:8]}" if model.name in taken else model.name for model in models]
    return [
        f"{label} in {model.path.parent}" if labels.count(label) > 1 else label
        for label, model in zip(labels, models, strict=True)
    ]


def _bytes(pixels: Bytes | object) -> Bytes:
    """Narrow what the join promises for any depth to the one that was asked for."""
    assert isinstance(pixels, np.ndarray) and pixels.dtype == np.uint8  # noqa: PT018
    return pixels
