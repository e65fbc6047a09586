"""Where the first weights come from."""

import numpy as np
import pytest

from lab_colorize.colouring.models import MODELS_VARIABLE
from lab_colorize.errors import TrainingError, UsageProblem
from lab_colorize.training.objectives import set_frozen
from lab_colorize.training.start import network_for, weights_named


def weights(options):
    return network_for(options, restored=False).get_weights()


def test_the_seed_fixes_the_first_weights(options_for):
    one, same, other = (weights(options_for(seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one[0], same[0])
    assert np.abs(one[0] - other[0]).max() > 0


def test_a_run_starts_from_a_file_a_run_folder_or_an_installed_model(options_for, tmp_path, monkeypatch):
    network = network_for(options_for(seed=9), restored=False)
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "models"))
    for place in ("best.weights.h5", "models/harbour.weights.h5"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        network.save_weights(tmp_path / place)
    for name in (tmp_path / "best.weights.h5", tmp_path, "harbour"):
        np.testing.assert_array_equal(weights(options_for(init_from=str(name)))[0], network.get_weights()[0])


def test_weights_that_are_not_there_are_a_usage_problem():
    with pytest.raises(UsageProblem, match="nowhere"):
        weights_named("nowhere")


@pytest.mark.parametrize("content", [b"no weights at all", None])
def test_weights_of_another_network_are_refused(options_for, tmp_path, content):
    file = tmp_path / "other.weights.h5"
    if content is None:
        network_for(options_for(network="resnet18"), restored=False).save_weights(file)
    else:
        file.write_bytes(content)
    with pytest.raises(TrainingError, match=r"other\.weights"):
        weights(options_for(init_from=str(file)))


def test_encoder_weights_that_are_not_there_are_a_usage_problem(options_for):
    with pytest.raises(UsageProblem, match=r"nowhere\.h5"):
        weights(options_for(network="mobilenet-unet", side=32, encoder_weights="nowhere.h5"))


def test_a_frozen_encoder_does_not_learn_and_a_trained_ones_statistics_stay(options_for):
    network = network_for(options_for(network="mobilenet-unet", side=32, encoder_weights="none"), restored=False)
    encoder = network.get_layer("encoder")
    normal = [layer for layer in encoder.layers if "BN" in layer.name]
    set_frozen(network, frozen=True, pretrained=True)
    assert not encoder.trainable_variables
    set_frozen(network, frozen=False, pretrained=True)
    assert encoder.trainable_variables
    assert not any(layer.trainable for layer in normal)
    set_frozen(network, frozen=False, pretrained=False)
    assert {layer.momentum for layer in normal} == {0.9}


def test_a_frozen_encoder_may_learn_from_a_layer_on(options_for):
    network = network_for(options_for(network="mobilenet-unet", side=32, encoder_weights="none"), restored=False)
    encoder = network.get_layer("encoder")
    names = [layer.name for layer in encoder.layers]
    set_frozen(network, frozen=True, thaw_from="block_6_expand", pretrained=True)
    learning = {variable.path.split("/")[-2] for variable in encoder.trainable_variables}
    assert "block_6_expand" in learning
    assert "block_16_project" in learning
    assert not learning & set(names[: names.index("block_6_expand")])
    with pytest.raises(UsageProblem, match=r"no layer 'block_99'.*block_"):
        set_frozen(network, frozen=True, thaw_from="block_99", pretrained=True)


def test_mixed_precision_keeps_weights_and_answer_in_full(options_for):
    import keras

    network = network_for(options_for(mixed_precision=True), restored=False)
    assert {str(weight.dtype) for weight in network.trainable_variables} == {"float32"}
    assert network.layers[1].compute_dtype == "bfloat16"
    assert keras.config.dtype_policy().name == "float32"
