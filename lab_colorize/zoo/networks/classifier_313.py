"""R2's classifier, after Zhang et al. (2016): which of 313 colours, at a quarter of the side.

R2 gives groups, ReLU, L2 regularisation, normalisation after each group, cross-entropy, SGD and 18 epochs. It is silent
on where the side is halved (the last convolution of the first three groups, as in the paper), on the weight of L2
(1e-3) and the rate (1e-3): those of the Keras version in circulation. The paper's dilations are not in the report.
"""

import keras
from keras import layers

from lab_colorize.zoo.bins import BINS
from lab_colorize.zoo.blocks import MOMENTUM, repeat

DECAY = 1e-3  # weight of the L2 norm of every kernel in the loss

# Filters, convolutions, stride of the last one.
GROUPS = ((64, 2, 2), (128, 2, 2), (256, 3, 2), (512, 3, 1), (512, 3, 1), (512, 3, 1), (256, 3, 1))


def build(side: int | None, _encoder_weights: str) -> keras.Model:
    """Lightness (N, side, side, 1) in [-1, 1] -> shares (N, side/4, side/4, 313), summing to one."""
    lightness = x = keras.Input((side, side, 1), name="lightness")
    for filters, convolutions, strides in GROUPS:
        x = _group(x, filters, convolutions, strides)
    x = _group(repeat(x), 128, 3, 1)
    x = layers.Conv2D(len(BINS), 1, kernel_regularizer=_decay(), dtype="float32", name="logits")(x)
    return keras.Model(lightness, layers.Softmax(dtype="float32", name="shares")(x), name="classifier_313")


def _group(x: keras.KerasTensor, filters: int, convolutions: int, strides: int) -> keras.KerasTensor:
    """Convolutions of one width, the last one strided, and one normalisation for all of them."""
    for last in [False] * (convolutions - 1) + [True]:
        x = layers.Conv2D(
            filters,
            3,
            strides if last else 1,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            kernel_regularizer=_decay(),
        )(x)
    return layers.BatchNormalization(momentum=MOMENTUM)(x)


def _decay() -> keras.regularizers.Regularizer:
    return keras.regularizers.L2(DECAY)
