"""The few layers in a row that several networks share. No network lives here."""

import keras
from keras import layers

MOMENTUM = 0.9  # Keras's 0.99 needs hundreds of steps before validation means anything; the weights are averaged anyway


def conv_norm_relu(x: keras.KerasTensor, filters: int, kernel: int = 3, *, name: str | None = None) -> keras.KerasTensor:
    """Convolution without bias, batch normalisation (which has one), ReLU; side unchanged."""
    x = layers.Conv2D(filters, kernel, padding="same", use_bias=False, name=name)(x)
    x = layers.BatchNormalization(momentum=MOMENTUM, name=name and f"{name}_norm")(x)
    return layers.ReLU(name=name and f"{name}_relu")(x)


def double(x: keras.KerasTensor) -> keras.KerasTensor:
    """Twice the side, bilinearly."""
    return layers.UpSampling2D(2, interpolation="bilinear")(x)


def tanh_ab(x: keras.KerasTensor) -> keras.KerasTensor:
    """The tanh head: a*/110 and b*/110 in [-1, 1], in float32 whatever the layers before it use."""
    return layers.Conv2D(2, 3, padding="same", activation="tanh", dtype="float32", name="ab")(x)
