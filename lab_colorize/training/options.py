"""What a training run is told, complete and valid from birth. Plain data; `config` writes and reads it as TOML."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from lab_colorize.errors import UsageProblem
from lab_colorize.zoo.catalog import Loss, Optimizer, Row, check_side, row_named

Weights = Literal["float16", "int8", "float32"]


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far a photograph may be changed; `NO_AUGMENTATION` leaves the plain centred square."""

    smallest_crop: float = 0.75
    """Least share of the photo's side that a crop keeps."""
    wander: float = 1.0
    """How far from the middle a crop may lie, as a share of the room there is."""
    aspect: float = 0.2
    """Crops are stretched by up to this factor, either way."""
    rotation: float = 5.0
    """Degrees, in one crop of four."""
    mirror: float = 0.5
    """Chance of being mirrored."""
    ageing: float = 0.35
    """Chance of each of the things that happen to old prints."""
    emulsion: float = 0.25
    """Chance of being seen by a plate or film that is blind to red, or to all but blue."""
    sharpening: float = 0.3
    """Chance of being as crisp as a large scan that was made small; small photographs that were enlarged are soft."""
    hints: float = 0.5
    """Chance of coming with hints, for networks that take them."""
    recolouring: float = 0.2
    """Chance, for networks that take hints, of one thing having another colour and a hint that says so."""

    def __post_init__(self) -> None:
        _require(0 < self.smallest_crop <= 1, "smallest_crop", self.smallest_crop, "above 0, at most 1")
        _require(0 <= self.wander <= 1, "wander", self.wander, "from 0 to 1")
        _require(0 <= self.aspect <= 2, "aspect", self.aspect, "from 0 to 2")
        _require(0 <= self.rotation <= 45, "rotation", self.rotation, "from 0 to 45 degrees")
        _require(0 <= self.mirror <= 1, "mirror", self.mirror, "from 0 to 1")
        _require(0 <= self.ageing <= 1, "ageing", self.ageing, "from 0 to 1")
        _require(0 <= self.emulsion <= 1, "emulsion", self.emulsion, "from 0 to 1")
        _require(0 <= self.sharpening <= 1, "sharpening", self.sharpening, "from 0 to 1")
        _require(0 <= self.hints <= 1, "hints", self.hints, "from 0 to 1")
        _require(0 <= self.recolouring <= 1, "recolouring", self.recolouring, "from 0 to 1")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of training with one side and one rate; a run is one or several."""

    epochs: float
    """How often each photograph is seen; a fraction is allowed."""
    side: int
    learning_rate: float
    """The peak: a short linear warm-up leads to it and a cosine away from it."""
    freeze_encoder: bool = False
    thaw_from: str = ""
    """In a frozen encoder, the layer from which on it learns all the same: deep layers hold most of its weights, and
    learn nearly as fast as none at all, since their pictures are small."""
    hints_only: bool = False
    """Only what takes hints learns, so that answers without hints stay what they were."""

    def __post_init__(self) -> None:
        _require(0 < self.epochs < math.inf, "epochs", self.epochs, "above 0")
        _require(self.side > 0, "side", self.side, "above 0")
        _require(0 < self.learning_rate < math.inf, "learning_rate", self.learning_rate, "above 0")


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """Everything that decides what comes out of a run."""

    photos: Path
    run: Path
    """The run folder; where it lies decides nothing, so `config.toml` does not say it."""
    network: str
    stages: tuple[Stage, ...]
    loss: Loss
    optimizer: Optimizer
    weight_decay: float
    batch_size: int
    minutes: float | None = None
    """Time for everything; `timing.fitted` turns it into epochs before the run begins."""
    validation: float = 0.2
    """The share of the photographs that is held back for validation."""
    validation_folder: Path | None = None
    seed: int = 0
    init_from: str | None = None
    """Weights to start from: a .weights.h5 file, a run folder, an installed model's name, or `default`."""
    encoder_weights: str = "imagenet"
    mixed_precision: bool = False
    """Compute in bfloat16 where that is enough; weights stay float32."""
    averaging: float = 0.999
    """Momentum of the running mean of the weights that is validated and exported; 0 turns it off."""
    checkpoint_minutes: float = 5.0
    validate_every: int = 1
    """Epochs from one validation to the next; more than one where photographs are few and epochs short. With `minutes`
    at least so many: validations take a small share of them."""
    picture_epochs: int = 0
    """A picture of some validation photos each so many validations; 0: about ten times in the run."""
    memory_share: float = 0.5
    """Photographs are kept decoded in up to this share of the memory that is free; the rest is read each time."""
    distribute: bool = False
    """Share each batch out among all GPUs of this machine."""
    name: str = ""
    """What the exported model is called; empty: the network's name."""
    export_weights: Weights = "float16"
    install: bool = False
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        _require(0 < self.validation < 1, "validation", self.validation, "between 0 and 1")
        _require(self.batch_size > 0, "batch_size", self.batch_size, "above 0")
        _require(self.validate_every > 0, "validate_every", self.validate_every, "above 0")
        _require(self.picture_epochs >= 0, "picture_epochs", self.picture_epochs, "0 or above")
        _require(self.seed >= 0, "seed", self.seed, "0 or above")
        _require(self.weight_decay >= 0, "weight_decay", self.weight_decay, "0 or above")
        _require(0 <= self.averaging < 1, "averaging", self.averaging, "from 0 to below 1")
        _require(0 < self.memory_share <= 1, "memory_share", self.memory_share, "above 0, at most 1")
        _require(self.minutes is None or self.minutes > 0, "minutes", self.minutes, "above 0")
        _require(bool(self.stages), "stage", "none", "given at least once")
        _require(not set(self.name) & set("/\\"), "name", self.name, "a plain name without slashes")
        for side in self.sides:
            check_side(self.row, side)
        if (self.loss == "palette") != (self.row.head == "palette"):
            raise UsageProblem(
                f"{self.network} cannot be trained with the loss {self.loss}.",
                remedy="The loss `palette` is for networks that mix colours from a palette, and they take no other.",
            )

    @property
    def row(self) -> Row:
        """The network's row in the catalog."""
        return row_named(self.network)

    @property
    def sides(self) -> tuple[int, ...]:
        """The sides of all stages."""
        return tuple(stage.side for stage in self.stages)

    @property
    def model_name(self) -> str:
        """What the exported files are called, less their suffix."""
        return self.name or self.network


