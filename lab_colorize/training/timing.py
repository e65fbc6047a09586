"""How many epochs fit into the minutes that a run was given, all that takes time counted.

Measured before the run and undone afterwards, so that a run of so many minutes is the run of so many epochs: resuming
is exact, and the same configuration with the epochs written out comes to the same weights.
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import keras

from lab_colorize.training.checkpoint import State
from lab_colorize.training.fit import Interrupted, Training
from lab_colorize.training.folder import TRIAL_NAME
from lab_colorize.training.options import Stage, TrainOptions, scaled

FIRST = 2  # steps that compile and warm up
TIMED = 6  # at least: small networks take milliseconds a step, and six of them tell nothing
TIMING = 2.0  # seconds that steps are timed for, or a share of the run if that is less
SHARE_TIMING = 0.02
ENDLESS = 10**9
VALIDATING = 0.2  # of the time of learning, at most: a tiny folder's epochs are shorter than what comes after them
MOST_VALIDATIONS = 1000  # the history is written anew each time, and ever longer
AFTERWARDS = 8.0  # seconds for the curves, the pictures and the export
LEAST = 0.5  # of the minutes are for learning, however long it took to begin


def fitted(training: Training, began: float) -> TrainOptions:
    """The options of `training` with all stages lengthened or shortened alike, to end its minutes after `began`."""
    options = training.options
    if options.minutes is None:
        return options
    learner = training.objective.learner
    before = [keras.ops.convert_to_numpy(variable).copy() for variable in learner.variables]
    whole = options.minutes * 60
    steps = len(training.train) / options.batch_size  # an epoch
    timing = min(TIMING, whole * SHARE_TIMING)
    learning = sum(stage.epochs * steps * _seconds_a_step(training, stage, timing) for stage in options.stages)
    for variable, value in zip(learner.variables, before, strict=True):
        variable.assign(value)
    validating = _seconds_to_validate(training)
    left = whole - (time.monotonic() - began) - AFTERWARDS
    return planned(options, max(left, whole * LEAST), learning=learning, validating=validating)


def planned(options: TrainOptions, seconds: float, *, learning: float, validating: float) -> TrainOptions:
    """Stages that last so many seconds together, where their steps take `learning` and each validation `validating`.

    Validations come no more often than asked for, and more seldom where they would take longer than what is learned
    between them; each stage ends with one.
    """
    epochs = sum(stage.epochs for stage in options.stages)
    ends = len(options.stages)
    longest = epochs * seconds / learning  # epochs, were there no validation
    every = max(
        options.validate_every,
        math.ceil(epochs * validating / (VALIDATING * learning)),
        math.ceil(longest / MOST_VALIDATIONS),
    )
    factor = seconds / (learning + validating * epochs / every)
    if epochs * factor < every * ends:
        factor = max(seconds - validating * ends, seconds * LEAST) / learning
    return replace(options, stages=scaled(options.stages, factor), validate_every=every)


def _seconds_a_step(training: Training, stage: Stage, at_least: float) -> float:
    """Seconds from one step to the next, with all that a run does in each; measured for so many seconds at least."""
    told: list[float] = []

    def enough() -> bool:
        return len(told) >= FIRST + TIMED and told[-1] - told[FIRST - 1] > at_least

    with _trial(training, stage) as trial:
        trial.watch = lambda _progress: told.append(time.monotonic())
        trial.stop = enough
        with suppress(Interrupted):
            trial.run(None)
    return (told[-1] - told[FIRST - 1]) / (len(told) - FIRST)


def _seconds_to_validate(training: Training) -> float:
    """Seconds of a validation, with all that is written after it."""
    stage = training.options.stages[0]
    with _trial(training, stage) as trial:
        trial.validate(stage)  # compiles
        trial.state.best_psnr = -math.inf  # so that the best weights are written again
        began = time.monotonic()
        trial.validate(stage)
        trial.save()
        return time.monotonic() - began


@contextmanager
def _trial(training: Training, stage: Stage) -> Iterator[Training]:
    """Another session with the same networks, in a folder that is soon gone; of steps without an end."""
    folder = training.options.run / TRIAL_NAME
    shutil.rmtree(folder, ignore_errors=True)  # of a process that was killed
    folder.mkdir()
    endless = replace(stage, epochs=ENDLESS * training.options.batch_size / len(training.train))
    options = replace(training.options, run=folder, stages=(endless,), validate_every=ENDLESS, picture_epochs=ENDLESS)
    try:
        yield replace(training, options=options, state=State(training.state.photos))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
