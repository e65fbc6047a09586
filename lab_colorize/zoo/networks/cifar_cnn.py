"""R1's network for CIFAR-10: a few convolutions at full side, grey in, RGB out.

R1 gives side 32, MSE, Adam and the 80:20 split, and no layers: these widen to 128 and narrow again. Batches of 128 and
50 epochs are usual for CIFAR-10. With no strides it takes any side, but sees only 13 pixels around each.
"""

import keras

from lab_colorize.zoo.blocks import conv_relu, tanh_rgb


def build(side: int | None, _encoder_weights: str) -> keras.Model:
    """Lightness (N, side, side, 1) in [-1, 1] -> RGB (N, side, side, 3) in [-1, 1]."""
    lightness = x = keras.Input((side, side, 1), name="lightness")
    for filters in (32, 64, 128, 64, 32):
        x = conv_relu(x, filters)
    return keras.Model(lightness, tanh_rgb(x), name="cifar_cnn")
