"""What is asked of a batch, complete and valid from birth, and the recipe by which its results are known again."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.settings import NO_SETTINGS, Settings
from lab_colorize.colouring.hints import Hints, hints_beside
from lab_colorize.colouring.models import Model, find_model
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import UsageProblem
from lab_colorize.workers import usable_cores

# A worker holds a whole photograph with its Lab planes; more than this many would ask for memory before speed.
MOST_WORKERS_BY_DEFAULT = 8
# They decide whether a photograph is coloured at all, not how: a change of them leaves what is done as it is.
# `force` is looked at by the plan, because it makes due what was skipped; so are hints, of which each has its own.
_WITHOUT_EFFECT_ON_RESULTS = frozenset(
    {"overwrite", "force", "accept_truncated", "max_pixels", "hints", "show_hints", "sidecar"}
)


@dataclass(frozen=True)
class BatchOptions:
    """One batch: from where, to where, which photographs, and how they are coloured."""

    boxes: Boxes
    out: Path
    colorize: ColorizeOptions
    model: str | None = None  # name or path; None is the shipped one
    workers: int = field(default_factory=lambda: min(usable_cores(), MOST_WORKERS_BY_DEFAULT))
    include: tuple[str, ...] = ()  # globs; none means all photographs
    exclude: tuple[str, ...] = ()
    recurse: bool = True
    checksum: bool = False  # judge by contents, not by size and time, whether a source or its result changed
    copy_rest: bool = False  # also copy what is not coloured, so that OUT is a complete archive
    scheduler: str | None = None  # of a cluster that colours: its address, or "local" for one on this machine
    prune: bool = False  # put results aside whose photographs are gone
    settings: Settings = NO_SETTINGS  # what some photographs need and others do not
    bag: Path | None = None  # the bag whose payload `out` is, if it is one

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise UsageProblem(f"A batch cannot run with {self.workers} workers.", remedy="Give --workers 1 or more.")
        places = (self.out, *(box.folder for box in self.boxes.boxes))
        if self.scheduler is not None and not all(place.is_absolute() for place in places):
            raise UsageProblem(
                "Workers on other machines cannot resolve a relative path.", remedy="Give the full path."
            )

    @property
    def place(self) -> Path:
        """The folder that holds all that is written: results, journal, manifest."""
        return self.bag or self.out

    def colorize_of(self, source: str) -> ColorizeOptions:
        """How one photograph is coloured, but for its hints."""
        choice = self.settings.of(source)
        saturation = self.colorize.saturation if choice.saturation is None else choice.saturation
        force = self.colorize.force if choice.force is None else choice.force
        return replace(self.colorize, saturation=saturation, force=force)

    def model_of(self, source: str) -> str | None:
        """The model for one photograph, as it is named."""
        return self.settings.of(source).model or self.model

    def hints_of(self, source: str) -> Hints:
        """What is known of one photograph's colours: by the settings, else by the file beside it."""
        said = self.settings.of(source).hints
        return hints_beside(self.boxes.path(source)) if said is None else said


@dataclass(frozen=True, slots=True)
class Recipe:
    """By what a result was made: the same source and the same recipe give the same bytes."""

    model: str
    model_sha256: str
    options: str  # a fingerprint of the options that have an effect on results


def recipe_of(model: Model, options: ColorizeOptions) -> Recipe:
    """Name the recipe; a saturation left to the card counts as the figure that stands there today."""
    told = {name: value for name, value in asdict(options).items() if name not in _WITHOUT_EFFECT_ON_RESULTS}
    if not told["reencode"]:
        del told["reencode"]  # so that what was done before there was a choice stays done
    told["compare"] = False  # the journal tells whether there is a comparison; the result is the same in any case
    if told.get("saturation") is None:
        told["saturation"] = model.card.saturation
    fingerprint = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
    return Recipe(model.name, model.sha256, fingerprint[:16])


class OwnRecipes:
    """Recipes of photographs of which the settings say more than of others; each model is looked up once."""

    def __init__(self, options: BatchOptions) -> None:
        self._options = options
        self._known: dict[tuple[str | None, float | None], Recipe] = {}

    def of(self, source: str) -> Recipe | None:
        """The photograph's own; None if it is that of the batch. ModelError if there is no such model."""
        choice = self._options.settings.of(source)
        if choice.saturation is None and choice.model is None:
            return None
        key = (choice.model, choice.saturation)
        if key not in self._known:
            model = find_model(self._options.model_of(source))
            self._known[key] = recipe_of(model, self._options.colorize_of(source))
        return self._known[key]
