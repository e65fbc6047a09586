"""Formats that archives hold beside the usual ones: GIF, PGM and PPM, Photoshop, HEIC, JPEG XL."""

import io
import random
import shutil
import struct
import subprocess
import sys
from importlib import util
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.in_memory import colorize_bytes
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import OutputError, PhotoTooLarge, UnreadablePhoto, UnsupportedFormat
from lab_colorize.photos.formats.base import Metadata, Page
from lab_colorize.photos.formats.jpeg_xl_header import read_codestream
from lab_colorize.photos.kinds import Format
from lab_colorize.photos.photo import Photo, encode_photo, probe_photo, read_photo

from . import makers as m
from .programs import benchmark_called

G8, C8, A8 = m.grey(), m.colour(), m.alpha()
G16, C16 = m.grey(bits=16), m.colour(bits=16)
ODD = m.colour(41, 57)
RESOURCES = {0x0404: m.IPTC, 0x0424: m.XMP, 0x0422: m.exif(6), 0x040F: m.SRGB_OF_PILLOW}
RESOURCES[0x03ED] = (300 << 16).to_bytes(4, "big") + b"\0\1\0\1" + (600 << 16).to_bytes(4, "big") + b"\0\1\0\1"


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def boxed_jpeg_xl(pixels=G8, *, exif=None, xmp=m.XMP, packed=False) -> bytes:
    """A JPEG XL in a container, with its metadata in boxes of their own."""
    signature = m.box(b"JXL ", b"\r\n\x87\n") + m.box(b"ftyp", b"jxl \0\0\0\0jxl ")
    blocks = ((b"Exif", bytes(4) + (exif or m.exif(1))), (b"xml ", xmp))
    held = [
        m.box(b"brob", kind + bytes(imagecodecs.brotli_encode(block))) if packed else m.box(kind, block)
        for kind, block in blocks
    ]
    return signature + b"".join(held) + m.box(b"jxlc", m.jpeg_xl(pixels))


SEEDS = {
    "grey GIF": (lambda: m.pillow(G8, "GIF"), G8),
    "interlaced GIF": (lambda: m.pillow(G8, "GIF", interlace=1), G8),
    "PGM": (lambda: m.netpbm(G8, 255), G8),
    "PGM of 16 bits": (lambda: m.netpbm(G16, 65535), G16),
    "PPM": (lambda: m.netpbm(C8, 255, comment=b"# by hand\n"), C8),
    "plain PPM": (lambda: m.netpbm(C8, 255, plain=True), C8),
    "PBM": (lambda: saved(Image.fromarray(G8 > 127), "PPM"), np.where(G8 > 127, 255, 0).astype(np.uint8)),
    "PSD": (lambda: m.photoshop(C8, resources=RESOURCES), C8),
    "PSD of odd size": (lambda: m.photoshop(ODD), ODD),
    "PSD that is not packed": (lambda: m.photoshop(G8, packed=False), G8),
    "PSD of 16 bits": (lambda: m.photoshop(C16), C16),
    "PSB": (lambda: m.photoshop(G16, large=True), G16),
    "PSD with a mask": (lambda: m.photoshop(np.dstack([C8, A8])), C8),
    "HEIC": (lambda: m.heic(C8), C8),
    "grey HEIC": (lambda: m.heic(G8), G8),
    "HEIC of 12 bits": (lambda: m.heic(C16), C16),
    "JPEG XL": (lambda: m.jpeg_xl(C8), C8),
    "JPEG XL in a container": (boxed_jpeg_xl, G8),
}
ROUNDING = {"HEIC": 1, "HEIC of 12 bits": 160}  # YCbCr, and 10 of the 16 bits


@pytest.mark.parametrize("kind", SEEDS)
def test_pixels_are_read_as_another_library_wrote_them(kind: str) -> None:
    make, pixels = SEEDS[kind]
    found = read_photo(make()).pages[0].pixels
    assert found.dtype == pixels.dtype
    assert found.shape == pixels.shape
    assert np.abs(found.astype(int) - pixels).max() <= ROUNDING.get(kind, 0)


