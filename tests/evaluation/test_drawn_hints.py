"""Hints drawn from the truth: true, within the photograph, the same each time, few before many."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.colour.lab import lab_of
from lab_colorize.colouring.hint_plane import ab_of
from lab_colorize.evaluation.drawn_hints import drawn_hints


@given(st.integers(7, 60), st.integers(7, 60), st.text(max_size=9))
def test_hints_lie_within_the_photograph_and_say_its_colour(height, width, name):
    truth = np.full((height, width, 3), (200, 80, 40), np.uint8)
    for hint in drawn_hints(truth, 20, name):
        hint.at(width, height)
        np.testing.assert_allclose(ab_of(hint.colour), lab_of(truth)[0, 0, 1:], atol=0.02)


def test_more_hints_begin_with_the_fewer_and_names_decide_them():
    truth = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    assert drawn_hints(truth, 9, "a")[:4] == drawn_hints(truth, 4, "a")
    assert drawn_hints(truth, 4, "a") != drawn_hints(truth, 4, "b")
    assert drawn_hints(truth, 0, "a") == ()
