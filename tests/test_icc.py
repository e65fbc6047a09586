"""ICC curves agree with LittleCMS; the sRGB profile is sRGB to it too."""

import io
import struct

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from lab_colorize.colour.icc import SRGB_PROFILE, grey_curve, rgb_to_xyz, suits
from tests import makers as m

X = np.linspace(0, 1, 257)
SRGB_PARAMETERS = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
DOT_GAIN = np.clip(X**1.75 * 0.98 + 0.02 * X, 0, 1)
CURVES = {
    "straight": b"curv" + struct.pack(">II", 0, 0),
    "gamma 1.8": m.gamma_curve(1.8),
    "gamma 2.2": m.gamma_curve(2.2),
    "table": m.table_curve(DOT_GAIN),
    "table of two": m.table_curve(np.array([0.1, 0.9])),
    "function 0": m.parametric_curve(0, 2.2),
    "function 1": m.parametric_curve(1, 2.2, 0.9, 0.1),
    "function 1 with a start": m.parametric_curve(1, 2.0, 1.2, -0.2),
    "function 2": m.parametric_curve(2, 2.0, 0.9, 0.05, 0.02),
    "function 3": m.parametric_curve(3, *SRGB_PARAMETERS),
    "function 4": m.parametric_curve(4, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045, 0.0, 0.0),
}
ADOBE_RGB = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]


def _lightness_by_lcms(values: m.Array, profile: bytes, space: str) -> m.Array:
    """L* by LittleCMS, relative colorimetric."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    out = imagecodecs.cms_transform(
        values, profile, lab, colorspace=space, outcolorspace="lab", outdtype="float64", intent=1
    )
    found: m.Array = np.asarray(out)[..., 0]
    return found


def _lightness(y: m.Array) -> m.Array:
    return np.where(y > (6 / 29) ** 3, 116 * np.cbrt(y) - 16, y * (29 / 3) ** 3)


@pytest.mark.parametrize("space", [b"XYZ ", b"Lab "])
@pytest.mark.parametrize("kind", CURVES)
def test_a_grey_curve_agrees_with_lcms(kind: str, space: bytes) -> None:
    profile = m.grey_profile(CURVES[kind], space=space)
    curve = grey_curve(profile)
    assert curve is not None
    levels = np.arange(0, 65536, 257, dtype=np.uint16).reshape(1, -1)
    expected = _lightness_by_lcms(levels, profile, "gray")[0]
    assert np.abs(_lightness(curve(levels[0] / 65535)) - expected).max() < 0.15


@pytest.mark.parametrize("kind", ["gamma 2.2", "table", "function 3"])
def test_an_rgb_profile_agrees_with_lcms(kind: str) -> None:
    profile = m.rgb_profile(CURVES[kind], ADOBE_RGB)
    found = rgb_to_xyz(profile)
    assert found is not None
    pixels = m.colour(bits=16)
    linear = np.stack([curve(pixels[..., i] / 65535) for i, curve in enumerate(found.curves)], axis=-1)
    luminance = linear @ found.matrix[1]
    assert np.abs(_lightness(luminance) - _lightness_by_lcms(pixels, profile, "rgb")).max() < 0.15


def test_lcms_takes_our_srgb_for_its_own() -> None:
    ours = ImageCms.ImageCmsProfile(io.BytesIO(SRGB_PROFILE))
    theirs = ImageCms.createProfile("sRGB")
    picture = Image.fromarray(np.random.default_rng(7).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    for there, back in ((ours, theirs), (theirs, ours)):
        seen = ImageCms.profileToProfile(picture, there, back)
        assert seen is not None
        assert np.abs(np.asarray(seen).astype(int) - np.asarray(picture)).max() <= 1
    assert ImageCms.getProfileDescription(ours).strip() == "sRGB"


def test_our_srgb_reads_as_srgb() -> None:
    found = rgb_to_xyz(SRGB_PROFILE)
    assert found is not None
    assert found.matrix.sum(axis=1) == pytest.approx([0.9642, 1.0, 0.8249], abs=2e-4)
    exact = np.where(X <= 0.04045, X / 12.92, ((X + 0.055) / 1.055) ** 2.4)
    assert np.abs(found.curves[1](X) - exact).max() < 2e-5


def test_curves_stay_within_0_and_1() -> None:
    for tag in CURVES.values():
        curve = grey_curve(m.grey_profile(tag))
        assert curve is not None
        assert curve(X).min() >= 0
        assert curve(X).max() <= 1


def test_a_profile_suits_pixels_of_its_own_kind() -> None:
    grey = m.grey_profile(CURVES["gamma 2.2"])
    assert suits(grey, 1)
    assert not suits(grey, 3)
    assert suits(SRGB_PROFILE, 3)
    assert grey_curve(SRGB_PROFILE) is None
    assert rgb_to_xyz(grey) is None


@given(st.binary(max_size=300), st.integers(0, 600), st.integers(0, 600))
def test_a_broken_profile_counts_as_none_and_never_crashes(noise: bytes, start: int, keep: int) -> None:
    for whole in (m.grey_profile(CURVES["table"]), m.grey_profile(CURVES["function 4"]), SRGB_PROFILE):
        spoilt = (whole[:start] + noise + whole[start + len(noise) :])[: keep + 128]
        for curve in (grey_curve(spoilt), *getattr(rgb_to_xyz(spoilt), "curves", ())):
            if curve is not None:
                assert np.isfinite(curve(X)).all()
    assert grey_curve(noise) is None
    assert rgb_to_xyz(noise) is None
