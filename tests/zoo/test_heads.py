"""The heads are `lab` again, inside the graph and with a gradient."""

import keras
import numpy as np
import pytest

from lab_colorize.colour.lab import AB_SCALE, L_SCALE, lab_of
from lab_colorize.zoo import heads
from lab_colorize.zoo.catalog import row_named
from tests.zoo.contract import difference

EXACT = 0.02  # units of a/b: what float32 leaves
OPENCV = 0.3  # units of a/b that OpenCV's splines are away from the formulas, at worst


@pytest.fixture(scope="module")
def pixels():
    """(1, 9, 81, 3): all combinations of nine levels, black and white among them."""
    level = np.linspace(0, 255, 9).astype(np.uint8)
    return np.stack(np.meshgrid(level, level, level), axis=-1).reshape(1, 9, 81, 3)


@pytest.fixture(scope="module")
def lab(pixels):
    """Lightness and ab of them in [-1, 1]."""
    lab = lab_of(pixels[0])[None]
    return lab[..., :1] / np.float32(L_SCALE) - 1, lab[..., 1:] / np.float32(AB_SCALE)


def as_array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def test_the_rgb_head_gives_the_same_colour_as_lab(pixels, lab):
    ab = as_array(heads.AbOfRgb()(pixels.astype(np.float32) / 127.5 - 1))
    assert np.abs(ab - lab[1]).max() * AB_SCALE < OPENCV


def test_the_rgb_head_calls_every_grey_grey():
    grey = np.linspace(-1, 1, 256, dtype=np.float32)
    ab = as_array(heads.AbOfRgb()(np.stack([grey] * 3, axis=-1)[None, None]))
    assert np.abs(ab).max() * AB_SCALE < 1e-3


def test_the_rgb_target_is_the_photograph(pixels, lab):
    levels = (heads.target("rgb", *lab) + 1) * 127.5
    assert np.abs(levels - pixels).max() < 1.5  # OpenCV's splines again
    assert np.abs(levels - pixels).mean() < 0.1


def test_the_rgb_head_undoes_the_rgb_target(lab):
    lightness, ab = lab
    assert difference(as_array(heads.AbOfRgb()(heads.target("rgb", lightness, ab))), ab) < EXACT


def test_the_rgb_target_of_a_colour_outside_srgb_is_still_rgb():
    rgb = heads.target("rgb", np.float32([[[[0.9]]]]), np.float32([[[[-1, -1]]]]))
    assert np.abs(rgb).max() <= 1


def test_the_bins_head_undoes_the_bins_target(lab):
    """Sharpening pulls towards the nearest bin, by two of its ten units at most."""
    ab = lab[1]
    decoded = as_array(heads.AnnealedMean()(heads.target("bins", *lab)))
    assert np.abs(decoded - ab).max() * AB_SCALE < 4
    assert difference(decoded, ab) < 2


def test_the_annealed_mean_is_the_formula_in_print():
    shares = np.random.default_rng(0).dirichlet(np.full(313, 0.1), (1, 2, 2)).astype(np.float32)
    sharper = shares.astype(np.float64) ** (1 / 0.38)
    sharper /= sharper.sum(axis=-1, keepdims=True)
    expected = np.clip(sharper @ heads.BINS / AB_SCALE, -1, 1)
    np.testing.assert_allclose(as_array(heads.AnnealedMean()(shares)), expected, atol=1e-5)


def test_no_share_at_all_leads_the_bins_head_out_of_range():
    certain = np.eye(313, dtype=np.float32)[None, None]
    assert np.abs(as_array(heads.AnnealedMean()(certain))).max() <= 1


BLACK_BUT_FOR_RED = (1, -1, -1)
ONE_SHARE_OF_TWO = (0.6, 0.4, *[0] * 311)


@pytest.mark.parametrize(
    ("head", "worst"), [(heads.AbOfRgb, BLACK_BUT_FOR_RED), (heads.AnnealedMean, ONE_SHARE_OF_TWO)]
)
def test_a_head_has_a_gradient_and_a_finite_one_even_where_roots_and_logarithms_have_none(head, worst):
    """Learnt through an offset that starts where light, or most shares, are nothing."""
    seen = keras.Input((1, 1, len(worst)))
    offset = keras.layers.Conv2D(len(worst), 1, kernel_initializer=keras.initializers.Zeros(), name="offset")
    model = keras.Model(seen, head()(offset(seen)))
    offset.bias.assign(worst)
    model.compile(keras.optimizers.SGD(0.01), "mse", run_eagerly=True)
    model.train_on_batch(np.zeros((1, 1, 1, len(worst)), np.float32), np.full((1, 1, 1, 2), 0.5, np.float32))
    learnt = as_array(offset.bias)
    assert np.isfinite(learnt).all()
    assert not np.array_equal(learnt, np.float32(worst))


def test_the_ab_head_is_the_network_itself():
    network = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 1, activation="tanh")])
    assert heads.decoded(network, row_named("mobilenet-unet")) is network
    ab = np.zeros((1, 4, 4, 2), np.float32)
    assert heads.target("ab", ab[..., :1], ab) is ab


def test_a_decoded_network_learns_with_the_network_it_shows():
    lightness = keras.Input((4, 4, 1))
    network = keras.Model(lightness, keras.layers.Conv2D(3, 1, activation="tanh")(lightness))
    painter = heads.decoded(network, row_named("gan"))
    before = as_array(painter(np.ones((1, 4, 4, 1), np.float32)))
    network.layers[-1].bias.assign([0.5, -0.5, 0])
    assert not np.allclose(as_array(painter(np.ones((1, 4, 4, 1), np.float32))), before)
