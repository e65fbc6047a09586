"""Each figure is what others compute, and what its definition says."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import color, metrics

from lab_colorize.colour.join import join
from lab_colorize.colour.lab import lab_of
from lab_colorize.colour.psnr import psnr
from lab_colorize.evaluation import comparison
from lab_colorize.evaluation.comparison import compared
from lab_colorize.evaluation.figures import FIGURES, Figures

from .conftest import scene


def figures_of(truth, result):
    (figures,) = compared(truth, [result])[1]
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
    labs = [color.rgb2lab(pixels) for pixels in (truth, result)]
    assert figures.ciede2000 == pytest.approx(color.deltaE_ciede2000(*labs).mean(), rel=1e-3, abs=1e-4)
    assert figures.ab_mse == pytest.approx(np.square(labs[0] - labs[1])[..., 1:].mean(), rel=1e-3, abs=1e-3)
    lab8 = [cv2.cvtColor(pixels, cv2.COLOR_RGB2Lab).astype(np.float64) for pixels in (truth, result)]
    assert figures.lab8_mse == pytest.approx(np.square(lab8[0] - lab8[1]).mean(), rel=1e-6)
    assert figures.colourfulness == pytest.approx(hasler_and_suesstrunk(result), rel=1e-6, abs=1e-6)


def hasler_and_suesstrunk(pixels):
    red, green, blue = pixels.astype(np.float64).transpose(2, 0, 1)
    rg, yb = red - green, (red + green) / 2 - blue
    return np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())


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
    _, together = compared(truth, results)
    assert together == [figures_of(truth, result) for result in results]


def test_a_grey_result_has_no_colourfulness_and_its_truth_has():
    truth = scene(3)
    colourfulness, (figures,) = compared(truth, [np.repeat(truth[..., :1], 3, axis=2)])
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
    lightness = lab_of(truth)[..., 0]
    grey = join(lightness, np.zeros((*lightness.shape, 2), np.float32), np.uint8)
    figures = figures_of(truth, grey)
    assert figures.lab8_mse == pytest.approx(figures.ab_mse * 2 / 3, rel=0.02)
    assert figures.lab8_psnr > figures.psnr + 1


def test_the_table_of_figures_names_every_figure_once():
    assert [figure.key for figure in FIGURES] == list(Figures.__dataclass_fields__)
