"""What was asked for at a point is there, and close around it as far as lightness is alike; elsewhere nothing changes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize import Colorizer, Hint
from lab_colorize.colour.lab import AB_SCALE
from lab_colorize.colouring.held_hints import REACH, held_to

HEIGHT, WIDTH = 30, 40
seeds = st.integers(0, 2**32)
places = st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1))


def answer_of(seed):
    rng = np.random.default_rng(seed)
    ab = rng.uniform(-60, 60, (HEIGHT, WIDTH, 2)).astype(np.float32)
    return ab, rng.uniform(0, 100, (HEIGHT, WIDTH)).astype(np.float32)


def hinted(*hints):
    plane = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    for place, colour in hints:
        plane[place] = (*np.divide(colour, AB_SCALE), 1)
    return plane


@given(seeds, places)
def test_one_hint_is_there_and_reaches_no_further_than_its_surroundings(seed, place):
    ab, lightness = answer_of(seed)
    held = held_to(hinted((place, (20, -30))), ab, lightness)
    np.testing.assert_allclose(held[place], (20, -30), atol=1e-3)
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    beyond = np.maximum(abs(y - place[0]), abs(x - place[1])) > REACH
    np.testing.assert_array_equal(held[beyond], ab[beyond])


@given(places)
def test_what_has_another_lightness_keeps_its_colour(place):
    lightness = np.full((HEIGHT, WIDTH), 80, np.float32)
    lightness[:, : WIDTH // 2] = 40
    ab = np.full((HEIGHT, WIDTH, 2), 10, np.float32)
    held = held_to(hinted((place, (-40, 0))), ab, lightness)
    other = lightness != lightness[place]
    np.testing.assert_allclose(held[other], ab[other], atol=1e-3)
    assert (held[~other] <= 10).all()


@given(seeds, places, places)
def test_hints_that_are_kept_to_already_change_nothing(seed, one, other):
    ab, lightness = answer_of(seed)
    plane = hinted((one, ab[one]), (other, ab[other]))
    np.testing.assert_allclose(held_to(plane, ab, lightness), ab, atol=1e-3)
    np.testing.assert_array_equal(held_to(np.zeros_like(plane), ab, lightness), ab)


def test_what_is_to_stay_grey_stays_grey_beside_a_strong_colour():
    picture = np.full((120, 160), 70, np.uint8)
    picture[:, 80:] = 150
    hints = [Hint(40, 60, "firebrick"), Hint(120, 60, "as-is")]
    levels = Colorizer().colorize(picture, hints=hints).astype(int)
    assert np.ptp(levels[60, 120]) <= 6
    assert levels[60, 40, 0] > levels[60, 40, 1] + 40
