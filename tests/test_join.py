"""Laws of the join: every photograph keeps its own lightness, and colours outside sRGB lose chroma, nothing else."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import color

from lab_colorize import lab
from lab_colorize.gamut import Colours, cubed
from lab_colorize.join import enlarged, join

depths = pytest.mark.parametrize("depth", [np.uint8, np.uint16])
WITHIN = {np.uint8: 0.5, np.uint16: 0.05}  # units of L*: what rounding to integer levels may cost


def lightness_by_scikit_image(pixels):
    return color.rgb2lab(pixels / np.iinfo(pixels.dtype).max)[..., 0]


def random_planes(seed, chroma, shape=(40, 50)):
    rng = np.random.default_rng(seed)
    lightness = rng.uniform(0, 100, shape).astype(np.float32)
    angle, length = rng.uniform(0, 2 * np.pi, shape), rng.uniform(0, chroma, shape)
    ab = np.dstack([np.cos(angle) * length, np.sin(angle) * length]).astype(np.float32)
    return lightness, ab


@depths
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), chroma=st.floats(0, 120))
def test_lightness_is_kept_at_every_pixel_whatever_the_colour(depth, seed, chroma):
    lightness, ab = random_planes(seed, chroma)
    result = lightness_by_scikit_image(join(lightness, ab, depth))
    assert np.abs(result - lightness).max() < WITHIN[depth]


@depths
def test_without_colour_every_grey_level_comes_back_as_it_was(depth):
    grey = np.arange(np.iinfo(depth).max + 1, dtype=depth).reshape(256, -1)
    result = join(lab.lightness_of(grey), np.zeros((3, 2, 2), np.float32), depth)
    assert (result == grey[..., None]).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_colours_of_srgb_come_out_as_they_are(seed):
    truth = np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    exact = lab.lab_of(truth)
    result = join(np.ascontiguousarray(exact[..., 0]), np.ascontiguousarray(exact[..., 1:]))
    assert np.abs(result.astype(int) - truth).max() <= 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), chroma=st.floats(20, 120))
def test_a_colour_outside_srgb_keeps_its_hue_and_never_gains_chroma(seed, chroma):
    lightness, ab = random_planes(seed, chroma)
    result = color.rgb2lab(join(lightness, ab, np.uint16) / 65535)[..., 1:]
    before, after = np.linalg.norm(ab, axis=-1), np.linalg.norm(result, axis=-1)
    assert (after < before + 0.2).all()
    turned = np.abs(result[..., 0] * ab[..., 1] - result[..., 1] * ab[..., 0]) / np.maximum(before, 1e-6)
    assert turned.max() < 0.5  # distance, in Lab units, from the line between grey and the colour


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), chroma=st.floats(20, 120))
def test_no_more_chroma_is_taken_than_srgb_asks_for(seed, chroma):
    """A colour that was brought in lies on the surface of sRGB: a twentieth more chroma would be outside."""
    lightness, ab = random_planes(seed, chroma)
    fy = (lightness.ravel() + 16) / np.float32(116)
    colours = Colours(fy, cubed(fy), ab[..., 0].ravel() / np.float32(500), ab[..., 1].ravel() / np.float32(-200))
    light = colours.light(np.ones_like(fy))
    outside = ((light < -1e-4) | (light > 1 + 1e-4)).any(axis=-1)
    strays = Colours(*(plane[outside] for plane in (colours.fy, colours.luminance, colours.dx, colours.dz)))
    more = strays.light(strays.greatest_factor() + np.float32(0.05))
    assert ((more < 1e-4) | (more > 1 - 1e-4)).any(axis=-1).mean() > 0.99


@settings(max_examples=20, deadline=None)
@given(
    small=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    shape=st.tuples(st.integers(1, 400), st.integers(1, 400)),
)
def test_strips_enlarge_as_one_call_of_opencv_does(small, shape):
    if shape[0] < small[0] or shape[1] < small[1]:
        shape = (max(shape[0], small[0]), max(shape[1], small[1]))
    ab = np.random.default_rng(0).uniform(-50, 50, (*small, 2)).astype(np.float32)
    whole = cv2.resize(ab, shape[::-1], interpolation=cv2.INTER_CUBIC)
    assert np.allclose(enlarged(ab, shape), whole.reshape(*shape, 2), atol=1e-3)


def test_the_seams_between_strips_cannot_be_seen(monkeypatch):
    lightness, ab = random_planes(1, 40, (300, 200))
    ab = cv2.resize(ab, (30, 40))
    whole = join(lightness, ab)
    monkeypatch.setattr("lab_colorize.join.STRIP", 200)  # a row at a time
    assert (join(lightness, ab) == whole).all()
