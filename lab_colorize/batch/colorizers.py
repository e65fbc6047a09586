"""What makes each worker its own `colour`, wherever the worker is: a value that can be sent. Looks at no photograph."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lab_colorize.batch.options import BatchOptions, Recipe, recipe_of
from lab_colorize.batch.perform import Colour
from lab_colorize.colouring.hints import hints_beside
from lab_colorize.colouring.models import Model, find_model
from lab_colorize.colouring.options import ColorizeOptions

if TYPE_CHECKING:
    from lab_colorize.colouring.on_disk import Coloured


@dataclass(frozen=True)
class ColorizerFactory:
    """The recipe that photographs are coloured by, and what makes each worker its own `colour`; tests replace it."""

    recipe: Recipe
    make: Callable[[], Colour]
    model: Model | None = None
    """What `make` works with, where that is a model."""

    def for_copies_only(self) -> "ColorizerFactory":
        """Nothing is coloured, so no model is needed."""
        return ColorizerFactory(self.recipe, _nothing)


def colorizer_factory(options: BatchOptions) -> ColorizerFactory:
    """Colour with the chosen model; ModelError now if it is missing or damaged, long before the first photograph."""
    model = find_model(options.model)
    model.content  # noqa: B018  # read and checked now, and once for all workers
    return ColorizerFactory(recipe_of(model, options.colorize), partial(_colour, model, options.colorize), model)


def _colour(model: Model, options: ColorizeOptions) -> Colour:
    """Give a worker its own network; it runs on one thread, since the other cores have photographs of their own."""
    from lab_colorize.colouring.colorizer import Colorizer
    from lab_colorize.colouring.on_disk import colorize_photo

    colorizer = Colorizer(model, threads=1)

    def colour(source: Path, target: Path, *, overwrite: bool) -> "Coloured":
        wanted = replace(options, overwrite=overwrite, hints=hints_beside(source))
        return colorize_photo(source, target, colorizer=colorizer, options=wanted)

    return colour


def _nothing() -> Colour:
    return _colours_nothing


def _colours_nothing(source: Path, target: Path, *, overwrite: bool) -> "Coloured":
    raise AssertionError(source, target, overwrite)
