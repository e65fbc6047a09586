"""Made for speed on a CPU: MobileNetV2 looks, a light decoder paints at a quarter of the side."""

import keras
from keras import layers

from lab_colorize.zoo.blocks import conv_norm_relu, double, tanh_ab
from lab_colorize.zoo.encoders import mobilenet_v2

# At a quarter, an eighth, a 16th and a 32nd of the side.
TAPS = ("block_3_expand_relu", "block_6_expand_relu", "block_13_expand_relu", "out_relu")

# On the way up: of the encoder's own layer, of both together, and of what goes on to the next, four times as large.
# Thin where pictures are large: with twice as many filters the decoder took twice as long as the encoder.
FILTERS = ((96, 160, 64), (32, 64, 32), (16, 32, 32))


def build(side: int | None, encoder_weights: str) -> keras.Model:
    """Down to a 32nd of the side with ImageNet's eyes, up to a quarter with detail from L itself.

    lightness (N, side, side, 1) in [-1, 1] -> ab (N, side/4, side/4, 2) in [-1, 1]
    """
    lightness = keras.Input((side, side, 1), name="lightness")
    quarter, eighth, sixteenth, x = mobilenet_v2(lightness, encoder_weights, TAPS)

    x = conv_norm_relu(x, 256, kernel=1, name="code")
    for skip, (skip_filters, filters, thinned) in zip((sixteenth, eighth, quarter), FILTERS, strict=True):
        detail = conv_norm_relu(skip, skip_filters, kernel=1)
        x = layers.Concatenate()([double(x), detail])
        x = conv_norm_relu(x, filters)
        x = conv_norm_relu(x, thinned)
    return keras.Model(lightness, tanh_ab(x), name="mobilenet_unet")