def default_stages(  # noqa: PLR0913  # they make up a schedule
    row: Row, *, epochs: float, side: int, learning_rate: float, frozen: float, pretrained: bool
) -> tuple[Stage, ...]:
    """First the decoder alone, then everything at a tenth of the rate; a single stage where no encoder is frozen.

    An encoder of random weights has nothing worth keeping and is never frozen.
    """
    if not row.encoder or not pretrained or frozen <= 0:
        return (Stage(epochs, side, learning_rate),)
    if frozen >= epochs:
        return (Stage(epochs, side, learning_rate, freeze_encoder=True),)
    return (
        Stage(frozen, side, learning_rate, freeze_encoder=True),
        Stage(epochs - frozen, side, learning_rate * UNFROZEN_RATE),
    )


UNFROZEN_RATE = 0.1  # what an encoder knows is undone by the rate that suits a fresh decoder


def frozen_share(row: Row, epochs: float) -> int:
    """How many of `epochs` the row leaves its encoder as it is, in whole epochs."""
    return round(epochs * row.frozen_epochs / row.epochs)


def scaled(stages: Iterable[Stage], factor: float) -> tuple[Stage, ...]:
    """The same schedule, `factor` times as long."""
    return tuple(replace(stage, epochs=stage.epochs * factor) for stage in stages)


def _require(holds: bool, name: str, value: object, wanted: str) -> None:  # noqa: FBT001  # it reads as a sentence
    if not holds:
        raise UsageProblem(f"{name} is {value}.", remedy=f"It must be {wanted}.")


NO_AUGMENTATION = Augmentation(
    smallest_crop=1.0,
    wander=0.0,
    aspect=0.0,
    rotation=0.0,
    mirror=0.0,
    ageing=0.0,
    emulsion=0.0,
    sharpening=0.0,
    hints=0.0,
    recolouring=0.0,
)
