"""R0's wish: a VGG-16 encoder-decoder. Only the wish is in the report; all else here is usual.

VGG-16's convolutions without its last pooling, its mirror as decoder with skips, a/b by tanh at half the side (what
the full side would add is lightness, which is known). Trained as R0 trains, but at side 256: VGG-16 at 512 is
slow beyond use without a GPU.
"""

import keras
from keras import layers

from lab_colorize.zoo.blocks import conv_norm_relu, double, tanh_ab
from lab_colorize.zoo.encoders import vgg16

# At a half, a quarter, an eighth and a 16th of the side.
TAPS = ("block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3")


def build(side: int | None, encoder_weights: str) -> keras.Model:
    """Lightness (N, side, side, 1) in [-1, 1] -> ab (N, side/2, side/2, 2) in [-1, 1]."""
    lightness = keras.Input((side, side, 1), name="lightness")
    *skips, x = vgg16(lightness, encoder_weights, TAPS)
    for filters, skip in zip((256, 128, 64), reversed(skips), strict=True):
        x = layers.Concatenate()([double(x), skip])
        x = conv_norm_relu(x, filters)
        x = conv_norm_relu(x, filters)
    return keras.Model(lightness, tanh_ab(x), name="vgg16_unet")
