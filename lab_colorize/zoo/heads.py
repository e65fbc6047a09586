"""What a network's raw output means as colour, in both directions.

`decoded` puts the meaning inside the graph: whatever the network, the exported model answers with a and b.
`target` is the way back: what the raw output should have been for a photograph whose colours are known.

    head    raw output of the network                        trained by
    ab      (N, h, w, 2)    tanh: a*/110, b*/110             any distance
    palette (N, h, w, 2)    the same, mixed from shares      cross-entropy of the shares, and Huber
    rgb     (N, h, w, 3)    tanh: sRGB/127.5 - 1             any distance
    bins    (N, h, w, 313)  softmax: shares of the bins      cross-entropy

The conversions are `lab`'s, written again in `keras.ops` because they must have a gradient and run in the export.
"""

import keras
import numpy as np
from keras import ops

from lab_colorize.colour.lab import AB_SCALE, KNEE, L_SCALE, RGB_TO_XYZ, XYZ_TO_RGB, Plane, encoded
from lab_colorize.zoo.bins import BINS, softly_encoded
from lab_colorize.zoo.catalog import Head, Row

TEMPERATURE = 0.38  # Zhang et al.: between the mean (1), which is dull, and the mode (0), which flickers
LEAST_SHARE = 1e-10  # a share below it counts as this much: the logarithm of nothing has no gradient


def decoded(network: keras.Model, row: Row) -> keras.Model:
    """The network with its head: lightness (N, H, W, 1) -> ab (N, h, w, 2), float32, both in [-1, 1].

    Shares all layers with `network`, so that it always shows what that has learnt.
    """
    if row.head in {"ab", "palette"}:
        return network
    head = AbOfRgb() if row.head == "rgb" else AnnealedMean()
    return keras.Model(network.input, head(network.output), name=network.name)


def target(head: Head, lightness: Plane, ab: Plane) -> Plane:
    """The raw output wanted for true `lightness` (..., 1) and `ab` (..., 2), both (h, w) large and in [-1, 1]."""
    if head in {"ab", "palette"}:
        return ab
    if head == "bins":
        return softly_encoded(ab)
    return _rgb(lightness, ab)


def _rgb(lightness: Plane, ab: Plane) -> Plane:
    """SRGB (..., 3) in [-1, 1]; what lies outside sRGB, because colours were averaged in Lab, is cut off."""
    fy = (lightness[..., 0] * np.float32(L_SCALE) + np.float32(L_SCALE + 16)) / np.float32(116)
    a, b = ab[..., 0] * np.float32(AB_SCALE), ab[..., 1] * np.float32(AB_SCALE)
    f = np.stack([fy + a / 500, fy, fy - b / 200], axis=-1)
    xyz = np.where(f > KNEE, f**3, 3 * KNEE**2 * (f - 4 / 29))
    return (encoded(np.clip(xyz @ XYZ_TO_RGB.T, 0, 1)) * 2 - 1).astype(np.float32)


@keras.saving.register_keras_serializable("lab_colorize")
class AbOfRgb(keras.layers.Layer):
    """The rgb head: sRGB (N, h, w, 3) in [-1, 1] -> its a*/110, b*/110 (N, h, w, 2). Its lightness is let go."""

    def __init__(self, name: str = "ab_of_rgb") -> None:
        super().__init__(name=name, dtype="float32")  # a cube root of bfloat16 is no colour

    def call(self, rgb: keras.KerasTensor) -> keras.KerasTensor:
        """Follow `lab`: undo sRGB's curve, mix into XYZ, bend by CIE's cube root, take differences."""
        x, y, z = ops.split(_bent(ops.matmul(_light((rgb + 1) / 2), _RGB_TO_XYZ.T)), 3, axis=-1)
        return ops.concatenate([500 * (x - y), 200 * (y - z)], axis=-1) / AB_SCALE


_RGB_TO_XYZ = RGB_TO_XYZ.astype(np.float32)


def _light(srgb: keras.KerasTensor) -> keras.KerasTensor:
    """Light of sRGB values in 0..1. The power sees only what its branch is used for, so its slope stays finite."""
    curve = ops.power((ops.maximum(srgb, 0.04045) + 0.055) / 1.055, 2.4)
    return ops.where(srgb > 0.04045, curve, srgb / 12.92)


def _bent(xyz: keras.KerasTensor) -> keras.KerasTensor:
    """CIE's f of XYZ relative to white; the cube root, too, is kept away from zero, where its slope is infinite."""
    root = ops.power(ops.maximum(xyz, KNEE**3), 1 / 3)
    return ops.where(xyz > KNEE**3, root, xyz / (3 * KNEE**2) + 4 / 29)


@keras.saving.register_keras_serializable("lab_colorize")
class AnnealedMean(keras.layers.Layer):
    """The bins head: shares (N, h, w, 313) -> the mean colour (N, h, w, 2) after sharpening the shares."""

    def __init__(self, name: str = "annealed_mean") -> None:
        super().__init__(name=name, dtype="float32")

    def call(self, shares: keras.KerasTensor) -> keras.KerasTensor:
        """Raise shares to the power 1/T, make them sum to one, weigh the bins by them."""
        sharper = ops.softmax(ops.log(ops.maximum(shares, LEAST_SHARE)) / TEMPERATURE)
        return ops.clip(ops.matmul(sharper, BINS / np.float32(AB_SCALE)), -1, 1)  # some bins lie beyond 110
