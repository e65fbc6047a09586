"""Where the 313 bins come from, and that a colour written in them can be read again."""

import numpy as np
import pytest

from lab_colorize.colour.lab import AB_SCALE, KNEE, RGB_TO_XYZ, linear
from lab_colorize.zoo.bins import BINS, GRID, REACH, softly_encoded


def ab_of(rgb: np.ndarray) -> np.ndarray:
    """a* and b* (N, 2) of sRGB (N, 3) in 0..1, by the formulas in print."""
    xyz = linear(rgb) @ RGB_TO_XYZ.T
    f = np.where(xyz > KNEE**3, np.cbrt(xyz), xyz / (3 * KNEE**2) + 4 / 29)
    return np.stack([500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=-1)


def faces_of_the_cube() -> np.ndarray:
    level = np.arange(0, 256, 5) / 255
    colours = np.stack(np.meshgrid(level, level, level), axis=-1).reshape(-1, 3)
    return colours[((colours == 0) | (colours == 1)).any(axis=-1)]


@pytest.fixture(scope="module")
def distances():
    """How far each point of the grid is from the nearest colour of sRGB: {(a, b): units}."""
    colours = ab_of(faces_of_the_cube())
    points = [(a, b) for a in range(-140, 150, GRID) for b in range(-140, 150, GRID)]
    return {point: np.sqrt(np.square(colours - point).sum(axis=-1).min()) for point in points}


def test_there_are_313_bins():
    assert BINS.shape == (313, 2)
    assert len(np.unique(BINS, axis=0)) == 313


def test_the_bins_are_the_grid_points_within_reach_of_a_colour(distances):
    assert {tuple(map(int, point)) for point in BINS} == {point for point, d in distances.items() if d <= REACH}


def test_the_reach_is_no_matter_of_a_hair(distances):
    for reach in (13.35, 13.70):
        assert sum(distance <= reach for distance in distances.values()) == 313


def test_a_colour_is_shared_by_its_five_nearest_bins():
    colour = np.float32([[23.0, -41.0]])
    shares = softly_encoded(colour / np.float32(AB_SCALE))[0]
    distance = np.linalg.norm(BINS - colour, axis=-1)
    assert set(np.flatnonzero(shares)) == set(np.argsort(distance)[:5])
    assert shares.sum() == pytest.approx(1)
    nearest, fifth = np.sort(distance)[[0, 4]]
    # Gaussian: the ratio of two shares follows from their distances alone.
    expected = np.exp((nearest**2 - fifth**2) / (2 * 5.0**2))
    assert np.sort(shares)[-5] / shares.max() == pytest.approx(expected, rel=1e-4)


def test_every_colour_has_shares_even_one_that_no_camera_saw():
    corners = np.float32([[-1, -1], [1, 1], [-1, 1], [1, -1], [0, 0]])
    shares = softly_encoded(corners)
    np.testing.assert_allclose(shares.sum(axis=-1), 1, rtol=1e-5)
    assert (shares >= 0).all()


def test_shares_keep_the_shape_of_the_picture():
    assert softly_encoded(np.zeros((2, 3, 4, 2), np.float32)).shape == (2, 3, 4, 313)
