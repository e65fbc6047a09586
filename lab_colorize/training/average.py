"""A running mean of the weights: it generalises better than any one step's, at no cost to the steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
from numpy.typing import NDArray

from lab_colorize.errors import TrainingError

EVERY = 8  # steps between updates: the mean of 1000 steps does not miss the seven between


class WeightAverage:
    """Exponential mean of all weights of a model, batch statistics included."""

    def __init__(self, model: keras.Model, momentum: float) -> None:
        self._model = model
        self._momentum = momentum
        self.values: list[NDArray[np.float32]] = model.get_weights()
        self._updates = 0

    def update(self, step: int) -> None:
        """Take the present weights into the mean where it is their turn."""
        if step % EVERY == 0 or step < EVERY:  # a run of few steps must not end on the weights it began with
            self.take()

    def take(self) -> None:
        """Take the present weights into the mean; young means follow faster, so that the start is forgotten."""
        self._updates += 1
        keep = min(self._momentum**EVERY, self._updates / (self._updates + 10)) if self._momentum else 0.0
        for mean, now in zip(self.values, self._model.get_weights(), strict=True):
            np.add(mean, (1 - keep) * (now - mean), out=mean)  # so, what does not change has itself for its mean

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The model with the mean for weights, until the block ends."""
        trained = self._model.get_weights()
        self._model.set_weights(self.values)
        try:
            yield
        finally:
            self._model.set_weights(trained)

    def state(self) -> dict[str, NDArray[np.float32]]:
        """What a checkpoint must hold."""
        return {f"{index:04}": value for index, value in enumerate(self.values)} | {
            "updates": np.asarray(self._updates, np.float32)
        }

    def restore(self, state: dict[str, NDArray[np.float32]]) -> None:
        """The mean as it was when `state` was taken."""
        if len(state) != len(self.values) + 1:
            raise TrainingError("The checkpoint holds the weights of another network.")
        self.values = [state[f"{index:04}"].copy() for index in range(len(self.values))]
        self._updates = int(state["updates"])
