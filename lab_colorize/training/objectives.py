"""What a network is trained to please: a loss on its raw output, and the optimiser that follows it."""

from __future__ import annotations

from collections.abc import Callable

import keras

from lab_colorize.lab import AB_SCALE
from lab_colorize.training.options import Stage, TrainOptions

HUBER_UNITS = 30.0  # errors beyond this many units of a/b count linearly: one wrong red scarf does not rule a step


def compiled_for(model: keras.Model, stage: Stage, options: TrainOptions) -> None:
    """Ready `model` for one stage: what learns, by which loss, how fast."""
    from lab_colorize.training.fit import freeze

    freeze(model, stage.freeze_encoder)
    optimizer = OPTIMIZERS[options.optimizer](stage.learning_rate, options.weight_decay)
    model.compile(optimizer, loss_named(options.loss), jit_compile=keras.backend.backend() == "jax")


OPTIMIZERS: dict[str, Callable[[float, float], keras.optimizers.Optimizer]] = {
    "adamw": lambda rate, decay: keras.optimizers.AdamW(rate, weight_decay=decay),
    "adam": lambda rate, decay: keras.optimizers.Adam(rate, weight_decay=decay or None),
    "rmsprop": lambda rate, decay: keras.optimizers.RMSprop(rate, weight_decay=decay or None),
    "sgd": lambda rate, decay: keras.optimizers.SGD(rate, momentum=0.9, weight_decay=decay or None),
}


def loss_named(name: str) -> keras.Loss:
    """The supervised loss of that name on a/b in [-1, 1]."""
    if name == "huber":
        return keras.losses.Huber(HUBER_UNITS / AB_SCALE)
    if name == "mae":
        return keras.losses.MeanAbsoluteError()
    return keras.losses.MeanSquaredError()
