"""Critics: networks that tell true colours from painted ones, and so teach adversarial networks what pleases.

A critic sees what the export keeps of a painting: the photograph's own lightness and the colours proposed for it. It
answers with logits, high for true. Owns no losses; `training.adversarial` sets critic against painter.
"""

from typing import Literal

import keras
from keras import layers

from lab_colorize.errors import UsageProblem

SLOPE = 0.2  # LeakyReLU's in DCGAN and pix2pix
COARSEST = 4  # no critic halves below 4 x 4: its answer would be one word for the whole picture, or rim only
MOMENTUM = 0.9  # as in blocks: the moving statistics are used when the critic is asked what it learnt


def build_critic(kind: Literal["patch", "image"], side: int, ab_side: int) -> keras.Model:
    """(lightness (N, side, side, 1), ab (N, ab_side, ab_side, 2)), both in [-1, 1] -> logits."""
    if ab_side < COARSEST or side % ab_side:
        raise UsageProblem(
            f"No critic can look at colours of side {ab_side} for a lightness of side {side}.",
            remedy="Choose a larger side, a multiple of the network's step.",
        )
    return _patch_critic(side, ab_side) if kind == "patch" else _image_critic(side, ab_side)


def _patch_critic(side: int, ab_side: int) -> keras.Model:
    """pix2pix's: three halvings and two layers more, so that each logit (N, n, n, 1) judges a patch of 70 x 70.

    Colours of a side under 32 are halved less often, which makes the patches smaller.
    """
    inputs, x = _picture(side, ab_side)
    for filters in (64, 128, 256)[: _halvings(ab_side, most=3)]:
        x = _looked_at(x, filters, normalised=filters > 64)  # pix2pix leaves the first as it is
    x = _looked_at(x, 512, strides=1)
    logits = layers.Conv2D(1, 4, padding="same", dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name="critic")


def _image_critic(side: int, ab_side: int) -> keras.Model:
    """R4's, of which the report says no more than that it judges: DCGAN's four halvings to one logit (N, 1).

    The mean over places before the last layer, instead of DCGAN's flattening, keeps it small at any side.
    """
    inputs, x = _picture(side, ab_side)
    for filters in (64, 128, 256, 512)[: _halvings(ab_side, most=4)]:
        x = _looked_at(x, filters, normalised=filters > 64)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(1, dtype="float32", name="logits")(x), name="critic")


def _picture(side: int, ab_side: int) -> tuple[list[keras.KerasTensor], keras.KerasTensor]:
    """Lightness and colour as one picture; a lightness finer than the colour is brought to its side."""
    lightness = keras.Input((side, side, 1), name="lightness")
    ab = keras.Input((ab_side, ab_side, 2), name="ab")
    seen = lightness if side == ab_side else layers.AveragePooling2D(side // ab_side)(lightness)
    return [lightness, ab], layers.Concatenate(name="picture")([seen, ab])


def _halvings(ab_side: int, *, most: int) -> int:
    """How often a picture can be halved before it is coarser than a critic may see."""
    return max(1, min(most, (ab_side // COARSEST).bit_length() - 1))


def _looked_at(x: keras.KerasTensor, filters: int, *, strides: int = 2, normalised: bool = True) -> keras.KerasTensor:
    """A 4 x 4 convolution as DCGAN and pix2pix have it: half the side, normalised, LeakyReLU."""
    x = layers.Conv2D(filters, 4, strides, padding="same", use_bias=not normalised)(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x) if normalised else x
    return layers.LeakyReLU(SLOPE)(x)