@pytest.mark.parametrize("kind", SEEDS)
def test_a_file_that_breaks_off_is_never_a_photograph(kind: str) -> None:
    data = SEEDS[kind][0]()
    for share in (0.2, 0.5, 0.9):
        with pytest.raises(UnreadablePhoto):
            read_photo(data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", SEEDS)
def test_more_pixels_than_allowed_are_refused_by_the_header(kind: str) -> None:
    with pytest.raises(PhotoTooLarge):
        read_photo(SEEDS[kind][0](), max_pixels=40 * 56 - 1)


@pytest.mark.parametrize("kind", SEEDS)
def test_a_result_is_a_tiff_or_of_its_own_kind(kind: str, tiny_model: Path) -> None:
    options = ColorizeOptions(force=True)
    data = SEEDS[kind][0]()
    done = colorize_bytes(data, name="x", colorizer=Colorizer(tiny_model), options=options)
    heic = "HEIC" in kind
    assert done.format is (Format.HEIC if heic else Format.TIFF)
    assert read_photo(done.content).format is done.format
    assert any("written as TIFF" in note for note in done.notes) != heic
    deep = read_photo(data).pages[0].depth
    assert read_photo(done.content).pages[0].depth == deep


def test_pillow_reads_the_photoshop_document_of_these_tests_alike() -> None:
    """So that it is no misunderstanding of its own."""
    for pixels in (G8, C8, ODD):
        for packed in (False, True):
            data = m.photoshop(pixels, packed=packed)
            assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)
            assert np.array_equal(read_photo(data).pages[0].pixels, pixels)


@pytest.mark.skipif(shutil.which("gm") is None, reason="apt install graphicsmagick")
@pytest.mark.parametrize("pixels", [G8, C8, G16, C16, ODD], ids=["grey", "colour", "16 grey", "16 colour", "odd"])
def test_what_graphicsmagick_writes_is_read(tmp_path: Path, pixels) -> None:
    (tmp_path / "a.ppm").write_bytes(m.netpbm(pixels, int(np.iinfo(pixels.dtype).max)))
    for name in ("a.psd", "a.gif") if pixels is G8 else ("a.psd",):
        subprocess.run(["gm", "convert", "a.ppm", name], cwd=tmp_path, check=True)
        found = read_photo(tmp_path / name)
        assert np.array_equal(found.pages[0].pixels, pixels)


@pytest.mark.skipif(shutil.which("cjxl") is None, reason="apt install libjxl-tools")
@pytest.mark.parametrize("pixels", [G8, C8, G16, C16], ids=["grey", "colour", "16 grey", "16 colour"])
def test_what_cjxl_writes_is_read(tmp_path: Path, pixels) -> None:
    (tmp_path / "a.png").write_bytes(bytes(imagecodecs.png_encode(pixels)))
    subprocess.run(["cjxl", "-q", "100", "a.png", "a.jxl"], cwd=tmp_path, check=True, capture_output=True)
    assert np.array_equal(read_photo(tmp_path / "a.jxl").pages[0].pixels, pixels)


@pytest.mark.skipif(shutil.which("cjxl") is None, reason="apt install libjxl-tools")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_recompressed_jpeg_is_upright_and_keeps_its_metadata(tmp_path: Path, orientation: int) -> None:
    """Such a file holds its metadata packed, and its orientation twice."""
    exif = m.exif(orientation)
    (tmp_path / "a.jpg").write_bytes(m.pillow(G8, "JPEG", exif=b"Exif\0\0" + exif, xmp=m.XMP, quality=97))
    subprocess.run(["cjxl", "a.jpg", "a.jxl"], cwd=tmp_path, check=True, capture_output=True)
    found = read_photo(tmp_path / "a.jxl")
    assert np.abs(found.pages[0].pixels.astype(int) - m.seen(G8, orientation)).max() <= 8
    assert found.metadata.exif == exif
    assert found.metadata.xmp == m.XMP


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_is_turned_as_its_properties_say(orientation: int) -> None:
    pillow_heif.register_heif_opener()
    data = saved(Image.fromarray(G8), "HEIF", quality=-1, exif=b"Exif\0\0" + m.exif(orientation))
    assert np.array_equal(read_photo(data).pages[0].pixels, m.seen(G8, orientation))


