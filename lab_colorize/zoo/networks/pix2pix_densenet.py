"""R2's other pix2pix: DenseNet121 as encoder, all else as in `pix2pix_mobilenet`, and as silent there."""

import keras
from keras import layers

from lab_colorize.zoo.blocks import transposed, transposed_tanh
from lab_colorize.zoo.encoders import densenet121

# At a half, a quarter, an eighth, a 16th and a 32nd of the side: what each dense block leaves.
TAPS = ("conv1_relu", "pool2_relu", "pool3_relu", "pool4_relu", "relu")


def build(side: int | None, encoder_weights: str) -> keras.Model:
    """Lightness (N, side, side, 1) in [-1, 1] -> ab (N, side, side, 2) in [-1, 1]."""
    lightness = keras.Input((side, side, 1), name="lightness")
    *skips, x = densenet121(lightness, encoder_weights, TAPS)
    for filters, skip in zip((512, 256, 128, 64), reversed(skips), strict=True):
        x = layers.Concatenate()([transposed(x, filters), skip])
    return keras.Model(lightness, transposed_tanh(x, 2, "ab"), name="pix2pix_densenet")
