"""R0's network: halved seven times, doubled seven times, RGB straight from tanh. 560,331 parameters, as reported."""

import keras
from keras import layers

from lab_colorize.zoo.blocks import conv_relu, repeat, tanh_rgb


def build(side: int | None, _encoder_weights: str) -> keras.Model:
    """The report's table, line by line; it takes L in [0, 1], so L is brought there first.

    lightness (N, side, side, 1) in [-1, 1] -> RGB (N, side, side, 3) in [-1, 1]
    """
    lightness = keras.Input((side, side, 1), name="lightness")
    x = layers.Rescaling(0.5, 0.5, name="unit")(lightness)

    x = conv_relu(x, 8, strides=2)
    skips = [x]
    for filters, halving in ((16, 16), (32, 32), (32, 64), (64, 64), (64, 64), (64, 64)):
        x = conv_relu(x, filters)
        x = conv_relu(x, halving, strides=2)
        skips.append(x)

    _code, *skips = reversed(skips)
    for filters, skip in zip((64, 64, 64, 64, 32, 16), skips, strict=True):
        x = conv_relu(repeat(x), filters)
        x = layers.Concatenate()([x, skip])
    return keras.Model(lightness, tanh_rgb(repeat(x)), name="unet_512")
