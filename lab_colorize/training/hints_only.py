"""Stages in which only what takes hints learns: without hints, the answers stay what they were.

That is the attention to hints, and of each kernel that hints are given to among other features, the part for the hints.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from lab_colorize.errors import UsageProblem
from lab_colorize.zoo.encoders import ENCODER
from lab_colorize.zoo.hints import Coarser, Spread


def set_hints_only(network: keras.Model, *, only: bool) -> None:
    """Let nothing learn but what takes hints; or everything again, but for the encoder, which is left as it is."""
    if only and len(network.inputs) < 2:
        raise UsageProblem("This network takes no hints.", remedy="Leave hints_only out of its stages.")
    for layer in network.layers:
        if layer.name == ENCODER:
            if only:
                layer.trainable = False
            continue
        told = _channels_of_hints(layer, network)
        layer.trainable = not only or bool(told) or isinstance(layer, Spread)
        if told:
            layer.kernel.constraint = _LastChannels(layer.kernel, told) if only else None


class _LastChannels(keras.constraints.Constraint):
    """All of a kernel stays as it is, but for its last input channels."""

    def __init__(self, kernel: Any, channels: int) -> None:
        place = ops.arange(kernel.shape[-2]) >= kernel.shape[-2] - channels
        self.free = ops.reshape(place, (-1, 1))
        self.kept = ops.copy(kernel)

    def __call__(self, kernel: Any) -> Any:
        return ops.where(self.free, kernel, self.kept)


def _channels_of_hints(layer: keras.Layer, network: keras.Model) -> int:
    """How many of a convolution's input channels are hints, or what attention tells of them; they come last."""
    if not isinstance(layer, keras.layers.Conv2D):
        return 0
    source = layer.input._keras_history.operation  # noqa: SLF001  # Keras has no other name for it
    if not isinstance(source, keras.layers.Concatenate):
        return 0
    last = source.input[-1]
    of_hints = isinstance(last._keras_history.operation, Coarser | Spread) or last is network.inputs[-1]  # noqa: SLF001
    return int(last.shape[-1]) if of_hints else 0