@given(st.integers(1, 700), st.integers(1, 700), st.sampled_from([(), (3,), (4,)]))
def test_the_size_of_a_jpeg_xl_is_read_out_of_its_first_bits(
    width: int, height: int, channels: tuple[int, ...]
) -> None:
    found = read_codestream(m.jpeg_xl(np.zeros((height, width, *channels), np.uint8), effort=1)[:64])
    assert (found.width, found.height) == (width, height)
    assert (found.colours, found.has_alpha) == (3 if channels else 1, channels == (4,))


@given(st.integers(1, 65535), st.booleans(), st.booleans())
def test_levels_of_any_range_are_stretched_from_black_to_white(top: int, colour: bool, plain: bool) -> None:
    levels = np.linspace(0, top, 24).astype(int).reshape(2, 4, 3)
    levels = levels if colour else levels[..., 0]
    found = read_photo(m.netpbm(levels, top, plain=plain)).pages[0].pixels
    white = 65535 if top > 255 else 255
    assert found.dtype.itemsize == (2 if top > 255 else 1)
    assert np.array_equal(found, np.rint(levels * (white / top)))


def test_of_several_pictures_the_first_is_read_with_its_transparency(tmp_path: Path) -> None:
    first = Image.fromarray(C8).quantize(64)
    data = saved(first, "GIF", transparency=5, save_all=True, append_images=[first.rotate(180)], comment=b"1931")
    found, theirs = read_photo(data), Image.open(io.BytesIO(data)).convert("RGBA")
    rgba = np.asarray(theirs)
    assert found.pages[0].alpha is not None
    assert np.array_equal(found.pages[0].alpha, rgba[..., 3])
    assert np.array_equal(found.pages[0].pixels[rgba[..., 3] > 0], rgba[..., :3][rgba[..., 3] > 0])
    assert found.metadata.notes == ("only the first of its 2 pictures was coloured", "its comments were left behind")


def test_what_a_photoshop_document_says_is_carried() -> None:
    found = read_photo(m.photoshop(G8, resources=RESOURCES)).metadata
    assert (found.iptc, found.xmp, found.exif, found.icc) == (m.IPTC, m.XMP, m.exif(6), m.SRGB_OF_PILLOW)
    assert found.dpi == (300, 600)


@pytest.mark.parametrize("packed", [False, True])
def test_what_a_jpeg_xl_says_is_carried(packed: bool) -> None:
    found = read_photo(boxed_jpeg_xl(exif=m.exif(1), packed=packed)).metadata
    assert (found.exif, found.xmp) == (m.exif(1), m.XMP)


def test_packed_metadata_that_swell_are_left_out() -> None:
    assert read_photo(boxed_jpeg_xl(xmp=bytes(40 << 20), packed=True)).metadata.xmp is None


def test_what_a_heic_says_is_carried() -> None:
    found = read_photo(m.heic(C8, exif=b"Exif\0\0" + m.exif(1), xmp=m.XMP, icc_profile=m.SRGB_OF_PILLOW)).metadata
    assert (found.exif, found.xmp, found.icc) == (m.exif(1), m.XMP, m.SRGB_OF_PILLOW)


