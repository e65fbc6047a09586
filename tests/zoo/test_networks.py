"""One contract for all networks of the zoo; each is built once, small, and held to every law before the next."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from lab_colorize.errors import UsageProblem
from lab_colorize.zoo import heads
from lab_colorize.zoo.catalog import ROWS, Row, row_named
from lab_colorize.zoo.encoders import ENCODER
from lab_colorize.zoo.factory import build
from tests.zoo.contract import answer, difference, learn_one_step, litert_answer, shown, values

pytestmark = pytest.mark.slow

CHANNELS = {"ab": 2, "rgb": 3, "bins": 313, "palette": 2}


# Of two test processes, one builds all that a row's tests share.
ONE_PROCESS_A_ROW = [pytest.param(row, marks=pytest.mark.xdist_group(row.name), id=row.name) for row in ROWS]


@pytest.fixture(scope="module", params=ONE_PROCESS_A_ROW)
def row(request) -> Row:
    return request.param


@pytest.fixture(scope="module")
def network(row):
    """The row's network for any side it can take, with random weights that have learnt for one step."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    return build(row, side=None if row.resizable else row.smallest)


@pytest.fixture(scope="module")
def rebuilt(row, network, tmp_path_factory):
    """The same for its smallest side only, and with the weights of the first, by way of a file."""
    path = tmp_path_factory.mktemp(row.name) / "saved.weights.h5"
    network.save_weights(path)
    rebuilt = build(row, side=row.smallest)
    rebuilt.load_weights(path)
    path.unlink()
    return rebuilt


def test_it_has_the_parameters_that_the_catalog_says(row, network):
    assert network.count_params() == row.parameters


def test_it_is_called_with_lightness_and_answers_in_the_words_of_its_head(row, network):
    assert [tensor.name for tensor in network.inputs] == ["lightness", *["hints"] * bool(row.hints)]
    raw = answer(network, shown(row, row.smallest, row.smallest))
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
    ab = answer(heads.decoded(network, row), shown(row, row.smallest, row.smallest))
    _, height, width, channels = ab.shape
    assert channels == 2
    assert height == width
    assert row.smallest % height == 0
    assert np.abs(ab).max() <= 1


def test_a_resizable_network_takes_any_height_and_width_of_its_step(row, network):
    if row.resizable:
        _, square, _, _ = answer(network, shown(row, row.smallest, row.smallest)).shape
        seen = shown(row, row.smallest, row.smallest + row.step)
        _, height, width, _ = answer(network, seen).shape
        assert height == square
        assert width * row.smallest == square * (row.smallest + row.step)


def test_weights_that_were_saved_make_a_rebuilt_network_the_same(row, network, rebuilt):
    seen = shown(row, row.smallest, row.smallest)
    np.testing.assert_allclose(answer(rebuilt, seen), answer(network, seen), atol=1e-5)


def test_litert_gives_the_same_colour(row, rebuilt):
    pytest.importorskip("tensorflow")
    painter = heads.decoded(rebuilt, row)
    seen = shown(row, row.smallest, row.smallest, hinted=bool(row.hints))
    assert difference(litert_answer(painter, seen), answer(painter, seen)) < 1


def test_hints_come_at_the_size_of_the_answer_and_change_it(row, network):
    if row.hints:
        without, hinted = (answer(network, shown(row, row.smallest, row.smallest, hinted=told)) for told in (0, 1))
        assert row.smallest // without.shape[1] == row.hints
        assert difference(without, hinted) > 1e-4


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_side_that_it_cannot_take_is_refused_with_one_that_it_can(row):
    with pytest.raises(UsageProblem, match=rf"cannot take a side of {row.smallest - row.step}.*{row.smallest}"):
        build(row, side=row.smallest - row.step)


def test_a_network_that_is_not_resizable_must_be_told_its_side():
    with pytest.raises(UsageProblem, match="needs to know its side"):
        build(replace(ROWS[0], resizable=False))


# R0's table: filters, stride and side of each convolution at 512.
UNET_512 = (
    (8, 2, 256), (16, 1, 256), (16, 2, 128), (32, 1, 128), (32, 2, 64), (32, 1, 64), (64, 2, 32),
    (64, 1, 32), (64, 2, 16), (64, 1, 16), (64, 2, 8), (64, 1, 8), (64, 2, 4),
    (64, 1, 8), (64, 1, 16), (64, 1, 32), (64, 1, 64), (32, 1, 128), (16, 1, 256), (3, 1, 512),
)  # fmt: skip


def test_unet_512_is_the_table_of_its_report():
    network = build(row_named("unet-512"), side=512)
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    table = [(layer.filters, layer.strides[0], layer.output.shape[1]) for layer in convolutions]
    assert tuple(table) == UNET_512
    assert network.count_params() == 560_331
    assert {layer.activation.__name__ for layer in convolutions[:-1]} == {"relu"}
    assert convolutions[-1].activation.__name__ == "tanh"
    assert [layer.output.shape[1:] for layer in _skips(network)] == [
        (8, 8, 128), (16, 16, 128), (32, 32, 128), (64, 64, 96), (128, 128, 48), (256, 256, 24),
    ]  # fmt: skip


def test_r4s_generators_differ_by_their_skips_alone():
    with_skips, without = (build(row_named(name), side=32) for name in ("unet-gan", "gan"))
    assert [len(_skips(network)) for network in (with_skips, without)] == [4, 0]
    assert _widths(with_skips) == _widths(without) == [64, 128, 256, 512, 512, 512, 256, 128, 64, 3]


def _skips(network: keras.Model) -> list:
    return [layer for layer in network.layers if isinstance(layer, keras.layers.Concatenate)]


def _widths(network: keras.Model) -> list[int]:
    return [layer.filters for layer in network.layers if hasattr(layer, "filters")]


def _frozen(network: keras.Model) -> list:
    """The weights of an encoder that its network never trains."""
    encoders = [layer for layer in network.layers if layer.name == ENCODER and not layer.trainable]
    return [weight for encoder in encoders for weight in encoder.weights]
