"""Encoders see lightness as their kind saw photographs, and say plainly when their weights cannot be had."""

import keras
import numpy as np
import pytest

from lab_colorize.errors import UsageProblem
from lab_colorize.zoo import encoders

# A kind, the layer before it in our graph, and what Keras itself does to pixels for it.
KINDS = [
    (encoders.mobilenet_v2, "as_rgb", keras.applications.mobilenet_v2, ("block_1_expand_relu",)),
    (encoders.densenet121, "as_imagenet", keras.applications.densenet, ("conv1_relu",)),
    (encoders.vgg16, "as_imagenet", keras.applications.vgg16, ("block1_conv1",)),
    (encoders.inception_resnet_v2, "as_rgb", keras.applications.inception_resnet_v2, ("activation",)),
]


@pytest.mark.parametrize(("encoder", "layer", "application", "taps"), KINDS)
def test_lightness_reaches_an_encoder_as_its_kind_was_taught(encoder, layer, application, taps, monkeypatch):
    monkeypatch.setattr(encoders, "_application", _first_layers_only)
    lightness = keras.Input((8, 8, 1))
    network = keras.Model(lightness, encoder(lightness, "none", taps))
    seen = keras.Model(network.input, network.get_layer(layer).output)
    levels = np.arange(64, dtype=np.float32).reshape(1, 8, 8, 1) * 4
    expected = application.preprocess_input(np.repeat(levels, 3, axis=-1))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(seen(levels / 127.5 - 1)), expected, atol=1e-4)


def _first_layers_only(build, weights):
    """In place of networks of hundreds of layers: only what comes before them is under test."""
    names = {kind[0].__name__.replace("_", ""): kind[3][0] for kind in KINDS}
    inputs = keras.Input((None, None, 3))
    tap = keras.layers.Conv2D(1, 1, name=names[build.__name__.lower()])
    return keras.Model(inputs, tap(inputs))


def test_weights_that_are_not_there_are_refused_by_their_path(tmp_path):
    with pytest.raises(UsageProblem, match=r"no encoder weights at .*lost\.h5"):
        _mobilenet(str(tmp_path / "lost.h5"))


def test_a_file_of_something_else_is_refused_with_both_ways_out(tmp_path):
    path = tmp_path / "mine.weights.h5"
    path.write_bytes(b"not weights")
    with pytest.raises(UsageProblem, match=r"mine\.weights\.h5.*imagenet.*path"):
        _mobilenet(str(path))


def test_weights_of_another_network_are_refused(tmp_path):
    path = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).save_weights(path)
    with pytest.raises(UsageProblem, match="could not be loaded"):
        _mobilenet(str(path))


def test_a_failed_download_is_refused_with_both_ways_out(monkeypatch):
    def no_connection(*_args, **_options):
        raise Exception("URL fetch failure on https://storage.googleapis.com: None")  # noqa: TRY002  # as Keras does

    monkeypatch.setattr(keras.applications, "MobileNetV2", no_connection)
    with pytest.raises(UsageProblem, match=r"URL fetch failure.*--encoder-weights imagenet.*path.*none"):
        _mobilenet("imagenet")


def test_a_fault_of_the_program_is_not_called_a_failed_download(monkeypatch):
    def broken(*_args, **_options):
        raise ValueError("shape")

    monkeypatch.setattr(keras.applications, "MobileNetV2", broken)
    with pytest.raises(ValueError, match="shape"):
        _mobilenet("none")


def test_saved_weights_of_an_encoder_are_found_again_by_path(tmp_path):
    path = tmp_path / "mobilenet_no_top.weights.h5"
    base = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(None, None, 3))
    base.save_weights(path)
    lightness = keras.Input((32, 32, 1))
    network = keras.Model(lightness, _mobilenet(str(path), lightness))
    loaded = network.get_layer(encoders.ENCODER).get_layer("Conv1").get_weights()
    np.testing.assert_array_equal(loaded[0], base.get_layer("Conv1").get_weights()[0])


def _mobilenet(weights, lightness=None):
    seen = keras.Input((32, 32, 1)) if lightness is None else lightness
    return encoders.mobilenet_v2(seen, weights, ("block_1_expand_relu",))
