"""The default: EfficientNet-Lite2 looks, a decoder chooses among 313 colours, tanh layers mix them. It takes hints.

Choosing comes first, at a quarter of the side: a softmax over the bins, trained by cross-entropy beside the loss of the
colours. A mixing layer turns shares into a and b, and what the half side knows of edges is added before the last tanh.
"""

import keras
import numpy as np
from keras import layers, ops

from lab_colorize.colour.lab import AB_SCALE
from lab_colorize.zoo.bins import BINS
from lab_colorize.zoo.blocks import conv_norm_relu, double
from lab_colorize.zoo.encoders import efficientnet_lite2
from lab_colorize.zoo.hints import Coarser, Spread

# At a half, a quarter, an eighth, a 16th and a 32nd of the side.
TAPS = ("block1_expand_relu", "block4_expand_relu", "block7_expand_relu", "block15_expand_relu", "head_relu")
STRONGEST = 0.98  # of tanh, in the first weights of the mixing layer: some bins lie beyond 110


def build(side: int | None, encoder_weights: str) -> keras.Model:
    """Down to a 32nd of the side, up to a quarter where colours are chosen, and to a half where edges are drawn.

    lightness (N, side, side, 1) in [-1, 1], hints (N, side/2, side/2, 3) -> ab (N, side/2, side/2, 2) in [-1, 1]
    """
    lightness = keras.Input((side, side, 1), name="lightness")
    hints = keras.Input((side and side // 2, side and side // 2, 3), name="hints")
    half, quarter, eighth, sixteenth, x = efficientnet_lite2(lightness, encoder_weights, TAPS)
    hints_quarter = Coarser(2, name="hints_quarter")(hints)
    hints_eighth = Coarser(4, name="hints_eighth")(hints)
    hints_sixteenth = Coarser(8, name="hints_sixteenth")(hints)

    x = conv_norm_relu(x, 256, kernel=1, name="code")
    x = _up(x, sixteenth, 96, 160, hints_sixteenth)
    x = conv_norm_relu(x, 96)
    x = _up(x, eighth, 48, 96, hints_eighth)
    x = layers.Concatenate()([x, Spread(name="spread")([x, hints_eighth])])
    x = conv_norm_relu(x, 64)
    x = _up(x, quarter, 24, 64, hints_quarter)
    x = conv_norm_relu(x, 64)

    logits = layers.Conv2D(len(BINS), 1, dtype="float32", name="logits")(x)
    shares = layers.Softmax(dtype="float32", name="shares")(logits)
    mixed = layers.Conv2D(2, 1, kernel_initializer=_mixing, dtype="float32", name="mixed")(shares)

    x = conv_norm_relu(x, 16, kernel=1)
    small = layers.AveragePooling2D(2, dtype="float32")(lightness)
    x = layers.Concatenate()([double(x), conv_norm_relu(half, 16, kernel=1), double(mixed), small, hints])
    x = conv_norm_relu(x, 16)
    edges = layers.Conv2D(2, 3, padding="same", kernel_initializer="zeros", dtype="float32", name="edges")(x)
    raw = layers.Add(dtype="float32")([double(mixed), edges])
    ab = layers.Activation("tanh", dtype="float32", name="ab")(raw)
    return keras.Model([lightness, hints], ab, name="palette_unet")


def _up(
    x: keras.KerasTensor, skip: keras.KerasTensor, skip_filters: int, filters: int, hints: keras.KerasTensor
) -> keras.KerasTensor:
    """Twice the side, with the encoder's own detail and the hints of that size."""
    detail = conv_norm_relu(skip, skip_filters, kernel=1)
    return conv_norm_relu(layers.Concatenate()([double(x), detail, hints]), filters)


def _mixing(shape: tuple[int, ...], dtype: str | None = None) -> keras.KerasTensor:
    """First weights (1, 1, 313, 2) of the mixing layer: all of one bin gives that bin's colour."""
    ab = np.clip(BINS / AB_SCALE, -STRONGEST, STRONGEST)
    return ops.cast(ops.reshape(np.arctanh(ab), shape), dtype or "float32")
