"""R2's best: pix2pix with MobileNetV2 as encoder. "Vivid and nearly free of artefacts", small enough for phones.

R2 gives the U-Net, ImageNet, the patch critic, cross-entropy plus L1 and 100 epochs; taps and filters are those of
TensorFlow's own U-Net on MobileNetV2, Adam at 2e-4 is pix2pix's. Batches of 16 instead of pix2pix's single
pictures, for the encoder's normalisations. Without pix2pix's dropout: its noise would be in every training, and
no two would be equal.
"""

import keras
from keras import layers

from lab_colorize.zoo.blocks import transposed, transposed_tanh
from lab_colorize.zoo.encoders import mobilenet_v2

# At a half, a quarter, an eighth, a 16th and a 32nd of the side.
TAPS = (
    "block_1_expand_relu",
    "block_3_expand_relu",
    "block_6_expand_relu",
    "block_13_expand_relu",
    "block_16_project",
)


def build(side: int | None, encoder_weights: str) -> keras.Model:
    """Lightness (N, side, side, 1) in [-1, 1] -> ab (N, side, side, 2) in [-1, 1]."""
    lightness = keras.Input((side, side, 1), name="lightness")
    *skips, x = mobilenet_v2(lightness, encoder_weights, TAPS)
    for filters, skip in zip((512, 256, 128, 64), reversed(skips), strict=True):
        x = layers.Concatenate()([transposed(x, filters), skip])
    return keras.Model(lightness, transposed_tanh(x, 2, "ab"), name="pix2pix_mobilenet")
