"""EfficientNet-Lite2 (Tan, Le 2019), written down from its table: an encoder that Keras Applications does not have.

The lite variants were made for phones: ReLU6 everywhere, no squeeze-and-excitation. Lite2 is 1.1 times as wide and 1.2
times as deep as Lite0. Weights are one `.npz` file of arrays named as the layers here are, such as
`block7_expand_conv/kernel`. Knows nothing of lightness: it sees RGB as (x - 127) / 128 for x in 0..255.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from lab_colorize.errors import UsageProblem

EPSILON = 1e-3  # of its batch normalisation


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks of one width; only the first of them has the stride."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    filters: int


STEM = 32
# fmt: off
GROUPS = (
    Group(1, kernel=3, stride=1, expansion=1, filters=16),
    Group(3, kernel=3, stride=2, expansion=6, filters=24),
    Group(3, kernel=5, stride=2, expansion=6, filters=48),
    Group(4, kernel=3, stride=2, expansion=6, filters=88),
    Group(4, kernel=5, stride=1, expansion=6, filters=120),
    Group(5, kernel=5, stride=2, expansion=6, filters=208),
    Group(1, kernel=3, stride=1, expansion=6, filters=352),
)
# fmt: on
HEAD = 1280


def efficientnet_lite2(weights: Mapping[str, NDArray[Any]] | None) -> keras.Model:
    """The encoder for RGB (N, H, W, 3) of any size, without its classifier, with `weights` or random ones."""
    rgb = keras.Input((None, None, 3), name="rgb")
    x = _conv(rgb, STEM, "stem", kernel=3, stride=2)
    number = 0
    for group in GROUPS:
        for first in (True, *[False] * (group.blocks - 1)):
            x = _block(x, group, group.stride if first else 1, f"block{number}")
            number += 1
    network = keras.Model(rgb, _conv(x, HEAD, "head"), name="efficientnet_lite2")
    if weights is not None:
        for layer in network.layers:
            for variable in layer.weights:
                variable.assign(weights[f"{layer.name}/{variable.name}"])
    return network


def _block(x: keras.KerasTensor, group: Group, stride: int, name: str) -> keras.KerasTensor:
    """An inverted residual: widen, look around in each channel alone, narrow again."""
    shortcut, width = x, x.shape[-1]
    if group.expansion > 1:
        x = _conv(x, width * group.expansion, f"{name}_expand")
    x = layers.DepthwiseConv2D(group.kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv")(x)
    x = _norm_relu6(x, f"{name}_depthwise")
    x = layers.Conv2D(group.filters, 1, use_bias=False, name=f"{name}_project_conv")(x)
    x = layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_project_bn")(x)
    return layers.Add(name=f"{name}_add")([x, shortcut]) if stride == 1 and width == group.filters else x


def _conv(x: keras.KerasTensor, filters: int, name: str, *, kernel: int = 1, stride: int = 1) -> keras.KerasTensor:
    x = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return _norm_relu6(x, name)


def _norm_relu6(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    x = layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_bn")(x)
    return layers.ReLU(6, name=f"{name}_relu")(x)


def read_weights(path: str) -> dict[str, NDArray[np.float32]]:
    """The arrays of an `.npz` file of this encoder's weights, or a refusal that says where others begin."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise _refused(path) from error
    if "head_conv/kernel" not in arrays:
        raise _refused(path)
    return arrays


def _refused(path: str) -> UsageProblem:
    return UsageProblem(
        f"There are no weights of EfficientNet-Lite2 at {path}.",
        remedy="Keras cannot download them. Start from the shipped model with --init-from default, give the path of "
        "an .npz file of this encoder's arrays, or `none` to start from random weights.",
    )
