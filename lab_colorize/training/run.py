"""From a folder to an exported model: load, split, build, fit, export, install. `fit` is the long part of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lab_colorize.colour.lab import L_SCALE
from lab_colorize.colouring.models import Model, find_model, user_models_folder
from lab_colorize.errors import NothingToDo, OutputError, TrainingError
from lab_colorize.files.writing import write_whole
from lab_colorize.training import card, checkpoint, timing
from lab_colorize.training.checkpoint import Checkpoint, State
from lab_colorize.training.config import CONFIG_NAME
from lab_colorize.training.dataset import Found, fingerprint, free_memory, load
from lab_colorize.training.devices import devices_for
from lab_colorize.training.export import Export, export
from lab_colorize.training.fit import Progress, Training
from lab_colorize.training.folder import claimed, write_config
from lab_colorize.training.objectives import Objective, objective_for
from lab_colorize.training.options import TrainOptions
from lab_colorize.training.record import BEST_NAME
from lab_colorize.training.split import Parts, against, split
from lab_colorize.training.start import WEIGHTS_SUFFIX, network_for
from lab_colorize.training.validation import Validator

EXPORT_SAMPLES = 16


@dataclass(frozen=True, slots=True)
class Loading:
    """Photographs are being read."""

    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What there is to learn from."""

    train: int
    validation: int
    grey: int
    unreadable: tuple[str, ...]
    copies: int
    """Left out because they are copies of validation photographs."""
    in_memory: int


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The network is built and the schedule is fixed."""

    options: TrainOptions
    parameters: int
    done: int
    """Steps that an earlier session has done."""


@dataclass(frozen=True, slots=True)
class Exporting:
    """All steps are done."""

    target: Path


Event = Loading | Loaded | Scheduled | Progress | Exporting


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a run."""

    model: Model
    figures: dict[str, float]
    """The row of the history whose weights were exported."""
    installed: Path | None


def train(
    options: TrainOptions,
    *,
    resume: bool = False,
    tell: Callable[[Event], None] = lambda _event: None,
    stop: Callable[[], bool] = lambda: False,
    began: float | None = None,
) -> Trained:
    """Train as `options` say, in their run folder; with `resume`, go on with the run that lies there.

    `began`, by the monotonic clock, is when its minutes began to count: now, unless told otherwise.
    """
    began = time.monotonic() if began is None else began
    with claimed(options.run, resume=resume):
        before = checkpoint.read(options.run) if resume else None
        _refuse_finished(options, before)
        found, parts = photographs(options, tell)
        session = prepared(options, parts, before, tell, stop, began=began)
        if not (before and before.state.finished):
            session.run(before)
        tell(Exporting(_target(options)))
        return _finished(session, found, parts)


def _refuse_finished(options: TrainOptions, before: Checkpoint | None) -> None:
    """A run that is over has nothing left to do, unless its export is missing or is to be installed."""
    if before and before.state.finished and _target(options).exists() and not options.install:
        raise NothingToDo(
            f"The run in {options.run} is finished.",
            remedy=f"--init-from {options.run} starts another from its weights.",
        )


def photographs(options: TrainOptions, tell: Callable[[Event], None]) -> tuple[Found, Parts]:
    """What to learn from, and what to validate on."""
    short_side = round(max(options.sides) / options.augmentation.smallest_crop)

    def loaded(folder: Path, memory: float) -> Found:
        return load(
            folder,
            short_side=short_side,
            memory=memory,
            apart_from=options.run,
            advance=lambda done, of: tell(Loading(done, of)),
        )

    memory = free_memory() * options.memory_share
    found = loaded(options.photos, memory)
    if not found.examples:
        raise TrainingError(
            f"{options.photos} holds no colour photograph: {len(found.grey)} are grey or toned, "
            f"{len(found.unreadable)} unreadable.",
            remedy="Give a folder of colour photographs.",
        )
    parts = _parts(options, found, lambda folder: loaded(folder, 0))
    tell(
        Loaded(
            len(parts.train),
            len(parts.validation),
            len(found.grey),
            tuple(found.unreadable),
            len(parts.dropped),
            sum(example.kept is not None for example in parts.train),
        )
    )
    return found, parts


def _parts(options: TrainOptions, found: Found, loaded: Callable[[Path], Found]) -> Parts:
    folder = options.validation_folder
    if folder is None:
        return split(found.examples, options.validation, options.seed)
    if folder.exists() and folder.samefile(options.photos):  # asked for: how well can it learn these by heart?
        return Parts(tuple(found.examples), tuple(found.examples))
    validation = loaded(folder).examples
    if not validation:
        raise TrainingError(f"The validation folder {folder} holds no colour photograph.")
    return against(found.examples, validation)


def prepared(  # noqa: PLR0913  # what a session is made of
    options: TrainOptions,
    parts: Parts,
    before: Checkpoint | None,
    tell: Callable[[Event], None],
    stop: Callable[[], bool],
    *,
    began: float,
) -> Training:
    """Everything ready for the first step of this session; the schedule is measured and written down if it is new."""
    photos = fingerprint((parts.train, parts.validation))
    if before and before.state.photos != photos:
        raise TrainingError(
            f"The photographs are not those that the run in {options.run} has learned from so far.",
            remedy="Bring them back, or start another run with --init-from.",
        )
    devices = devices_for(distribute=options.distribute, batch_size=options.batch_size)
    with devices.scope():
        objective = _objective(options, restored=before is not None)
    validator = Validator(parts.validation, max(options.sides), options.row.hints)
    state = before.state if before else State(photos)
    training = Training(objective, parts.train, validator, options, devices, state, tell, stop)
    if not (options.run / CONFIG_NAME).exists():
        training.options = timing.fitted(training, began)
        write_config(training.options)
    tell(Scheduled(training.options, objective.network.count_params(), state.total))
    return training


def _objective(options: TrainOptions, *, restored: bool) -> Objective:
    return objective_for(network_for(options, restored=restored), options.row, options)


def _target(options: TrainOptions) -> Path:
    return options.run / f"{options.model_name}.tflite"


def _finished(session: Training, found: Found, parts: Parts) -> Trained:
    """Export the best weights, with a card that says how they came to be."""
    options, history = session.options, session.state.history
    wanted = Export(
        architecture=options.network,
        keras_weights=options.run / BEST_NAME,
        target=_target(options),
        side=max(options.sides),
        weights=options.export_weights,
        resizable=options.row.resizable,
        facts=card.facts(options, found, parts, session.validator, session.state),
    )
    samples = [sample.lab[..., 0] / np.float32(L_SCALE) - 1 for sample in session.validator.samples[:EXPORT_SAMPLES]]
    model = export(wanted, samples)
    installed = _install(options) if options.install else None
    return Trained(model, max(history, key=lambda row: row["psnr"]), installed)


def _install(options: TrainOptions) -> Path:
    """Put model, card and weights where they are found by name."""
    folder, target = user_models_folder(), _target(options)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The models folder {folder} cannot be made: {error.strerror}.") from error
    for source, name in (
        (options.run / BEST_NAME, target.stem + WEIGHTS_SUFFIX),
        (target, target.name),
        (target.with_suffix(".json"), target.stem + ".json"),
    ):
        write_whole(folder / name, source.read_bytes(), overwrite=True)
    return find_model(folder / target.name).path
