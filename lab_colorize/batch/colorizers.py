"""What makes each worker its own `colour`, wherever the worker is: a value that can be sent. Looks at no photograph."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lab_colorize.batch.options import BatchOptions, Recipe, recipe_of
from lab_colorize.batch.perform import Colour
from lab_colorize.batch.settings import Settings
from lab_colorize.colouring.models import Model, find_model

if TYPE_CHECKING:
    from lab_colorize.colouring.on_disk import Coloured

Models = Mapping[str | None, Model]
"""By the names that they were asked for; None is the shipped one."""


@dataclass(frozen=True)
class ColorizerFactory:
    """The recipe that photographs are coloured by, and what makes each worker its own `colour`; tests replace it."""

    recipe: Recipe
    make: Callable[[], Colour]
    models: Models = field(default_factory=dict)
    """What `make` works with, where these are models."""

    def for_copies_only(self) -> "ColorizerFactory":
        """Nothing is coloured, so no model is needed."""
        return ColorizerFactory(self.recipe, _nothing)


def colorizer_factory(options: BatchOptions) -> ColorizerFactory:
    """Colour with the chosen models; ModelError now if one is missing or damaged, long before the first photograph."""
    models = {name: find_model(name) for name in (options.model, *options.settings.models())}
    for model in models.values():
        model.content  # noqa: B018  # read and checked now, and once for all workers
    recipe = recipe_of(models[options.model], options.colorize)
    fresh = replace(options, settings=Settings(options.settings.lines))  # without what was looked up
    return ColorizerFactory(recipe, partial(_colour, models, fresh), models)


def _colour(models: Models, options: BatchOptions) -> Colour:
    """Give a worker its own networks; each runs on one thread, since the other cores have photographs of their own."""
    from lab_colorize.colouring.colorizer import Colorizer
    from lab_colorize.colouring.on_disk import colorize_photo

    colorizers = {options.model: Colorizer(models[options.model], threads=1)}

    def colour(source: Path, target: Path, *, overwrite: bool) -> "Coloured":
        name = options.boxes.named(source)
        model = options.model_of(name)
        if model not in colorizers:
            colorizers[model] = Colorizer(models[model], threads=1)
        wanted = replace(options.colorize_of(name), overwrite=overwrite, hints=options.hints_of(name))
        return colorize_photo(source, target, colorizer=colorizers[model], options=wanted)

    return colour


def _nothing() -> Colour:
    return _colours_nothing


def _colours_nothing(source: Path, target: Path, *, overwrite: bool) -> "Coloured":
    raise AssertionError(source, target, overwrite)
