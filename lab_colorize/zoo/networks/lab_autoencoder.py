"""R2's baseline and R3's network: down to a small code, up again, no skips. The plainest that works in Lab.

R2 gives tanh, MSE and 150 epochs, R3 side 256; both are silent on layers and optimiser. The layers are those of the
tutorials that such reports follow (Baldassarre et al., 2017; Wallner, 2017); Adam at 1e-3 is usual.
"""

import keras

from lab_colorize.zoo.blocks import conv_relu, double, tanh_ab


def build(side: int | None, _encoder_weights: str) -> keras.Model:
    """Lightness (N, side, side, 1) in [-1, 1] -> ab (N, side, side, 2) in [-1, 1]."""
    lightness = keras.Input((side, side, 1), name="lightness")
    return keras.Model(lightness, decoder(encoder(lightness)), name="lab_autoencoder")


def encoder(lightness: keras.KerasTensor) -> keras.KerasTensor:
    """Lightness (N, side, side, 1) -> code (N, side/8, side/8, 256)."""
    x = lightness
    for filters, strides in ((64, 2), (128, 1), (128, 2), (256, 1), (256, 2), (512, 1), (512, 1), (256, 1)):
        x = conv_relu(x, filters, strides=strides)
    return x


def decoder(code: keras.KerasTensor) -> keras.KerasTensor:
    """Code (N, side/8, side/8, any) -> ab (N, side, side, 2) in [-1, 1]."""
    x = double(conv_relu(code, 128))
    x = double(conv_relu(x, 64))
    x = conv_relu(conv_relu(x, 32), 16)
    return double(tanh_ab(x))
