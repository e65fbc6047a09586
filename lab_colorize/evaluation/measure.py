"""A set measured: every photograph coloured by every contender, and compared with what it truly looks like.

listing = list_photographs(folder)
photo_set = read_set(listing, settings, workers=2)
evaluation = measure(photo_set, contenders_named(["default"]), workers=2)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lab_colorize.colour.lightness import lightness_through
from lab_colorize.evaluation.comparison import compared
from lab_colorize.evaluation.contenders import CONSTANT, GREY, Contender, baseline
from lab_colorize.evaluation.drawn_hints import drawn_hints
from lab_colorize.evaluation.figures import Figures
from lab_colorize.evaluation.photographs import Photograph, PhotoSet
from lab_colorize.workers import WorkerPool


@dataclass(frozen=True, slots=True)
class Measured:
    """One photograph's figures, by the labels of what coloured it."""

    photograph: Photograph
    colourfulness: float
    """Of the truth."""
    figures: Mapping[str, Figures]

    @property
    def name(self) -> str:
        """The photograph's name."""
        return self.photograph.name


@dataclass(frozen=True)
class Evaluation:
    """Everything that was found out; photographs in the order of names, models first and baselines last."""

    photo_set: PhotoSet
    contenders: tuple[Contender, ...]
    measured: tuple[Measured, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What the contenders are called."""
        return tuple(contender.label for contender in self.contenders)

    @property
    def models(self) -> tuple[str, ...]:
        """The labels without the baselines'."""
        return tuple(label for label in self.labels if label not in {GREY, CONSTANT})

    def values(self, label: str, key: str) -> list[float]:
        """One figure of one contender for every photograph."""
        return [one.figures[label][key] for one in self.measured]


def measure(
    photo_set: PhotoSet,
    models: Sequence[Contender],
    *,
    workers: int,
    on_step: Callable[[bool], None] = lambda _: None,
) -> Evaluation:
    """Measure a set that holds at least one photograph; `on_step` hears after each."""
    contenders = (*models, baseline(GREY, (0.0, 0.0)), baseline(CONSTANT, photo_set.mean_ab))
    labels = [contender.label for contender in contenders]

    def make_worker() -> Callable[[Photograph], Measured]:
        colours = [contender.make_colour() for contender in contenders]

        def measured_one(photograph: Photograph) -> Measured:
            truth = photo_set.pixels_of(photograph)
            lightness = lightness_through(truth)  # all that is told of the photograph, but for the hints
            told = {one.hints: drawn_hints(truth, one.hints, photograph.name) for one in contenders}
            answers = [colour(lightness, told[one.hints]) for one, colour in zip(contenders, colours, strict=True)]
            colourfulness, figures = compared(truth, answers)
            return Measured(photograph, colourfulness, dict(zip(labels, figures, strict=True)))

        return measured_one

    measured: list[Measured] = []
    for one in WorkerPool(photo_set.photographs, make_worker, workers).results():
        measured.append(one)
        on_step(True)  # noqa: FBT003  # as read_set says it
    return Evaluation(photo_set, contenders, tuple(sorted(measured, key=lambda one: one.name)))