def small_first_picture() -> bytes:
    """A GIF whose screen is larger than its picture."""
    data = bytearray(m.pillow(G8, "GIF"))
    data[6:10] = b"\x60\0\x60\0"
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda: m.photoshop(np.dstack([C8, G8]), mode=4), "CMYK"),
        (lambda: m.photoshop(C8, mode=9), "Lab"),
        (lambda: m.photoshop(G8, resources={0x0421: b"\0\0\0\1\0"}), "without its merged picture"),
        (lambda: m.jpeg_xl(C16), "a colour space other than sRGB"),  # imagecodecs marks 16 bits as linear
        (lambda: m.jpeg_xl(np.float32(C8 / 255)), "32 bits"),
        (small_first_picture, "fills only part"),
    ],
    ids=["CMYK", "Lab", "no merged picture", "linear JPEG XL", "floats", "GIF in a GIF"],
)
def test_kinds_that_would_be_read_wrongly_are_named_and_refused(data, says: str) -> None:
    with pytest.raises(UnsupportedFormat, match=says) as refused:
        read_photo(data(), name="plate 12")
    assert refused.value.remedy


def test_a_strip_that_x265_cannot_write_is_refused_with_a_way_out() -> None:
    with pytest.raises(OutputError, match="HEIC") as refused:
        encode_photo(Photo((Page(np.zeros((1, 9000, 3), np.uint8)),), Format.HEIC, Metadata()))
    assert "--format" in refused.value.remedy


@pytest.mark.parametrize(("package", "kind"), [("pillow_heif", "HEIC"), ("imagecodecs", "JPEG XL")])
def test_without_the_extra_its_name_is_told(package: str, kind: str, monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(SEEDS[kind][0]())
    there = util.find_spec
    monkeypatch.setattr("lab_colorize.photos.formats.extras.find_spec", lambda n: None if n == package else there(n))
    for look in (read_photo, probe_photo):
        with pytest.raises(UnsupportedFormat, match=f"a {kind} photograph, for which the extra") as refused:
            look(tmp_path / "a")
        assert "lab-colorize[formats]" in refused.value.remedy


def test_reading_a_jpeg_loads_neither_of_the_extras(photo: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lab_colorize.photos.photo import read_photo;"
        f"read_photo(Path({str(photo)!r})); print(sorted({{'imagecodecs', 'pillow_heif', 'PIL'}} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("kind", SEEDS)
def test_spoilt_files_end_as_photographs_or_as_clear_errors(kind: str) -> None:
    """A few of what benchmarks/fuzz.py tries by the thousand."""
    spoilt = benchmark_called("mutations").spoilt
    data, rng = SEEDS[kind][0](), random.Random(kind)
    others = [make() for make, _ in SEEDS.values()]
    for _ in range(25):
        try:
            found = read_photo(spoilt(data, others, rng), max_pixels=1_000_000)
        except UnreadablePhoto:
            continue
        assert found.pages[0].pixels.size <= 3_000_000


@pytest.mark.parametrize("resolution", [(4294967295, 1), (1, 0)])
@pytest.mark.parametrize("becomes", ["png", "tif", "webp", "jpg"])
def test_a_resolution_that_makes_no_sense_stops_nothing(becomes: str, resolution, tiny_model: Path) -> None:
    data = m.tiff(G8, resolution=resolution, extratags=[(282, 5, 1, resolution, True), (283, 5, 1, resolution, True)])
    options = ColorizeOptions(format=becomes)
    done = colorize_bytes(data, name="x", colorizer=Colorizer(tiny_model), options=options)
    assert read_photo(done.content).metadata.dpi is None
    assert any("resolution" in note for note in done.notes) == (resolution[1] == 1)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_none_are_no_accident(number: float) -> None:
    """A tag of a directory may be of floats."""
    entry = struct.pack("<HHII", 296, 3, 1, 1)
    data = m.tiff(G8)
    assert entry in data
    for tag in (296, 274, 278):
        read = read_photo(data.replace(entry, struct.pack("<HHIf", tag, 11, 1, number)))
        assert np.array_equal(read.pages[0].pixels, G8)
