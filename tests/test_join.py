"""Laws of the join: every photograph keeps its own lightness, and colours outside sRGB lose chroma, nothing else."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import color

from lab_colorize.colour import lab
from lab_colorize.colour.enlarge import Enlarging
from lab_colorize.colour.formula import Formula
from lab_colorize.colour.gamut import within
from lab_colorize.colour.join import join
from lab_colorize.colour.lightness import lightness_through
from lab_colorize.colour.tables import Tables

depths = pytest.mark.parametrize("depth", [np.uint8, np.uint16])
RED_FIRST = slice(None)
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
    result = join(lightness_through(grey), np.zeros((3, 2, 2), np.float32), depth)
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
def test_no_colour_gains_chroma(seed, chroma):
    lightness, ab = random_planes(seed, chroma)
    result = color.rgb2lab(join(lightness, ab, np.uint16) / 65535)[..., 1:]
    assert (np.linalg.norm(result, axis=-1) < np.linalg.norm(ab, axis=-1) + 0.2).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_colour_outside_srgb_comes_to_lie_on_its_surface(seed):
    """On the line to grey of its luminance, with some primary at its end. What is inside stays as it is."""
    rng = np.random.default_rng(seed)
    light = rng.uniform(-1, 2, (3, 500)).astype(np.float32)
    luminance = (lab.RGB_TO_XYZ[1] @ light).astype(np.float32)
    light, luminance = light[:, (luminance > 0) & (luminance < 1)], luminance[(luminance > 0) & (luminance < 1)]
    mixed = within(light, luminance)
    outside = (light.min(axis=0) < 0) | (light.max(axis=0) > 1)
    assert np.allclose(mixed[:, ~outside], light[:, ~outside], atol=1e-6)
    ends = np.minimum(mixed.min(axis=0), 1 - mixed.max(axis=0))
    assert np.abs(ends[outside]).max() < 1e-6
    assert np.allclose(lab.RGB_TO_XYZ[1] @ mixed, luminance, atol=1e-6)
    assert np.allclose(np.cross(mixed - luminance, light - luminance, axis=0), 0, atol=1e-6)


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
    middle = shape[0] // 2
    colour = Enlarging(cv2.split(ab), shape)
    strips = [
        np.dstack(colour.rows(rows)) for rows in (slice(0, middle), slice(middle, shape[0])) if rows.start < rows.stop
    ]
    assert np.allclose(np.vstack(strips), whole.reshape(*shape, 2), atol=1e-3)


@pytest.mark.parametrize("way", [Formula, Tables])
def test_the_seams_between_strips_cannot_be_seen(monkeypatch, way):
    scan, ab = scan_and_colours(1, 40, (300, 200))
    lightness = scan if way is Tables else scan[:]
    whole = join(lightness, ab)
    monkeypatch.setattr(way, "STRIP", 200)  # a row at a time
    assert (join(lightness, ab) == whole).all()


@pytest.mark.parametrize("way", [Formula, Tables])
def test_the_order_in_memory_changes_no_pixel(way):
    scan, ab = scan_and_colours(2, 40)
    lightness = scan if way is Tables else scan[:]
    blue_first = join(lightness, ab, blue_first=True)
    assert (blue_first == join(lightness, ab)).all()
    assert blue_first[..., ::-1].flags.c_contiguous


def scan_and_colours(seed, chroma, shape=(120, 150)):
    """A grainy 8-bit scan and small colour planes, smooth as a network's."""
    rng = np.random.default_rng(seed)
    scene = cv2.resize(rng.uniform(-40, 300, (5, 6)).astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    levels = np.clip(scene + rng.normal(0, 6, shape), 0, 255).astype(np.uint8)
    ab = cv2.resize(rng.uniform(-chroma, chroma, (4, 4, 2)).astype(np.float32), (18, 15), interpolation=cv2.INTER_AREA)
    return lightness_through(levels), ab


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), chroma=st.floats(0, 60))
def test_the_tables_are_within_a_level_of_the_formula(seed, chroma):
    scan, ab = scan_and_colours(seed, chroma)
    by_formula = join(scan[:], ab)  # lightness given as floats leaves no other way
    by_tables = np.empty_like(by_formula)
    tables = Tables.of(scan, ab, by_tables, RED_FIRST)
    if tables is None:
        return  # colours too far apart: the formula it is
    tables.strip(slice(0, len(by_tables)))
    tables.finish()
    apart = np.abs(by_tables.astype(int) - by_formula)
    assert apart.max() <= 1
    assert (apart == 0).mean() > 0.8


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), chroma=st.floats(0, 60))
def test_the_tables_keep_lightness_too(seed, chroma):
    scan, ab = scan_and_colours(seed, chroma)
    assert np.abs(lightness_by_scikit_image(join(scan, ab)) - scan[:]).max() < WITHIN[np.uint8]


def test_colours_far_apart_are_left_to_the_formula():
    scan, _ = scan_and_colours(0, 0)
    pixels = np.empty((*scan.shape, 3), np.uint8)
    near, far = (np.float32([[[0, 0], [spread, -spread]]]) for spread in (60, 90))
    assert Tables.of(scan, near, pixels, RED_FIRST) is not None
    assert Tables.of(scan, far, pixels, RED_FIRST) is None


def test_tables_are_for_8_bits_only():
    deep = lightness_through(np.zeros((4, 4), np.uint16))
    assert Tables.of(deep, np.zeros((1, 1, 2), np.float32), np.empty((4, 4, 3), np.uint8), RED_FIRST) is None


@pytest.mark.parametrize("a", [-2e5, -150.0, -101.0, 99.0, 101.0, 150.0, 1e5])
@pytest.mark.parametrize("b", [-1e4, -99.0, 0.0, 150.0])
def test_colours_far_from_grey_move_no_lightness(a, b):
    grey = np.array([[10, 100, 200, 250, 254]], np.uint8)
    coloured = join(lightness_through(grey), np.full((1, 3, 2), (a, b), np.float32), np.uint8)
    before = color.rgb2lab(np.dstack([grey] * 3))[..., 0]
    assert np.abs(color.rgb2lab(coloured)[..., 0] - before).max() < 0.5
