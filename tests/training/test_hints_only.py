"""Stages in which only what takes hints learns: answers with hints change, answers without stay as they are."""

import keras
import numpy as np
import pytest

from lab_colorize.errors import UsageProblem
from lab_colorize.training import config
from lab_colorize.training.hints_only import set_hints_only
from lab_colorize.training.objectives import set_frozen
from lab_colorize.training.options import Augmentation, Stage
from lab_colorize.training.record import BEST_NAME
from lab_colorize.training.start import network_for
from lab_colorize.zoo.catalog import DEFAULT
from lab_colorize.zoo.inputs import given

from .conftest import history, session

SIDE = 32


@pytest.fixture
def options(tmp_path, photos):
    stage = Stage(2, SIDE, 0.01, hints_only=True)
    advised = Augmentation(hints=1.0, recolouring=0.5)
    asked = {"encoder_weights": "none", "batch_size": 4, "stage": (stage,), "augmentation": advised}
    return config.resolved({"photos": photos, "run": tmp_path / "run"}, asked)


def answers(network, *, hinted):
    rng = np.random.default_rng(2)
    lightness = rng.uniform(-1, 1, (2, SIDE, SIDE, 1)).astype(np.float32)
    hints = np.zeros((2, SIDE // 2, SIDE // 2, 3), np.float32)
    if hinted:
        hints[:, 4, 5] = 0.3, -0.4, 1
    return keras.ops.convert_to_numpy(network(given(lightness, DEFAULT.hints, hints), training=False))


def test_answers_without_hints_stay_and_the_last_weights_are_kept_for_the_others(options):
    network = network_for(options, restored=False)
    before = {hinted: answers(network, hinted=hinted) for hinted in (False, True)}
    trained = session(options)
    network.load_weights(options.run / BEST_NAME)
    np.testing.assert_array_equal(answers(network, hinted=False), before[False])
    assert np.abs(answers(network, hinted=True) - before[True]).max() > 1e-4
    first, last = history(options.run)
    assert first["psnr"] == last["psnr"]
    for kept, mean in zip(network.get_weights(), trained.average.values, strict=True):
        np.testing.assert_array_equal(kept, mean)


def test_a_later_stage_may_change_everything_again(options):
    network = network_for(options, restored=False)
    everything = len(network.trainable_variables)
    set_hints_only(network, only=True)
    assert {variable.path.split("/")[-1] for variable in network.trainable_variables} == {
        "kernel",
        "query",
        "key",
        "nearness",
        "doubt",
    }
    assert len(network.trainable_variables) < 12
    set_hints_only(network, only=False)
    network.get_layer("encoder").trainable = True
    assert len(network.trainable_variables) == everything
    assert not any(variable.constraint for variable in network.trainable_variables)


def test_other_stages_leave_the_encoder_as_they_find_it(options_for):
    network = network_for(options_for(network="mobilenet-unet", side=32, encoder_weights="none"), restored=False)
    set_frozen(network, frozen=True, thaw_from="block_6_expand", pretrained=True)
    learning = [variable.path for variable in network.trainable_variables]
    set_hints_only(network, only=False)
    assert [variable.path for variable in network.trainable_variables] == learning


def test_networks_without_hints_are_refused(options_for):
    with pytest.raises(UsageProblem, match="takes no hints"):
        set_hints_only(network_for(options_for(), restored=False), only=True)
