"""Laws of Cb and Cr for luma that is there already, held against scikit-image and JFIF's own formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import color

from lab_colorize.colour.chroma import chroma_for
from lab_colorize.colour.lab import light_table

LIGHT = light_table(np.dtype(np.uint8))
levels = st.integers(0, 255)


def decoded(luma, blue, red):
    """JFIF's conversion, neither rounded nor clipped."""
    y, cb, cr = (plane.astype(float) for plane in (luma, blue, red))
    cb, cr = cb - 128, cr - 128
    return np.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], axis=-1)


def lab_by_scikit_image(pixels):
    return color.rgb2lab(np.clip(pixels, 0, 255) / 255)


def random_colours(seed, chroma, shape=(60, 80)):
    rng = np.random.default_rng(seed)
    angle, length = rng.uniform(0, 2 * np.pi, shape), rng.uniform(0, chroma, shape)
    ab = np.dstack([np.cos(angle) * length, np.sin(angle) * length]).astype(np.float32)
    return rng.integers(0, 256, shape).astype(np.uint8), ab


@given(st.tuples(levels, levels, levels).filter(lambda rgb: min(rgb) > 60 and max(rgb) < 230))
def test_a_pixel_of_srgb_gets_its_own_colour_back(rgb):
    """Its luma, a* and b* are enough to find it again, as nearly as whole levels allow."""
    pixel = np.array(rgb, float)
    luma = np.full((4, 4), np.rint(pixel @ [0.299, 0.587, 0.114]), np.uint8)
    wanted = lab_by_scikit_image(pixel)
    blue, red = chroma_for(luma, np.full((1, 1, 2), wanted[1:], np.float32), LIGHT)
    assert np.abs(decoded(luma, blue, red)[0, 0] - pixel).max() < 2.5


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), chroma=st.floats(1, 400))
def test_no_colour_is_left_outside_srgb(seed, chroma):
    """A decoder would clip it, and lightness with it."""
    luma, ab = random_colours(seed, chroma)
    pixels = decoded(luma, *chroma_for(luma, ab, LIGHT))
    assert pixels.min() > -3
    assert pixels.max() < 258
    assert np.quantile(pixels, 0.02) > -1.5
    assert np.quantile(pixels, 0.98) < 256.5


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), chroma=st.floats(1, 25))
def test_colours_within_srgb_are_those_asked_for(seed, chroma):
    luma, ab = random_colours(seed, chroma)
    luma = 80 + luma // 3
    found = lab_by_scikit_image(decoded(luma, *chroma_for(luma, ab, LIGHT)))
    assert np.abs(found[..., 1:] - ab).mean() < 0.4


def test_without_colour_all_levels_stay_grey():
    luma = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for plane in chroma_for(luma, np.zeros((3, 3, 2), np.float32), LIGHT):
        assert (plane == 128).all()


def test_black_and_white_have_no_colour():
    luma = np.array([[0, 255] * 20] * 10, np.uint8)
    for plane in chroma_for(luma, random_colours(1, 60, (5, 20))[1], LIGHT):
        assert np.abs(plane.astype(int) - 128).max() <= 1


@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.6])
def test_a_scan_with_other_tones_gets_the_same_colours(gamma):
    """Colours are found by what the levels stand for, not by the levels."""
    luma, ab = random_colours(5, 20)
    luma = 100 + luma // 4
    pixels = decoded(luma, *chroma_for(luma, ab, (np.arange(256) / 255) ** gamma))
    light = (np.clip(pixels, 0, 255) / 255) ** gamma
    srgb = np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, light * 12.92)
    assert np.abs(lab_by_scikit_image(srgb * 255)[..., 1:] - ab).mean() < 0.5


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (5, 1), (3, 40000 // 3)])
def test_pictures_of_any_shape_are_taken(shape):
    luma = np.full(shape, 128, np.uint8)
    blue, red = chroma_for(luma, random_colours(2, 30, (9, 7))[1], LIGHT)
    assert blue.shape == red.shape == shape
