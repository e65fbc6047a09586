"""Encoders that come with ImageNet weights: each sees lightness as the photographs it was trained on.

Where the weights come from is the caller's choice: `imagenet` (Keras downloads them once), a path (no network
needed), or `none` (random). The encoder is nested in its network as the layer called `encoder`, which is how
training finds it to freeze it. What its kind does to pixels first is a layer before it, hence part of the export.
"""

import warnings
from pathlib import Path

import keras
from keras import layers

from lab_colorize.errors import UsageProblem
from lab_colorize.zoo import efficientnet_lite

ENCODER = "encoder"  # the nested model's name in every network that has one

# What keras.applications calls "torch" and "caffe": means (and deviations) of ImageNet's channels.
TORCH_MEAN, TORCH_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # RGB in 0..1
CAFFE_MEAN = (103.939, 116.779, 123.68)  # BGR in 0..255


def mobilenet_v2(lightness: keras.KerasTensor, weights: str, taps: tuple[str, ...]) -> list[keras.KerasTensor]:
    """MobileNetV2's layers named in `taps`; it sees [-1, 1], as lightness is."""
    return _tapped(keras.applications.MobileNetV2, weights, taps)(_as_rgb(lightness))


def efficientnet_lite2(lightness: keras.KerasTensor, weights: str, taps: tuple[str, ...]) -> list[keras.KerasTensor]:
    """EfficientNet-Lite2's layers named in `taps`; it sees (x - 127) / 128 for x in 0..255."""
    arrays = None if weights == "none" else efficientnet_lite.read_weights(weights)
    seen = layers.Rescaling(127.5 / 128, 0.5 / 128, name="as_imagenet")(_as_rgb(lightness))
    return _answering(efficientnet_lite.efficientnet_lite2(arrays), taps)(seen)


def inception_resnet_v2(lightness: keras.KerasTensor, weights: str, taps: tuple[str, ...]) -> list[keras.KerasTensor]:
    """Inception-ResNet-v2's layers named in `taps`; it sees [-1, 1], as lightness is."""
    return _tapped(keras.applications.InceptionResNetV2, weights, taps)(_as_rgb(lightness))


def densenet121(lightness: keras.KerasTensor, weights: str, taps: tuple[str, ...]) -> list[keras.KerasTensor]:
    """DenseNet121's layers named in `taps`; it sees 0..1 less ImageNet's mean, by its deviation."""
    scale = [0.5 / deviation for deviation in TORCH_DEVIATION]
    offset = [(0.5 - mean) / deviation for mean, deviation in zip(TORCH_MEAN, TORCH_DEVIATION, strict=True)]
    seen = layers.Rescaling(scale, offset, name="as_imagenet")(_as_rgb(lightness))
    return _tapped(keras.applications.DenseNet121, weights, taps)(seen)


def vgg16(lightness: keras.KerasTensor, weights: str, taps: tuple[str, ...]) -> list[keras.KerasTensor]:
    """VGG-16's layers named in `taps`; it sees 0..255 less ImageNet's mean, blue first (all one for a grey)."""
    offset = [127.5 - mean for mean in CAFFE_MEAN]
    seen = layers.Rescaling(127.5, offset, name="as_imagenet")(_as_rgb(lightness))
    return _tapped(keras.applications.VGG16, weights, taps)(seen)


def _as_rgb(lightness: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Concatenate(name="as_rgb")([lightness] * 3)


def _tapped(build: type[keras.Model], weights: str, taps: tuple[str, ...]) -> keras.Model:
    """The network that answers with some of its inner layers; what lies behind the last of them is dropped."""
    return _answering(_application(build, weights), taps)


def _answering(base: keras.Model, taps: tuple[str, ...]) -> keras.Model:
    """`base` with the layers named in `taps` for outputs."""
    return keras.Model(base.input, [base.get_layer(tap).output for tap in taps], name=ENCODER)


def _application(build: type[keras.Model], weights: str) -> keras.Model:
    """A `keras.applications` network without its top, for any side, with the weights asked for."""
    if weights not in {"imagenet", "none"} and not Path(weights).is_file():
        raise UsageProblem(
            f"There are no encoder weights at {weights}.",
            remedy="Give a .weights.h5 file, or `imagenet` to download them, or `none` to start from random ones.",
        )
    source = None if weights == "none" else weights
    try:
        with warnings.catch_warnings():
            # MobileNetV2 warns that its weights were made at side 224; without its top they serve any side.
            warnings.simplefilter("ignore", UserWarning)
            return build(include_top=False, weights=source, input_shape=(None, None, 3))
    except Exception as error:  # a failed download is a bare Exception in Keras, a wrong file one of many kinds
        if source is None:
            raise  # nothing was loaded, so it is a fault of the program
        raise UsageProblem(
            f"The encoder's weights ({weights}) could not be loaded: {error}",
            remedy="With a connection, `--encoder-weights imagenet` downloads them; without one, give the path of "
            f"the `*_no_top` weights file of keras.applications' {build.__name__}; `none` starts from random weights.",
        ) from error
