"""What a network is trained to please: a loss on its raw output, or a critic as well; and the optimiser that follows.

An objective's `learner` is the Keras model whose `train_on_batch` is called. Supervised, it is the network itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np

from lab_colorize.colour.lab import AB_SCALE
from lab_colorize.errors import UsageProblem
from lab_colorize.training.adversarial import Adversarial
from lab_colorize.training.batches import Batch, Target
from lab_colorize.training.hints_only import set_hints_only
from lab_colorize.training.options import Stage, TrainOptions
from lab_colorize.zoo import heads
from lab_colorize.zoo.bins import BINS, SIGMA
from lab_colorize.zoo.catalog import Row
from lab_colorize.zoo.critics import build_critic
from lab_colorize.zoo.encoders import ENCODER

HUBER_WEIGHT = 100.0  # beside the cross-entropy of a palette: both then move the weights about as much
HUBER_UNITS = 30.0  # errors beyond this many units of a/b count linearly: one wrong red scarf does not rule a step
YOUNG_MOMENTUM = 0.9  # keras.applications has 0.99 and 0.999: thousands of steps before statistics mean anything


@dataclass(frozen=True)
class Objective:
    """A network with everything it takes to train it."""

    row: Row
    network: keras.Model
    """Lightness (and hints) to raw output; what is averaged and saved."""
    painter: keras.Model
    """Lightness to ab, through the head; what is validated and exported."""
    learner: keras.Model
    target: Target

    def ready_for(self, stage: Stage, options: TrainOptions) -> None:
        """What learns in this stage, by which loss, how fast; the optimiser begins anew."""
        set_frozen(
            self.network, frozen=stage.freeze_encoder, thaw_from=stage.thaw_from, pretrained=is_pretrained(options)
        )
        set_hints_only(self.network, only=stage.hints_only)
        optimizer = OPTIMIZERS[options.optimizer](stage.learning_rate, options.weight_decay)
        # Before the first step, or TensorFlow would trace that twice: a minute for a deep network.
        optimizer.build(self.learner.trainable_variables)
        # XLA is several times slower than TensorFlow's own kernels on a CPU; JAX has nothing else.
        jit = keras.backend.backend() == "jax"
        if options.loss == "palette":
            losses = [loss_named("huber"), loss_named("palette")]
            self.learner.compile(optimizer, losses, loss_weights=[HUBER_WEIGHT, 1.0], jit_compile=jit)
        else:
            self.learner.compile(optimizer, loss_named(options.loss), jit_compile=jit)

    def arguments(self, batch: Batch) -> tuple[Any, Any]:
        """What the learner is given, and what it is held against."""
        if isinstance(self.learner, Adversarial):
            return (batch.lightness, batch.ab), batch.target
        seen = batch.lightness if batch.hints is None else (batch.lightness, batch.hints)
        return seen, (batch.target, batch.target) if len(self.learner.outputs) == 2 else batch.target

    def ab_side(self, side: int) -> int:
        """The side of the answer to a square photograph of `side`."""
        return answer_side(self.painter, self.row, side)


def answer_side(painter: keras.Model, row: Row, side: int) -> int:
    """The side of a painter's answer to a square photograph of `side`."""
    if row.hints:
        return side // row.hints
    return int(painter.compute_output_shape((None, side, side, 1))[1])


def objective_for(network: keras.Model, row: Row, options: TrainOptions) -> Objective:
    """The row's objective around `network`."""
    if row.critic != "none" and len(set(options.sides)) > 1:
        raise UsageProblem(
            f"{row.name} learns against a critic, which takes pictures of one side length only.",
            remedy="Give all stages the same side.",
        )
    painter = heads.decoded(network, row)
    target: Target = partial(heads.target, row.head)
    if row.head == "palette":
        learner = keras.Model(network.inputs, [network.output, network.get_layer("logits").output])
        return Objective(row, network, painter, learner, target)
    if row.critic == "none":
        return Objective(row, network, painter, network, target)
    return Objective(row, network, painter, Adversarial(network, painter, _critic(painter, row, options)), target)


def _critic(painter: keras.Model, row: Row, options: TrainOptions) -> keras.Model:
    side = options.stages[0].side
    ab_side = answer_side(painter, row, side)
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


class PaletteCrossEntropy(keras.losses.Loss):
    """Cross-entropy of a softmax over the bins against the bins that lie around the true colour."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """True ab (N, h, w, 2) and logits (N, h', w', 313) of a whole fraction of that side -> (N,)."""
        ops = keras.ops
        factor = y_true.shape[1] // y_pred.shape[1]
        units = ops.average_pool(y_true, factor, factor) * AB_SCALE
        # The square of a distance, less what is the same for all bins.
        near = ops.matmul(units, BINS.T) - np.square(BINS).sum(axis=1) / 2
        wanted = ops.softmax(near / SIGMA**2)
        return -ops.mean(ops.sum(wanted * ops.log_softmax(y_pred), axis=-1), axis=(1, 2))


LOSSES: dict[str, Callable[[], Any]] = {
    "huber": lambda: keras.losses.Huber(HUBER_UNITS / AB_SCALE),
    "mse": keras.losses.MeanSquaredError,
    "mae": keras.losses.MeanAbsoluteError,
    "rmse": RootMeanSquare,
    "crossentropy": keras.losses.CategoricalCrossentropy,
    "palette": PaletteCrossEntropy,
}


def is_pretrained(options: TrainOptions) -> bool:
    """Whether the run starts from weights that know something."""
    return options.init_from is not None or options.encoder_weights != "none"


def set_frozen(network: keras.Model, *, frozen: bool, thaw_from: str = "", pretrained: bool) -> None:
    """Leave the encoder as it is, or let it learn, all of it or from the layer `thaw_from` on.

    The batch statistics of a trained one stay as they are either way.
    A random encoder must learn its statistics too, and fast enough for the first validation to mean something.
    """
    if ENCODER not in {layer.name for layer in network.layers}:
        return
    encoder = network.get_layer(ENCODER)
    encoder.trainable = not frozen or bool(thaw_from)
    if frozen and thaw_from:
        _freeze_until(encoder, thaw_from)
    for layer in encoder.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            if pretrained:
                layer.trainable = False
            else:
                layer.momentum = min(layer.momentum, YOUNG_MOMENTUM)


def _freeze_until(encoder: keras.Model, thaw_from: str) -> None:
    names = [layer.name for layer in encoder.layers]
    if thaw_from not in names:
        raise UsageProblem(
            f"The encoder has no layer {thaw_from!r} to thaw from.",
            remedy=f"Its layers are {', '.join(names[:3])} and so on; for half of them: {names[len(names) // 2]}.",
        )
    for layer in encoder.layers[: names.index(thaw_from)]:
        layer.trainable = False
