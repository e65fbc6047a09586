"""Each figure is what others compute, and what its definition says."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import color, metrics

from lab_colorize.colour.join import join
from lab_colorize.evaluation import comparison
from lab_colorize.evaluation.bench import Bench
from lab_colorize.evaluation.colour_difference import ColourDifference
from lab_colorize.evaluation.comparison import Comparer, planes_of
from lab_colorize.evaluation.figures import FIGURES, Figures, psnr
from lab_colorize.evaluation.similarity import Similarity

from .conftest import scene

COMPARER = Comparer()  # one for all, so that a bench that remembers the photograph before would be noticed


def figures_of(truth, result):
    (figures,) = COMPARER.figures(truth, [result])[1]
    return figures


def flat(rng, shape):
    return np.full((*shape, 3), rng.integers(0, 256, 3), np.uint8)


def saturated(rng, shape):
    return rng.choice(np.array([0, 255], np.uint8), (*shape, 3))


def near_grey(rng, shape):
    return (rng.integers(0, 255, (*shape, 1)) + rng.integers(0, 2, (*shape, 3))).astype(np.uint8)


def grey(rng, shape):
    return np.repeat(rng.integers(0, 256, (*shape, 1), dtype=np.uint8), 3, axis=2)


def noise(rng, shape):
    return rng.integers(0, 256, (*shape, 3), dtype=np.uint8)


def patches(rng, shape):
    return scene(int(rng.integers(1 << 30)), *shape)


def dark(rng, shape):
    return rng.integers(0, 12, (*shape, 3), dtype=np.uint8)


KINDS = (patches, noise, flat, saturated, near_grey, grey, dark)


@st.composite
def pairs(draw):
    """Any two photographs of one size, or one and what is left of it when it pales, greys or loses some pixels."""
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    shape = draw(st.sampled_from([(7, 7), (60, 80), (33, 250), (300, 9)]))
    truth = draw(st.sampled_from(KINDS))(rng, shape)
    fates = {
        "another": draw(st.sampled_from(KINDS))(rng, shape),
        "paler": np.clip(truth * 0.7 + 40, 0, 255).astype(np.uint8),
        "greyer": np.repeat(truth[..., 1:2], 3, axis=2),
        "spoiled here and there": np.where(rng.random(truth.shape) < 0.01, 255 - truth, truth).astype(np.uint8),
        "a level off": np.where(truth < 255, truth + 1, 254).astype(np.uint8),
    }
    return truth, fates[draw(st.sampled_from(list(fates)))]


@given(pairs())
@settings(max_examples=100)
def test_every_figure_agrees_with_an_independent_one(pair):
    truth, result = pair
    figures = figures_of(truth, result)
    assert figures.mse == pytest.approx(metrics.mean_squared_error(truth, result), rel=1e-6)
    if figures.mse:
        assert figures.psnr == pytest.approx(metrics.peak_signal_noise_ratio(truth, result), rel=1e-6)
    oracle = metrics.structural_similarity(truth, result, channel_axis=-1, data_range=255)
    assert figures.ssim == pytest.approx(oracle, rel=1e-3, abs=1e-5)
    labs = [stacked_planes(truth), stacked_planes(result)]
    if np.ptp(result, axis=2).max() == 0:
        labs[1][..., 1:] = 0  # rounding leaves a millionth or so, where grey has no colour at all
    assert figures.ciede2000 == pytest.approx(color.deltaE_ciede2000(*labs).mean(), rel=1e-3, abs=1e-4)
    assert figures.ab_mse == pytest.approx(np.square(labs[0] - labs[1])[..., 1:].mean(), rel=1e-6, abs=1e-6)
    lab8 = [cv2.cvtColor(pixels, cv2.COLOR_RGB2Lab).astype(np.float64) for pixels in (truth, result)]
    assert figures.lab8_mse == pytest.approx(np.square(lab8[0] - lab8[1]).mean(), rel=1e-6)
    assert figures.colourfulness == pytest.approx(hasler_and_suesstrunk(result), rel=1e-6, abs=1e-6)


def stacked_planes(pixels):
    return np.stack(planes_of(pixels, Bench(3)), axis=-1).astype(np.float64)


def hasler_and_suesstrunk(pixels):
    red, green, blue = pixels.astype(np.float64).transpose(2, 0, 1)
    rg, yb = red - green, (red + green) / 2 - blue
    return np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())


def test_lightness_a_and_b_agree_with_scikit_image():
    pixels = scene(1)
    assert np.allclose(stacked_planes(pixels), color.rgb2lab(pixels), atol=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_ciede2000_agrees_with_scikit_image_pixel_by_pixel(seed):
    rng = np.random.default_rng(seed)
    labs = rng.uniform((0, -90, -90), (100, 90, 90), (2, 60, 80, 3)).astype(np.float32)
    found = ColourDifference().between(*(tuple(map(np.ascontiguousarray, lab.transpose(2, 0, 1))) for lab in labs))
    oracle = color.deltaE_ciede2000(*labs.astype(np.float64))
    assert found.mean() == pytest.approx(oracle.mean(), rel=1e-4)
    # At exactly opposite hues the formula itself jumps, so a few pixels may fall on the other side.
    assert np.isclose(found, oracle, rtol=1e-3, atol=1e-3).mean() > 0.999


def test_a_grey_without_hue_is_as_far_as_one_told_by_three_planes():
    one, (lightness, *_) = (planes_of(scene(seed), Bench(3)) for seed in (1, 2))
    zero = np.zeros_like(lightness)
    to_grey = ColourDifference().to_grey(one, lightness)
    assert np.allclose(to_grey, ColourDifference().between(one, (lightness, zero, zero)), atol=1e-4)


def test_ssim_agrees_with_scikit_image_to_five_decimals():
    truth, result = scene(1).astype(np.float32), scene(2).astype(np.float32)
    similarity = Similarity()
    similarity.look_at(truth)
    oracle = metrics.structural_similarity(truth, result, channel_axis=-1, data_range=255)
    assert similarity.total(result) / (54 * 74 * 3) == pytest.approx(oracle, abs=1e-5)


SHARMA = [  # from the table that the formula's authors published for testing
    ((50.0000, 2.6772, -79.7751), (50.0000, 0.0000, -82.7485), 2.0425),
    ((50.0000, 3.1571, -77.2803), (50.0000, 0.0000, -82.7485), 2.8615),
    ((50.0000, 2.8361, -74.0200), (50.0000, 0.0000, -82.7485), 3.4412),
    ((50.0000, -1.3802, -84.2814), (50.0000, 0.0000, -82.7485), 1.0000),
    ((50.0000, 0.0000, 0.0000), (50.0000, -1.0000, 2.0000), 2.3669),
    ((50.0000, 2.5000, 0.0000), (50.0000, 0.0000, -2.5000), 4.3065),
    ((50.0000, 2.5000, 0.0000), (73.0000, 25.0000, -18.0000), 27.1492),
    ((50.0000, 2.5000, 0.0000), (61.0000, -5.0000, 29.0000), 22.8977),
    ((50.0000, 2.5000, 0.0000), (56.0000, -27.0000, -3.0000), 31.9030),
    ((50.0000, 2.5000, 0.0000), (58.0000, 24.0000, 15.0000), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.2630),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "expected"), SHARMA)
def test_ciede2000_gives_the_published_values_both_ways(one, other, expected):
    planes = [tuple(np.full((1, 1), value, np.float32) for value in colour) for colour in (one, other)]
    assert ColourDifference().between(*planes)[0, 0] == pytest.approx(expected, rel=2e-4)
    assert ColourDifference().between(*planes[::-1])[0, 0] == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize("result", [scene(2, 90, 70), grey(np.random.default_rng(2), (90, 70))])
def test_figures_do_not_depend_on_how_a_photograph_is_cut_into_strips(result, monkeypatch):
    truth = scene(1, 90, 70)
    whole = figures_of(truth, result)
    monkeypatch.setattr(comparison, "STRIP", 700)
    assert len(list(comparison._strips(truth.shape))) == 9
    strips = figures_of(truth, result)
    assert [strips[f.key] for f in FIGURES] == pytest.approx([whole[f.key] for f in FIGURES], rel=1e-6)


def test_several_results_are_compared_as_each_alone_is():
    truth, results = scene(1), [scene(2), np.repeat(scene(3)[..., :1], 3, axis=2), scene(4)]
    _, together = COMPARER.figures(truth, results)
    assert together == [figures_of(truth, result) for result in results]


def test_benches_begin_where_opencv_rounds_every_value_alike():
    """Off a bound of 64 bytes its magnitude rounds the first few otherwise, and two runs would not agree."""
    arrays = [array for count in range(1, 9) for array in Bench(count).arrays((7, 9 * count))]
    assert {array.ctypes.data % 64 for array in arrays} == {0}


def test_a_grey_result_has_no_colourfulness_and_its_truth_has():
    truth = scene(3)
    colourfulness, (figures,) = COMPARER.figures(truth, [np.repeat(truth[..., :1], 3, axis=2)])
    assert colourfulness == pytest.approx(hasler_and_suesstrunk(truth), rel=1e-9)
    assert (figures.colourfulness, figures.colourfulness_ratio) == (0, 0)


def test_a_perfect_result_has_no_error_and_infinite_psnr():
    truth = scene(4)
    figures = figures_of(truth, truth.copy())
    assert (figures.mse, figures.ab_mse, figures.ciede2000, figures.lab8_mse) == (0, 0, 0, 0)
    assert figures.psnr == figures.lab8_psnr == math.inf
    assert figures.ssim == pytest.approx(1, abs=1e-6)
    assert figures.colourfulness_ratio == 1


def test_the_reports_pair_of_mse_and_psnr_belongs_together():
    assert psnr(51.36) == pytest.approx(31.02, abs=0.005)


def test_lab8_sees_colour_alone_where_lightness_is_kept():
    """Its error is that of a and b spread over three channels, up to rounding: so it flatters by about 5 dB."""
    truth = scene(5)
    lightness, *_ = planes_of(truth, Bench(3))
    grey = join(lightness, np.zeros((*lightness.shape, 2), np.float32), np.uint8)
    figures = figures_of(truth, grey)
    assert figures.lab8_mse == pytest.approx(figures.ab_mse * 2 / 3, rel=0.02)
    assert figures.lab8_psnr > figures.psnr + 1


def test_the_table_of_figures_names_every_figure_once():
    assert [figure.key for figure in FIGURES] == list(Figures.__dataclass_fields__)
