"""What is asked of a batch, complete and valid from birth, and the recipe by which its results are known again."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lab_colorize.batch.boxes import Boxes
from lab_colorize.colouring.models import Model
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import UsageProblem
from lab_colorize.workers import usable_cores

# A worker holds a whole photograph with its Lab planes; more than this many would ask for memory before speed.
MOST_WORKERS_BY_DEFAULT = 8
# They decide whether a photograph is coloured at all, not how: a change of them leaves what is done as it is.
# `force` is looked at by the plan, because it makes due what was skipped; so are hints, of which each has its own.
_WITHOUT_EFFECT_ON_RESULTS = frozenset({"overwrite", "force", "accept_truncated", "max_pixels", "hints", "show_hints"})


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
    bag: Path | None = None  # the bag whose payload `out` is, if it is one

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise UsageProblem(f"A batch cannot run with {self.workers} workers.", remedy="Give --workers 1 or more.")

    @property
    def place(self) -> Path:
        """The folder that holds all that is written: results, journal, manifest."""
        return self.bag or self.out


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
    if told.get("saturation") is None:
        told["saturation"] = model.card.saturation
    fingerprint = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
    return Recipe(model.name, model.sha256, fingerprint[:16])
