"""How long a run will take, and how many epochs fit into the minutes it was given.

Measured before the run and undone afterwards, so that a run of so many minutes is the run of so many epochs: resuming
is exact, and the same configuration with the epochs written out comes to the same weights.
"""

from __future__ import annotations

import time
from dataclasses import replace

import keras

from lab_colorize.training.fit import Training
from lab_colorize.training.options import TrainOptions, scaled

FIRST = 2  # steps that compile and warm up
TIMED = 6
SHARE_TIMED = 0.9  # share of the minutes for steps and validation; the rest is for compiling, pictures and the export


def fitted(training: Training) -> TrainOptions:
    """The options of `training` with all stages lengthened or shortened alike, to last as long as its minutes."""
    options = training.options
    if options.minutes is None:
        return options
    learner = training.objective.learner
    before = [keras.ops.convert_to_numpy(variable).copy() for variable in learner.variables]
    validating = _seconds_to_validate(training)
    once = sum(
        stage.epochs
        * (
            _seconds_a_step(training, number) * len(training.train) / options.batch_size
            + validating / options.validate_every
        )
        for number, stage in enumerate(options.stages)
    )
    for variable, value in zip(learner.variables, before, strict=True):
        variable.assign(value)
    return replace(options, stages=scaled(options.stages, options.minutes * 60 * SHARE_TIMED / once))


def _seconds_to_validate(training: Training) -> float:
    training.validator(training.objective.painter)  # compiles
    began = time.monotonic()
    training.validator(training.objective.painter)
    return time.monotonic() - began


def _seconds_a_step(training: Training, number: int) -> float:
    """Seconds from one batch to the next, with batches made as in the run."""
    training.ready_for(training.options.stages[number])
    began = 0.0
    for done, batch in enumerate(training.batches(number).ahead(0, FIRST + TIMED)):
        if done == FIRST:
            began = time.monotonic()
        training.devices.step(training.objective.learner, *training.objective.arguments(batch))
    return (time.monotonic() - began) / TIMED
