"""Each figure is what others compute, and what its definition says."""

import math

import numpy as np
import pytest
from skimage import color, metrics

from lab_colorize.evaluation import colour_difference, similarity
from lab_colorize.evaluation.colour_difference import ciede2000
from lab_colorize.evaluation.figures import FIGURES, Figures, colourfulness, figures_of, planes_of, psnr, truth_of
from lab_colorize.evaluation.similarity import ssim, windows_of

from .conftest import scene

SHAPES = [(60, 80), (7, 7), (33, 250), (300, 9)]


def pairs():
    """Photographs against paler, noisier, wholly different and nearly equal ones."""
    rng = np.random.default_rng(0)
    for seed, (height, width) in enumerate(SHAPES):
        truth = scene(seed, height, width)
        yield truth, np.clip(truth * 0.7 + 40, 0, 255).astype(np.uint8)
        yield truth, rng.integers(0, 256, truth.shape, dtype=np.uint8)
        yield truth, np.where(rng.random(truth.shape) < 0.01, 255 - truth, truth).astype(np.uint8)
        yield truth, np.repeat(truth[..., 1:2], 3, axis=2)


PAIRS = list(pairs())


@pytest.mark.parametrize(("truth", "result"), PAIRS)
def test_exact_figures_agree_with_independent_ones(truth, result):
    figures = figures_of(truth_of(truth), result)
    assert figures.mse == pytest.approx(metrics.mean_squared_error(truth, result), rel=1e-6)
    assert figures.psnr == pytest.approx(metrics.peak_signal_noise_ratio(truth, result), rel=1e-6)
    wide = [np.stack(planes_of(pixels), axis=-1).astype(np.float64) for pixels in (truth, result)]
    assert figures.ab_mse == pytest.approx(np.square(wide[0][..., 1:] - wide[1][..., 1:]).mean(), rel=1e-6)


@pytest.mark.parametrize(("truth", "result"), PAIRS)
def test_ssim_agrees_with_scikit_image(truth, result):
    oracle = metrics.structural_similarity(truth, result, channel_axis=-1, data_range=255)
    assert ssim(windows_of(truth), result) == pytest.approx(oracle, abs=1e-5)


@pytest.mark.parametrize(("truth", "result"), PAIRS)
def test_ciede2000_agrees_with_scikit_image(truth, result):
    planes = [planes_of(pixels) for pixels in (truth, result)]
    oracle = color.deltaE_ciede2000(*(np.stack(p, axis=-1).astype(np.float64) for p in planes))
    assert ciede2000(*planes).mean() == pytest.approx(oracle.mean(), rel=1e-4)
    # At exactly opposite hues the formula itself jumps, so a few pixels may fall on the other side.
    assert np.isclose(ciede2000(*planes), oracle, rtol=1e-3, atol=1e-3).mean() > 0.999


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
    assert ciede2000(*planes)[0, 0] == pytest.approx(expected, abs=2e-4)
    assert ciede2000(*planes[::-1])[0, 0] == pytest.approx(expected, abs=2e-4)


def test_figures_do_not_depend_on_how_a_photograph_is_cut_into_strips(monkeypatch):
    truth, result = scene(1, 90, 70), scene(2, 90, 70)
    whole = figures_of(truth_of(truth), result)
    monkeypatch.setattr(similarity, "_STRIP", 500)
    monkeypatch.setattr(colour_difference, "_STRIP", 500)
    strips = figures_of(truth_of(truth), result)
    assert len(windows_of(truth)) > 5
    assert [strips[f.key] for f in FIGURES] == pytest.approx([whole[f.key] for f in FIGURES], rel=1e-6)


def test_colourfulness_is_hasler_and_suesstrunks():
    pixels = scene(3)
    red, green, blue = pixels.astype(np.float64).transpose(2, 0, 1)
    rg, yb = red - green, (red + green) / 2 - blue
    expected = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
    assert colourfulness(pixels) == pytest.approx(expected, rel=1e-5)
    assert colourfulness(np.repeat(pixels[..., :1], 3, axis=2)) == 0


def test_a_perfect_result_has_no_error_and_infinite_psnr():
    truth = scene(4)
    figures = figures_of(truth_of(truth), truth.copy())
    assert (figures.mse, figures.ab_mse, figures.ciede2000, figures.lab8_mse) == (0, 0, 0, 0)
    assert figures.psnr == figures.lab8_psnr == math.inf
    assert figures.ssim == pytest.approx(1, abs=1e-6)
    assert figures.colourfulness_ratio == 1


def test_the_reports_pair_of_mse_and_psnr_belongs_together():
    assert psnr(51.36) == pytest.approx(31.02, abs=0.005)


def test_lab8_sees_colour_alone_where_lightness_is_kept():
    """Its error is that of a and b spread over three channels, up to rounding: so it flatters by about 5 dB."""
    truth = scene(5)
    lightness, *_ = planes_of(truth)
    from lab_colorize.join import join

    grey = join(lightness, np.zeros((*lightness.shape, 2), np.float32), np.uint8)
    figures = figures_of(truth_of(truth), grey)
    assert figures.lab8_mse == pytest.approx(figures.ab_mse * 2 / 3, rel=0.02)
    assert figures.lab8_psnr > figures.psnr + 1


def test_the_table_of_figures_names_every_figure_once():
    assert [figure.key for figure in FIGURES] == list(Figures.__dataclass_fields__)
