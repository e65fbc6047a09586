"""R4's first network: ResNet-18 through its second layer, then five convolutions up to the full side.

The report starts from ImageNet's weights and sums the first kernel over its channels, so that it takes one. Keras
has no ResNet-18 and no weights for it: the layers are built here and start from random. In the upper half batch
normalisation makes the biases needless; tanh, and nearest neighbours where the report only says "up", are ours.
Side and epochs are not reported: 256 and 100.
"""

import keras
from keras import layers

from lab_colorize.zoo.blocks import MOMENTUM, conv_norm_relu, repeat, tanh_rgb


def build(side: int | None, _encoder_weights: str) -> keras.Model:
    """Down to an eighth of the side with 128 channels, doubled three times.

    lightness (N, side, side, 1) in [-1, 1] -> RGB (N, side, side, 3) in [-1, 1]
    """
    lightness = keras.Input((side, side, 1), name="lightness")
    x = conv_norm_relu(lightness, 64, kernel=7, strides=2)
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    for filters, strides in ((64, 1), (64, 1), (128, 2), (128, 1)):
        x = _basic(x, filters, strides)

    x = repeat(conv_norm_relu(x, 128))
    x = conv_norm_relu(x, 64)
    x = repeat(conv_norm_relu(x, 64))
    x = conv_norm_relu(x, 32)
    return keras.Model(lightness, repeat(tanh_rgb(x)), name="resnet18")


def _basic(x: keras.KerasTensor, filters: int, strides: int) -> keras.KerasTensor:
    """He et al.'s basic block: two convolutions, and the way past them, widened where they widen."""
    past = x if strides == 1 else _conv_norm(x, filters, 1, strides)
    x = conv_norm_relu(x, filters, strides=strides)
    x = _conv_norm(x, filters, 3, 1)
    return layers.ReLU()(layers.Add()([past, x]))


def _conv_norm(x: keras.KerasTensor, filters: int, kernel: int, strides: int) -> keras.KerasTensor:
    x = layers.Conv2D(filters, kernel, strides, padding="same", use_bias=False)(x)
    return layers.BatchNormalization(momentum=MOMENTUM)(x)
