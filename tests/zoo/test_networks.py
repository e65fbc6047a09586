"""One contract for all networks of the zoo; each is built once, small, and held to every law before the next."""

import keras
import numpy as np
import pytest

from lab_colorize.zoo import heads
from lab_colorize.zoo.catalog import ROWS, Row
from lab_colorize.zoo.encoders import ENCODER
from lab_colorize.zoo.factory import build
from tests.zoo.contract import answer, difference, learn_one_step, lightness, litert_answer, values

CHANNELS = {"ab": 2, "rgb": 3, "bins": 313}


@pytest.fixture(scope="module", params=ROWS, ids=lambda row: row.name)
def row(request) -> Row:
    return request.param


@pytest.fixture(scope="module")
def network(row):
    """The row's network for any side it can take, with random weights."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    return build(row, side=None if row.resizable else row.smallest)


def test_it_has_the_parameters_that_the_catalog_says(row, network):
    assert network.count_params() == row.parameters


def test_it_is_called_with_lightness_and_answers_in_the_words_of_its_head(row, network):
    assert [tensor.name for tensor in network.inputs] == ["lightness"]
    raw = answer(network, lightness(row.smallest, row.smallest))
    assert raw.shape[-1] == CHANNELS[row.head]
    assert raw.dtype == np.float32
    assert np.abs(raw).max() <= 1  # and is a number
    if row.head == "bins":
        np.testing.assert_allclose(raw.sum(axis=-1), 1, atol=1e-5)


def test_a_step_of_training_is_finite_and_changes_what_may_change(row, network):
    learns, stays = values(network.trainable_weights), values(_frozen(network))
    assert np.isfinite(learn_one_step(network, row, row.smallest))
    learnt = values(network.trainable_weights)
    assert all(np.isfinite(weight).all() for weight in learnt)
    moved = [not np.array_equal(old, new) for old, new in zip(learns, learnt, strict=True)]
    assert np.mean(moved) > 0.5  # a ReLU may sleep through one step; a branch that is cut off sleeps always
    assert all(np.array_equal(old, new) for old, new in zip(stays, values(_frozen(network)), strict=True))


def test_its_colour_is_ab_within_bounds_at_a_whole_fraction_of_the_side(row, network):
    painter = heads.decoded(network, row)
    seen = lightness(row.smallest, row.smallest, 2)
    ab = answer(painter, seen)
    assert ab.shape[0] == 2
    assert ab.shape[3] == 2
    assert ab.shape[1] == ab.shape[2]
    assert row.smallest % ab.shape[1] == 0
    assert np.abs(ab).max() <= 1


def test_litert_gives_the_same_colour(row, network):
    pytest.importorskip("tensorflow")
    from pathlib import Path

    from lab_colorize.training.export import Export, converted

    painter = heads.decoded(network, row)
    content = converted(painter, Export(row.name, Path(), Path(), row.smallest, "float32", row.resizable))
    for height, width in ((row.smallest, row.smallest), (row.smallest, 2 * row.smallest)):
        if row.resizable or height == width:
            seen = lightness(height, width)
            assert difference(litert_answer(content, seen), answer(painter, seen)) < 1


def test_weights_that_were_saved_make_a_rebuilt_network_the_same(row, network, tmp_path):
    seen = lightness(row.smallest, row.smallest)
    network.save_weights(tmp_path / "saved.weights.h5")
    rebuilt = build(row, side=row.smallest)
    rebuilt.load_weights(tmp_path / "saved.weights.h5")
    np.testing.assert_allclose(answer(rebuilt, seen), answer(network, seen), atol=1e-5)


def _frozen(network: keras.Model) -> list:
    """The weights of an encoder that its network never trains."""
    encoders = [layer for layer in network.layers if layer.name == ENCODER and not layer.trainable]
    return [weight for encoder in encoders for weight in encoder.weights]
