"""What a network is trained to please: a loss on its raw output, or a critic as well; and the optimiser that follows.

An objective's `learner` is the Keras model whose `train_on_batch` is called. Supervised, it is the network itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras

from lab_colorize.colour.lab import AB_SCALE
from lab_colorize.errors import UsageProblem
from lab_colorize.training.adversarial import Adversarial
from lab_colorize.training.batches import Batch, Target
from lab_colorize.training.options import Stage, TrainOptions
from lab_colorize.zoo import heads
from lab_colorize.zoo.catalog import Row
from lab_colorize.zoo.critics import build_critic
from lab_colorize.zoo.encoders import ENCODER

HUBER_UNITS = 30.0  # errors beyond this many units of a/b count linearly: one wrong red scarf does not rule a step
YOUNG_MOMENTUM = 0.9  # keras.applications has 0.99 and 0.999: thousands of steps before statistics mean anything


@dataclass(frozen=True)
class Objective:
    """A network with everything it takes to train it."""

    row: Row
    network: keras.Model
    """Lightness to raw output; what is averaged and saved."""
    painter: keras.Model
    """Lightness to ab, through the head; what is judged and exported."""
    learner: keras.Model
    target: Target

    def ready_for(self, stage: Stage, options: TrainOptions) -> None:
        """What learns in this stage, by which loss, how fast; the optimiser begins anew."""
        set_frozen(self.network, frozen=stage.freeze_encoder, pretrained=is_pretrained(options))
        optimizer = OPTIMIZERS[options.optimizer](stage.learning_rate, options.weight_decay)
        # Before the first step, or TensorFlow would trace that twice: a minute for a deep network.
        optimizer.build(self.learner.trainable_variables)
        # XLA is several times slower than TensorFlow's own kernels on a CPU; JAX has nothing else.
        self.learner.compile(optimizer, loss_named(options.loss), jit_compile=keras.backend.backend() == "jax")

    def arguments(self, batch: Batch) -> tuple[Any, Any]:
        """What the learner is given, and what it is held against."""
        seen = (batch.lightness, batch.ab) if isinstance(self.learner, Adversarial) else batch.lightness
        return seen, batch.target

    def ab_side(self, side: int) -> int:
        """The side of the answer to a square photograph of `side`."""
        return int(self.painter.compute_output_shape((None, side, side, 1))[1])


def objective_for(network: keras.Model, row: Row, options: TrainOptions) -> Objective:
    """The row's objective around `network`."""
    if row.critic != "none" and len(set(options.sides)) > 1:
        raise UsageProblem(
            f"{row.name} learns against a critic, which looks at pictures of one side.",
            remedy="Give all stages the same side.",
        )
    painter = heads.decoded(network, row)
    target: Target = partial(heads.target, row.head)
    if row.critic == "none":
        return Objective(row, network, painter, network, target)
    return Objective(row, network, painter, Adversarial(network, painter, _critic(painter, row, options)), target)


def _critic(painter: keras.Model, row: Row, options: TrainOptions) -> keras.Model:
    side = options.stages[0].side
    ab_side = int(painter.compute_output_shape((None, side, side, 1))[1])
    critic: keras.Model = build_critic("patch" if row.critic == "patch" else "image", side, ab_side)
    return critic


OPTIMIZERS: dict[str, Callable[[float, float], keras.optimizers.Optimizer]] = {
    "adamw": lambda rate, decay: keras.optimizers.AdamW(rate, weight_decay=decay),
    "adam": lambda rate, decay: keras.optimizers.Adam(rate, weight_decay=decay or None),
    "rmsprop": lambda rate, decay: keras.optimizers.RMSprop(rate, weight_decay=decay or None),
    "sgd": lambda rate, decay: keras.optimizers.SGD(rate, momentum=0.9, weight_decay=decay or None),
}


def loss_named(name: str) -> Any:
    """The supervised loss of that name on a network's raw output."""
    return LOSSES[name]()


class RootMeanSquare(keras.losses.Loss):
    """Square root of the mean square over each photograph; the mean over the batch."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The root (N,) for each photograph."""
        square = keras.ops.mean(keras.ops.square(y_true - y_pred), axis=(1, 2, 3))
        return keras.ops.sqrt(square + keras.config.epsilon())  # the root's slope is infinite at zero


LOSSES: dict[str, Callable[[], Any]] = {
    "huber": lambda: keras.losses.Huber(HUBER_UNITS / AB_SCALE),
    "mse": keras.losses.MeanSquaredError,
    "mae": keras.losses.MeanAbsoluteError,
    "rmse": RootMeanSquare,
    "crossentropy": keras.losses.CategoricalCrossentropy,
}


def is_pretrained(options: TrainOptions) -> bool:
    """Whether the run starts from weights that know something."""
    return options.init_from is not None or options.encoder_weights != "none"


def set_frozen(network: keras.Model, *, frozen: bool, pretrained: bool) -> None:
    """Leave the encoder as it is, or let it learn; the batch statistics of a trained one stay as they are either way.

    A random encoder must learn its statistics too, and fast enough for the first validation to mean something.
    """
    if ENCODER not in {layer.name for layer in network.layers}:
        return
    encoder = network.get_layer(ENCODER)
    encoder.trainable = not frozen
    for layer in encoder.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            if pretrained:
                layer.trainable = False
            else:
                layer.momentum = min(layer.momentum, YOUNG_MOMENTUM)
