"""R4's U-Net: five strided convolutions down, five transposed ones up, skips between equal sides.

Side and epochs are not reported: 256 and 100.
"""

import keras
from keras import layers

from lab_colorize.zoo.blocks import strided, transposed, transposed_tanh


def build(side: int | None, _encoder_weights: str) -> keras.Model:
    """Lightness (N, side, side, 1) in [-1, 1] -> RGB (N, side, side, 3) in [-1, 1]."""
    lightness = x = keras.Input((side, side, 1), name="lightness")
    skips = []
    for filters in (64, 128, 256, 512):
        x = strided(x, filters)
        skips.append(x)
    x = strided(x, 512)
    for filters in (512, 256, 128, 64):
        x = layers.Concatenate()([transposed(x, filters), skips.pop()])
    return keras.Model(lightness, transposed_tanh(x, 3, "rgb"), name="unet_stride2")
