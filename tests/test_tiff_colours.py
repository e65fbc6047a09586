"""TIFFs of inks (CMYK) and of CIE Lab look as other readers show them, and grey ones keep their lightness."""

import io
import struct
from importlib import util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from lab_colorize.colour.icc import SRGB_PROFILE
from lab_colorize.colour.lab import lightness_of
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.in_memory import colorize_bytes
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import UnreadablePhoto, UnsupportedFormat
from lab_colorize.photos.photo import read_photo

from . import makers as m

RELATIVE, EXACT = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.NOOPTIMIZE
BLACK_POINTS = ImageCms.Flags.BLACKPOINTCOMPENSATION
INKS = np.dstack([m.colour() // 2, m.grey() // 3])
PACKINGS = [{}, {"compression": "lzw"}, {"compression": "deflate", "predictor": True}, {"planarconfig": "separate"}]
SRGB_TO_D50 = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
# The eight corners of RGB, greys, and colours between.
COLOURS = np.stack(np.meshgrid(*[np.linspace(0, 255, 6)] * 3), axis=-1).reshape(12, 18, 3).round().astype(np.uint8)


def separated(inks, profile: bytes | None = None, **options) -> bytes:
    """A CMYK TIFF."""
    planes = inks.transpose(2, 0, 1) if options.get("planarconfig") == "separate" else inks
    return m.tiff(planes, photometric="separated", iccprofile=profile, **options)


def by_pillow(data: bytes, profile: bytes, flags=EXACT | BLACK_POINTS):
    """What Pillow and LittleCMS make of a file of 8 bits."""
    opened = Image.open(io.BytesIO(data))
    profiles = (ImageCms.ImageCmsProfile(io.BytesIO(one)) for one in (profile, SRGB_PROFILE))
    seen = ImageCms.profileToProfile(opened, *profiles, renderingIntent=RELATIVE, outputMode="RGB", flags=flags)
    return np.asarray(seen)


@pytest.mark.parametrize("packing", PACKINGS, ids=str)
def test_inks_without_a_profile_look_as_pillow_shows_them(packing) -> None:
    data = separated(INKS, **packing)
    seen = np.asarray(Image.open(io.BytesIO(separated(INKS))).convert("RGB"))
    found = read_photo(data)
    assert np.abs(found.pages[0].pixels.astype(int) - seen).max() <= 1
    assert found.metadata.notes == ("its CMYK inks were converted to RGB by the plain formula, as it has no profile",)


def test_inks_with_a_profile_look_as_pillow_shows_them() -> None:
    data = separated(INKS, m.inks_profile())
    found = read_photo(data)
    assert np.abs(found.pages[0].pixels.astype(int) - by_pillow(data, m.inks_profile())).max() <= 1
    assert found.metadata.notes == ("its CMYK inks were converted to RGB through its profile",)


def test_inks_of_sixteen_bits_keep_them() -> None:
    data = separated(INKS.astype(np.uint16) * 257, m.inks_profile())
    found = read_photo(data).pages[0].pixels
    assert found.dtype == np.uint16
    eight = read_photo(separated(INKS, m.inks_profile())).pages[0].pixels
    assert np.abs(found / 257 - eight).max() <= 1


def test_a_scan_in_black_ink_is_coloured_at_its_own_lightness(tiny_model: Path) -> None:
    """A black-and-white photograph as a prepress department saves it."""
    inks = np.dstack([np.zeros((40, 56, 3), np.uint8), 255 - m.grey()])
    data = separated(inks, m.inks_profile())
    done = colorize_bytes(data, name="x", colorizer=Colorizer(tiny_model), options=ColorizeOptions())
    result = read_photo(done.content).pages[0].pixels
    assert np.abs(lightness_of(result) - lightness_of(by_pillow(data, m.inks_profile()))).max() < 1
    assert any("CMYK" in note for note in done.notes)


def test_without_the_extra_a_profile_of_inks_is_not_guessed(monkeypatch) -> None:
    there = util.find_spec
    monkeypatch.setattr(
        "lab_colorize.photos.formats.extras.find_spec", lambda name: None if name == "imagecodecs" else there(name)
    )
    with pytest.raises(UnsupportedFormat, match="CMYK TIFF with a colour profile") as refused:
        read_photo(separated(INKS, m.inks_profile()))
    assert "lab-colorize[formats]" in refused.value.remedy
    assert read_photo(separated(INKS)).pages


def test_a_profile_of_inks_that_makes_no_sense_is_told() -> None:
    with pytest.raises(UnreadablePhoto, match="profile"):
        read_photo(separated(INKS, b"no profile at all" * 20))


def test_other_inks_are_refused() -> None:
    with pytest.raises(UnsupportedFormat, match="inks other than CMYK"):
        read_photo(separated(INKS, extratags=[(332, 3, 1, 2, True)]))


# --- Lab


def lab_of(rgb):
    """Lab (H, W, 3) of sRGB as floats, white being D50: the matrix is Lindbloom's, by Bradford's adaptation."""
    value = rgb / 255
    light = np.where(value > 0.04045, ((value + 0.055) / 1.055) ** 2.4, value / 12.92)
    xyz = light @ SRGB_TO_D50.T / SRGB_TO_D50.sum(axis=1)
    x, y, z = np.moveaxis(np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def stored(lab, bits: int, *, signed: bool):
    """How TIFF writes Lab: its own way or ICC's."""
    top, unit = (255, 1) if bits == 8 else (65535 if signed else 65280, 256)
    light = np.rint(lab[..., :1] * top / 100)
    ab = np.rint(lab[..., 1:] * unit) + (0 if signed else 1 << (bits - 1))
    both = np.concatenate([light, ab], axis=-1).astype(np.int64)
    return (both & ((1 << bits) - 1)).astype(np.uint8 if bits == 8 else np.uint16)


def lab_tiff(lab, bits: int, *, signed: bool) -> bytes:
    return m.tiff(stored(lab, bits, signed=signed), photometric="cielab" if signed else "icclab")


@pytest.mark.parametrize("signed", [True, False], ids=["CIE", "ICC"])
@pytest.mark.parametrize("bits", [8, 16])
def test_lab_comes_back_as_the_colours_it_was_made_of(bits: int, signed: bool) -> None:
    found = read_photo(lab_tiff(lab_of(COLOURS), bits, signed=signed))
    pixels = found.pages[0].pixels
    off = np.abs(pixels / (257 if bits == 16 else 1) - COLOURS)
    assert pixels.dtype.itemsize == bits // 8
    assert off.max() <= (12 if bits == 8 else 0.6)  # a* and b* in whole units, and the slope of sRGB near black
    assert off.mean() < 1
    assert found.metadata.notes == ("its CIE Lab was converted to RGB",)


def test_lab_looks_as_pillow_shows_it() -> None:
    data = lab_tiff(lab_of(COLOURS), 8, signed=True)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    off = np.abs(read_photo(data).pages[0].pixels.astype(int) - by_pillow(data, lab, EXACT))
    assert off.mean() < 0.1
    assert off.max() <= 1


def lightness_alone(light, *, signed: bool) -> bytes:
    """A TIFF of L* without colours, which tifffile does not write: one of grey, called so."""
    entry = struct.pack("<HHII", 262, 3, 1, 1)
    data = m.tiff(light)
    assert entry in data
    return data.replace(entry, struct.pack("<HHII", 262, 3, 1, 8 if signed else 9))


@given(st.integers(0, 255), st.booleans(), st.booleans())
def test_neutral_lab_is_grey_and_of_that_lightness(level: int, signed: bool, alone: bool) -> None:
    light = np.full((4, 5, 1), level * 100 / 255)
    samples = stored(np.concatenate([light, np.zeros((4, 5, 2))], axis=-1), 8, signed=signed)
    kind = "cielab" if signed else "icclab"
    data = lightness_alone(samples[..., 0], signed=signed) if alone else m.tiff(samples, photometric=kind)
    found = read_photo(data).pages[0].pixels
    assert found.ndim == 2
    assert abs(lightness_of(found)[0, 0] - level * 100 / 255) < 0.35


def test_lab_that_libtiff_would_have_to_interpret_is_refused() -> None:
    with pytest.raises(UnsupportedFormat):
        read_photo(m.tiff(m.colour(), photometric="cielab", compression="jpeg"))
