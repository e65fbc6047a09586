"""Painter and critic as one model: a single step teaches both, on any backend and with a single optimiser.

The painter's loss must not teach the critic to be fooled, nor the critic's loss teach the painter. So the critic is
asked three times: about the truth, about the painting, and about the painting cut off from the painter. What the
painter wishes is said of the second and taken back of the third, so that it moves the painter alone: to the critic the
two are the same. (A copy of the critic's weights, cut off, would do as well, but for TensorFlow, which may read it
after the critic's step: none of what that step waits for depends on it, and grappler forgets which came first.)
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

L1_WEIGHT = 100.0  # pix2pix's: the critic cares for texture, L1 for the right colour


class Adversarial(keras.Model):
    """(lightness, true ab) -> raw output, and what the critic says of truth and painting."""

    def __init__(self, network: keras.Model, painter: keras.Model, critic: keras.Model) -> None:
        super().__init__(name="adversarial")
        self.network = network
        self.critic = critic
        self._both = keras.Model(network.inputs, [network.output, painter.output])
        self._painter_mean = keras.metrics.Mean("painter_loss")
        self._critic_mean = keras.metrics.Mean("critic_loss")
        self._average = _Average(name="average")
        self._distance: Any = None

    def compile(self, optimizer: keras.optimizers.Optimizer, distance: Any, *, jit_compile: bool) -> None:
        """As any model; `distance` is the loss between raw output and target."""
        self._distance = distance
        super().compile(optimizer, jit_compile=jit_compile)

    def call(self, inputs: tuple[Any, Any], training: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002  # Keras's signature
        """Paint, and ask the critic."""
        lightness, ab = inputs
        raw, painted = self._both(lightness, training=training)
        return {
            "raw": raw,
            "of_truth": self.critic((lightness, ab), training=training),
            "of_painting": self.critic((lightness, painted), training=training),
            "cut_off": self.critic((lightness, ops.stop_gradient(painted)), training=training),
        }

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,  # noqa: FBT001, FBT002  # Keras's signature
    ) -> Any:
        """The sum of both losses, each of which teaches its own part alone."""
        del x, sample_weight, training
        taken_back = _wish(y_pred["cut_off"], 1)
        wish = _wish(y_pred["of_painting"], 1) - taken_back + ops.stop_gradient(taken_back)
        both = wish + _criticism(y_pred)
        total = self._average(both, both) + L1_WEIGHT * self._distance(y, y_pred["raw"])
        return sum(self.losses, total)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Keep both losses, each on its own."""
        del x, sample_weight
        distance = self._distance.call(y, y_pred["raw"])
        self._painter_mean.update_state(ops.mean(_wish(y_pred["cut_off"], 1)) + L1_WEIGHT * ops.mean(distance))
        self._critic_mean.update_state(_criticism(y_pred))
        metrics: dict[str, Any] = self.get_metrics_result()
        return metrics


def _criticism(said: dict[str, Any]) -> Any:
    """The critic's loss (N,): truth is to be called true and paintings paintings."""
    return (_wish(said["of_truth"], 1) + _wish(said["cut_off"], 0)) / 2


def _wish(logits: Any, wanted: int) -> Any:
    """Binary cross-entropy (N,) of a critic's logits against one word for all of them."""
    logits = ops.reshape(ops.cast(logits, "float32"), (ops.shape(logits)[0], -1))
    return ops.mean(ops.softplus(-logits if wanted else logits), axis=-1)


class _Average(keras.losses.Loss):
    """The mean of what it is given, shared out among devices as Keras shares out losses."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        del y_true
        return y_pred
