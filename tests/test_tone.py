"""Laws of telling black-and-white from colour: tone, however strong, is not colour; one red scarf is."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab_colorize.colour.tone import tone_of


def scene(seed=0, shape=(120, 160)):
    """A smooth grey picture with all lightnesses in it and a little grain."""
    rng = np.random.default_rng(seed)
    base = cv2.resize(rng.uniform(20, 235, (6, 8)).astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(base + rng.normal(0, 4, shape), 0, 255).astype(np.uint8)


def toned(grey, shadows, lights):
    """Grey printed in two inks, as sepia and cyanotype are: a colour for black, one for white, mixed between."""
    share = grey[..., None] / 255
    return np.rint(np.array(shadows) * (1 - share) + np.array(lights) * share).astype(np.uint8)


TONES = {
    "sepia": ((40, 20, 5), (255, 235, 200)),
    "selenium": ((30, 20, 35), (245, 240, 240)),
    "cyanotype": ((0, 20, 80), (230, 245, 255)),
    "yellowed": ((10, 10, 8), (240, 220, 150)),
    "grey": ((0, 0, 0), (255, 255, 255)),
}


@pytest.mark.parametrize("tone", TONES)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), quality=st.integers(40, 100))
def test_a_toned_print_is_black_and_white_even_as_a_jpeg(tone, seed, quality):
    picture = toned(scene(seed), *TONES[tone])
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert not tone_of(cv2.imdecode(data, cv2.IMREAD_COLOR)).in_colour


def test_a_48_bit_scan_of_a_grey_print_is_black_and_white():
    grey = scene().astype(np.uint16) * 257
    scan = np.dstack([grey, grey + np.uint16(200), grey])
    assert not tone_of(scan).in_colour


def test_one_red_scarf_makes_a_colour_photograph():
    picture = np.dstack([scene()] * 3)
    picture[40:70, 50:80] = (200, 30, 40)
    assert tone_of(picture).in_colour


def test_sky_and_grass_make_a_colour_photograph():
    grey = scene()
    picture = np.vstack(
        [toned(grey[:60], (20, 40, 80), (200, 220, 255)), toned(grey[60:], (10, 40, 10), (210, 240, 180))]
    )
    assert tone_of(picture).in_colour


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3, 2)])
def test_the_smallest_pictures_have_a_tone_too(shape):
    assert not tone_of(np.full((*shape, 3), 90, np.uint8)).in_colour
    assert not tone_of(np.full(shape, 90, np.uint8)).in_colour
