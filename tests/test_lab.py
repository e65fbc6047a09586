"""Laws of lightness: what comes out of pixels is CIE's L*, as another implementation computes it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage import color

from lab_colorize.colour import lab

rgb8 = hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)))


@given(rgb8)
def test_lab_is_that_of_scikit_image(rgb):
    assert np.allclose(lab.lab_of(rgb), color.rgb2lab(rgb), atol=0.02)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_every_grey_level_has_the_lightness_of_its_rgb_triple(depth):
    top = np.iinfo(depth).max
    grey = np.arange(top + 1, dtype=depth).reshape(256, -1)
    triple = np.dstack([grey] * 3)
    assert np.abs(lab.lightness_of(grey) - lab.lightness_of(triple)).max() < 1e-4


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_lightness_rises_with_every_grey_level_from_black_to_white(depth):
    table = lab.lightness_table(np.dtype(depth))
    assert table[0] == 0
    assert table[-1] == pytest.approx(100, abs=1e-4)
    assert (np.diff(table) > 0).all()


@given(st.floats(0, 1))
def test_the_srgb_curve_and_its_inverse_undo_each_other(value):
    assert float(lab.encoded(lab.linear(np.float64(value)))) == pytest.approx(value, abs=1e-6)


@settings(max_examples=25)
@given(hnp.arrays(np.float32, (3, 5), elements=st.floats(0, 100, width=32)))
def test_networks_see_lightness_between_minus_one_and_one(lightness):
    shown = lab.network_input(lightness)
    assert shown.shape == (1, 3, 5, 1)
    assert shown.min() >= -1
    assert shown.max() <= 1
