"""Known colours inside a network: made coarser for its smaller layers, and carried to where things look alike.

Hints are (N, h, w, 3): a*/110, b*/110, and 1 where a colour is known, all zero elsewhere. Without any hint, everything
here answers with zeros.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

CELLS = 24.0  # cells on a side of the square that distances are measured by; it only sets the scale of what is learnt
NEVER = -1e4  # logit of a place without a hint
TINY = 1e-6  # in place of nothing, where something is divided by how much is known


@keras.saving.register_keras_serializable("lab_colorize")
class Coarser(layers.Layer):
    """Hints for a layer `factor` times as small: the mean colour of those that fall together."""

    def __init__(self, factor: int, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.factor = factor

    def call(self, hints: Any) -> Any:
        """Hints (N, h, w, 3) -> (N, h / factor, w / factor, 3)."""
        pooled = ops.average_pool(hints, self.factor, self.factor)
        share = pooled[..., 2:]
        known = ops.minimum(share * self.factor**2, 1.0)
        return ops.concatenate([pooled[..., :2] / ops.maximum(share, TINY), known], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """As small as the name says."""
        batch, height, width, channels = input_shape
        return batch, height and height // self.factor, width and width // self.factor, channels

    def get_config(self) -> dict[str, Any]:
        """What it was made with."""
        return {"factor": self.factor, "name": self.name}


@keras.saving.register_keras_serializable("lab_colorize")
class Spread(layers.Layer):
    """Attention from every place to the hinted ones: what looks like a hinted thing near by is told its colour.

    Each head weighs likeness against distance in its own way, and has a place of its own to look at when no hint
    fits. Its answer is a, b and how sure it is.
    """

    def __init__(self, heads: int = 4, width: int = 16, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")  # a mask of bfloat16 leaks
        self.heads, self.width = heads, width

    def build(self, input_shape: list[tuple[int | None, ...]]) -> None:
        """Queries and keys from the features; distance and doubt for each head."""
        channels = input_shape[0][-1]
        self.query = self.add_weight(shape=(channels, self.heads * self.width), name="query")
        self.key = self.add_weight(shape=(channels, self.heads * self.width), name="key")
        spread = keras.initializers.Constant([2.0**n for n in range(self.heads)])
        self.nearness = self.add_weight(shape=(self.heads,), initializer=spread, name="nearness")
        self.doubt = self.add_weight(shape=(self.heads,), initializer="zeros", name="doubt")

    def call(self, inputs: list[Any]) -> Any:
        """Features (N, h, w, c) and hints (N, h, w, 3) -> (N, h, w, heads * 3)."""
        features, hints = inputs
        _, height, width, channels = ops.shape(features)
        places = height * width
        flat = ops.reshape(features, (-1, places, channels))
        known = ops.reshape(hints, (-1, 1, places, 3))
        query, key = self._heads(flat, self.query, places), self._heads(flat, self.key, places)
        logits = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / self.width**0.5
        logits = logits - ops.reshape(self.nearness, (1, -1, 1, 1)) * self._distances(height, width)
        logits = logits + NEVER * ops.transpose(1 - known[..., 2:], (0, 1, 3, 2))
        # The place to look at when no hint fits: one more term under the softmax, with nothing to say.
        most = ops.maximum(ops.max(logits, axis=-1, keepdims=True), ops.reshape(self.doubt, (1, -1, 1, 1)))
        weights = ops.exp(logits - most)
        doubt = ops.exp(ops.reshape(self.doubt, (1, -1, 1, 1)) - most)
        shares = weights / (ops.sum(weights, axis=-1, keepdims=True) + doubt)
        told = ops.matmul(shares, ops.broadcast_to(known, (ops.shape(flat)[0], self.heads, places, 3)))
        return ops.reshape(ops.transpose(told, (0, 2, 1, 3)), (-1, height, width, self.heads * 3))

    def _heads(self, flat: Any, kernel: Any, places: Any) -> Any:
        """(N, heads, places, width)."""
        return ops.transpose(ops.reshape(ops.matmul(flat, kernel), (-1, places, self.heads, self.width)), (0, 2, 1, 3))

    @staticmethod
    def _distances(height: Any, width: Any) -> Any:
        """Squared distances (places, places) between all cells, in sides of the square."""
        y = ops.repeat(ops.cast(ops.arange(height), "float32"), width) / CELLS
        x = ops.tile(ops.cast(ops.arange(width), "float32"), (height,)) / CELLS
        return (y[:, None] - y[None]) ** 2 + (x[:, None] - x[None]) ** 2

    def compute_output_shape(self, input_shape: list[tuple[int | None, ...]]) -> tuple[int | None, ...]:
        """a, b and certainty of each head, as large as the features."""
        return *input_shape[0][:3], self.heads * 3

    def get_config(self) -> dict[str, Any]:
        """What it was made with."""
        return {"heads": self.heads, "width": self.width, "name": self.name}
