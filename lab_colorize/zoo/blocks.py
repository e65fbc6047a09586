"""The few layers in a row that several networks share. No network lives here."""

import keras
from keras import layers

MOMENTUM = 0.9  # Keras's 0.99 needs hundreds of steps before validation means anything


def conv_relu(x: keras.KerasTensor, filters: int, *, strides: int = 1) -> keras.KerasTensor:
    """3 x 3 convolution with bias, ReLU; the side divided by `strides`."""
    return layers.Conv2D(filters, 3, strides, padding="same", activation="relu")(x)


def conv_norm_relu(
    x: keras.KerasTensor, filters: int, kernel: int = 3, *, strides: int = 1, name: str | None = None
) -> keras.KerasTensor:
    """Convolution without bias, batch normalisation (which has one), ReLU; the side divided by `strides`."""
    x = layers.Conv2D(filters, kernel, strides, padding="same", use_bias=False, name=name)(x)
    x = layers.BatchNormalization(momentum=MOMENTUM, name=name and f"{name}_norm")(x)
    return layers.ReLU(name=name and f"{name}_relu")(x)


def strided(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """R4's way down: half the side by 3 x 3 convolution without bias, normalisation, LeakyReLU 0.1."""
    x = layers.Conv2D(filters, 3, 2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    return layers.LeakyReLU(0.1)(x)


def transposed(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """R2's and R4's way up: twice the side by transposed convolution, normalisation, ReLU.

    4 x 4 as in DCGAN and pix2pix, the reports being silent: a kernel that the stride divides paints no chequers.
    """
    x = layers.Conv2DTranspose(filters, 4, 2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    return layers.ReLU()(x)


def double(x: keras.KerasTensor) -> keras.KerasTensor:
    """Twice the side, bilinearly."""
    return layers.UpSampling2D(2, interpolation="bilinear")(x)


def repeat(x: keras.KerasTensor) -> keras.KerasTensor:
    """Twice the side, each pixel four times."""
    return layers.UpSampling2D(2, interpolation="nearest")(x)


# The raw outputs are float32 whatever the layers before them use: bfloat16 knows 256 steps from 0.5 to 1 at most.


def tanh_ab(x: keras.KerasTensor) -> keras.KerasTensor:
    """The tanh head: a*/110 and b*/110 in [-1, 1]."""
    return layers.Conv2D(2, 3, padding="same", activation="tanh", dtype="float32", name="ab")(x)


def tanh_rgb(x: keras.KerasTensor) -> keras.KerasTensor:
    """Three channels by tanh: sRGB/127.5 - 1 in [-1, 1]."""
    return layers.Conv2D(3, 3, padding="same", activation="tanh", dtype="float32", name="rgb")(x)


def transposed_tanh(x: keras.KerasTensor, channels: int, name: str) -> keras.KerasTensor:
    """The same for networks that end on a transposed convolution: twice the side, tanh."""
    return layers.Conv2DTranspose(channels, 4, 2, padding="same", activation="tanh", dtype="float32", name=name)(x)
