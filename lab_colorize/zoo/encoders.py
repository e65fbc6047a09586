"""Encoders that come with ImageNet weights, as models that answer with the feature maps a decoder wants.

Where the weights come from is the caller's choice: `imagenet` (Keras downloads them once), a path (no network
needed), or `none` (random). The encoder is nested in its network as the layer called `encoder`, which is how
training finds it to freeze it.
"""

from pathlib import Path

import keras

from lab_colorize.errors import UsageProblem

ENCODER = "encoder"  # the nested model's name in every network that has one


def mobilenet_v2(weights: str, taps: tuple[str, ...]) -> keras.Model:
    """MobileNetV2 1.0 on three channels in [-1, 1], answering with the layers named in `taps`."""
    base = _application(keras.applications.MobileNetV2, weights)
    return keras.Model(base.input, [base.get_layer(tap).output for tap in taps], name=ENCODER)


def _application(build: type[keras.Model], weights: str) -> keras.Model:
    """A `keras.applications` network without its top, for any side, with the weights asked for."""
    if weights not in {"imagenet", "none"} and not Path(weights).is_file():
        raise UsageProblem(
            f"There are no encoder weights at {weights}.",
            remedy="Give a .weights.h5 file, or `imagenet` to download them, or `none` to start from random ones.",
        )
    try:
        return build(include_top=False, weights=None if weights == "none" else weights, input_shape=(None, None, 3))
    except (OSError, ValueError) as error:
        raise UsageProblem(
            f"The encoder's weights ({weights}) could not be loaded: {error}",
            remedy="With a connection, `--encoder-weights imagenet` downloads them; without one, give the path of a "
            "`*_no_top` weights file of keras.applications; `none` starts from random weights.",
        ) from error
