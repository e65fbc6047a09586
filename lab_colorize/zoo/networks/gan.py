"""R4's GAN: `unet_stride2` without its skips paints, a critic of whole pictures judges.

What is trained to please is the row's business; the file differs from `unet_stride2` by its missing skips alone.
"""

import keras

from lab_colorize.zoo.blocks import strided, transposed, transposed_tanh


def build(side: int | None, _encoder_weights: str) -> keras.Model:
    """Lightness (N, side, side, 1) in [-1, 1] -> RGB (N, side, side, 3) in [-1, 1]."""
    lightness = x = keras.Input((side, side, 1), name="lightness")
    for filters in (64, 128, 256, 512, 512):
        x = strided(x, filters)
    for filters in (512, 256, 128, 64):
        x = transposed(x, filters)
    return keras.Model(lightness, transposed_tanh(x, 3, "rgb"), name="gan")
