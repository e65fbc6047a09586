"""Every row of the format table: a real file by a second library is read rightly, and so are results by it."""

import io
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import piexif  # type: ignore[import-untyped]  # it has no types
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from lab_colorize.colour.icc import SRGB_PROFILE
from lab_colorize.errors import UnreadablePhoto, UnsupportedFormat
from lab_colorize.photos.formats import ifd, tiff_pixels, tiff_writing
from lab_colorize.photos.formats.base import Metadata, Page
from lab_colorize.photos.formats.encoding import depth_kept
from lab_colorize.photos.kinds import Format
from lab_colorize.photos.photo import Photo, encode_photo, read_photo
from tests import makers as m

G8, C8, A8 = m.grey(), m.colour(), m.alpha()
G16, C16, A16 = m.grey(bits=16), m.colour(bits=16), m.alpha(bits=16)
BILEVEL = (G8 > 127).astype(np.uint8) * 255
PALETTE = Image.fromarray(C8).quantize(16)
PALETTE_RGB = np.asarray(PALETTE.convert("RGB"))
GREY_PALETTE = Image.fromarray(G8 & 0xF0).convert("P")


class Row(NamedTuple):
    """One kind of file, and what it must read as."""

    name: str
    data: Callable[[], bytes | bytearray]
    format: Format
    pixels: m.Array
    alpha: m.Array | None = None
    within: int = 0  # levels; lossy formats are allowed some


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _opened(data: bytes) -> Any:
    """By Pillow; each format has attributes of its own."""
    return Image.open(io.BytesIO(data))


def _turned_bits() -> bytes:
    """A bilevel TIFF with FillOrder 2: tifffile writes no such tag, so another one is renamed."""
    data = m.tiff(G8 > 127, extratags=[(267, 3, 1, 2, True)]).replace(b"\x0b\x01\x03\0\1\0", b"\x0a\x01\x03\0\1\0")
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        at, size = file.pages[0].dataoffsets[0], file.pages[0].databytecounts[0]
    reverse = bytes(int(f"{i:08b}"[::-1], 2) for i in range(256))
    return data[:at] + data[at : at + size].translate(reverse) + data[at + size :]


JPEGS = [
    Row("grey", lambda: m.pillow(G8, "JPEG", quality=98), Format.JPEG, G8, within=9),
    Row("colour", lambda: m.pillow(C8, "JPEG", quality=98, subsampling=0), Format.JPEG, C8, within=12),
    Row("progressive", lambda: m.pillow(G8, "JPEG", quality=98, progressive=True), Format.JPEG, G8, within=9),
    Row(
        "progressive colour",
        lambda: m.pillow(C8, "JPEG", quality=98, subsampling=0, progressive=True),
        Format.JPEG,
        C8,
        within=12,
    ),
    Row(
        "CMYK, Adobe's inverted",
        lambda: m.pillow(C8, "JPEG", mode="CMYK", quality=98),
        Format.JPEG,
        C8,
        within=12,
    ),
    Row(
        "restart markers",
        lambda: m.pillow(G8, "JPEG", quality=98, restart_marker_blocks=2),
        Format.JPEG,
        G8,
        within=9,
    ),
]
PNGS = [
    Row("1 bit", lambda: m.pillow(G8 > 127, "PNG"), Format.PNG, BILEVEL),
    Row("2 bit", lambda: m.small_png(G8 >> 6, 2), Format.PNG, (G8 >> 6) * 85),
    Row("4 bit", lambda: m.small_png(G8 >> 4, 4), Format.PNG, (G8 >> 4) * 17),
    Row("8 bit", lambda: m.pillow(G8, "PNG"), Format.PNG, G8),
    Row("16 bit", lambda: imagecodecs.png_encode(G16), Format.PNG, G16),
    Row("RGB 8", lambda: m.pillow(C8, "PNG"), Format.PNG, C8),
    Row("RGB 16", lambda: imagecodecs.png_encode(C16), Format.PNG, C16),
    Row("palette", lambda: _saved(PALETTE, "PNG"), Format.PNG, PALETTE_RGB),
    Row("palette of 4 bits", lambda: _saved(PALETTE, "PNG", bits=4), Format.PNG, PALETTE_RGB),
    Row(
        "palette of greys",
        lambda: _saved(GREY_PALETTE, "PNG"),
        Format.PNG,
        np.asarray(GREY_PALETTE.convert("L")),
    ),
    Row(
        "palette with transparency",
        lambda: _saved(PALETTE, "PNG", transparency=3),
        Format.PNG,
        PALETTE_RGB,
        np.where(np.asarray(PALETTE) == 3, 0, 255),
    ),
    Row(
        "grey with a transparent level",
        lambda: m.pillow(G8, "PNG", transparency=int(G8[3, 3])),
        Format.PNG,
        G8,
        np.where(G8 - G8[3, 3], 255, 0),
    ),
    Row(
        "4 bit with a transparent level",
        lambda: m.small_png(G8 >> 4, 4, 5),
        Format.PNG,
        (G8 >> 4) * 17,
        np.where(G8 >> 4 == 5, 0, 255),
    ),
    Row(
        "RGB with a transparent colour",
        lambda: m.pillow(C8, "PNG", transparency=tuple(int(x) for x in C8[3, 3])),
        Format.PNG,
        C8,
        np.where((C8 - C8[3, 3]).any(axis=2), 255, 0),
    ),
    Row("grey and alpha", lambda: m.pillow(np.dstack([G8, A8]), "PNG"), Format.PNG, G8, A8),
    Row("grey and alpha 16", lambda: imagecodecs.png_encode(np.dstack([G16, A16])), Format.PNG, G16, A16),
    Row("RGB and alpha", lambda: m.pillow(np.dstack([C8, A8]), "PNG"), Format.PNG, C8, A8),
    Row("RGB and alpha 16", lambda: imagecodecs.png_encode(np.dstack([C16, A16])), Format.PNG, C16, A16),
]
TIFFS = [
    Row("1 bit", lambda: m.tiff(G8 > 127), Format.TIFF, BILEVEL),
    Row("1 bit, white is zero", lambda: m.tiff(G8 > 127, photometric="miniswhite"), Format.TIFF, 255 - BILEVEL),
    Row(
        "1 bit, CCITT group 4",
        lambda: _saved(Image.fromarray(G8 > 127), "TIFF", compression="group4"),
        Format.TIFF,
        BILEVEL,
    ),
    Row("1 bit, packbits", lambda: m.tiff(G8 > 127, compression="packbits"), Format.TIFF, BILEVEL),
    Row("1 bit, bits reversed", _turned_bits, Format.TIFF, BILEVEL),
    Row("1 bit, tiled", lambda: m.tiff(G8 > 127, tile=(16, 16)), Format.TIFF, BILEVEL),
    Row("8 bit", lambda: m.tiff(G8), Format.TIFF, G8),
    Row("8 bit, white is zero", lambda: m.tiff(G8, photometric="miniswhite"), Format.TIFF, 255 - G8),
    Row("16 bit", lambda: m.tiff(G16), Format.TIFF, G16),
    Row("16 bit, big-endian", lambda: m.tiff(G16, byteorder=">"), Format.TIFF, G16),
    Row("16 bit, white is zero", lambda: m.tiff(G16, photometric="miniswhite"), Format.TIFF, 65535 - G16),
    Row("BigTIFF", lambda: m.tiff(G16, bigtiff=True), Format.TIFF, G16),
    Row("RGB 8", lambda: m.tiff(C8), Format.TIFF, C8),
    Row("RGB 16", lambda: m.tiff(C16), Format.TIFF, C16),
    Row(
        "RGB 16, big-endian",
        lambda: m.tiff(C16, byteorder=">", compression="lzw", predictor=True),
        Format.TIFF,
        C16,
    ),
    Row(
        "separate planes 8",
        lambda: m.tiff(np.moveaxis(C8, 2, 0).copy(), photometric="rgb", planarconfig="separate"),
        Format.TIFF,
        C8,
    ),
    Row(
        "separate planes 16",
        lambda: m.tiff(np.moveaxis(C16, 2, 0).copy(), photometric="rgb", planarconfig="separate", compression="lzw"),
        Format.TIFF,
        C16,
    ),
    Row("tiled 16", lambda: m.tiff(G16, tile=(16, 32), compression="lzw"), Format.TIFF, G16),
    Row("tiled RGB", lambda: m.tiff(C8, tile=(32, 16), compression="deflate", predictor=True), Format.TIFF, C8),
    Row("strips", lambda: m.tiff(C16, rowsperstrip=7, compression="lzw", predictor=True), Format.TIFF, C16),
    Row(
        "grey and alpha",
        lambda: m.tiff(np.dstack([G8, A8]), planarconfig="contig", extrasamples=["unassalpha"]),
        Format.TIFF,
        G8,
        A8,
    ),
    Row(
        "grey and alpha 16",
        lambda: m.tiff(np.dstack([G16, A16]), planarconfig="contig", extrasamples=["unassalpha"], compression="lzw"),
        Format.TIFF,
        G16,
        A16,
    ),
    Row("RGB and alpha", lambda: m.tiff(np.dstack([C8, A8]), extrasamples=["unassalpha"]), Format.TIFF, C8, A8),
    Row(
        "RGB and alpha 16",
        lambda: m.tiff(np.dstack([C16, A16]), extrasamples=["unassalpha"], compression="lzw", predictor=True),
        Format.TIFF,
        C16,
        A16,
    ),
    Row(
        "RGB and a channel of no meaning",
        lambda: m.tiff(np.dstack([C8, A8]), extrasamples=["unspecified"]),
        Format.TIFF,
        C8,
    ),
    Row("palette", lambda: _saved(PALETTE, "TIFF"), Format.TIFF, PALETTE_RGB),
    Row(
        "JPEG grey",
        lambda: m.tiff(G8, compression="jpeg", compressionargs={"level": 98}),
        Format.TIFF,
        G8,
        within=9,
    ),
    Row("JPEG colour", lambda: m.pillow(C8, "TIFF", compression="jpeg", quality=98), Format.TIFF, C8, within=12),
    Row(
        "JPEG as RGB",
        lambda: m.tiff(C8, compression="jpeg", compressionargs={"level": 98}),
        Format.TIFF,
        C8,
        within=25,
    ),
    *(
        Row(
            f"{packing} {name}",
            partial(m.tiff, pixels, compression=packing),
            Format.TIFF,
            pixels,
        )
        for packing in ("lzw", "deflate", "packbits")
        for name, pixels in (
            ("8 bit", G8),
            ("16 bit", G16),
            ("RGB 8", C8),
            ("RGB 16", C16),
            ("odd", m.colour(39, 55)),
        )
    ),
]
OTHERS = [
    Row("lossless", lambda: m.pillow(C8, "WEBP", lossless=True), Format.WEBP, C8),
    Row("lossy", lambda: m.pillow(m.colour(bits=8), "WEBP", quality=98), Format.WEBP, C8, within=60),
    Row("alpha", lambda: m.pillow(np.dstack([C8, A8]), "WEBP", lossless=True, exact=True), Format.WEBP, C8, A8),
    Row("colour", lambda: m.pillow(C8, "AVIF", quality=100, subsampling="4:4:4"), Format.AVIF, C8, within=6),
    Row("grey", lambda: m.pillow(G8, "AVIF", quality=100, subsampling="4:0:0"), Format.AVIF, G8, within=3),
    Row(
        "alpha",
        lambda: m.pillow(np.dstack([C8, A8]), "AVIF", quality=100, subsampling="4:4:4"),
        Format.AVIF,
        C8,
        A8,
        within=6,
    ),
    Row(
        "10 bit",
        lambda: imagecodecs.avif_encode(C16 >> 6, bitspersample=10, level=100),
        Format.AVIF,
        np.rint((C16 >> 6) * (65535 / 1023)),
        within=0,
    ),
    Row("colour", lambda: m.pillow(C8, "BMP"), Format.BMP, C8),
    Row("grey", lambda: m.pillow(G8, "BMP"), Format.BMP, G8),
    Row("1 bit", lambda: m.pillow(G8 > 127, "BMP"), Format.BMP, BILEVEL),
    Row("alpha", lambda: m.bmp_with_alpha(np.dstack([C8, A8])), Format.BMP, C8, A8),
    Row("grey", lambda: m.pillow(G8, "JPEG2000", irreversible=False), Format.JPEG2000, G8),
    Row("colour", lambda: m.pillow(C8, "JPEG2000", irreversible=False), Format.JPEG2000, C8),
    Row("alpha", lambda: m.pillow(np.dstack([C8, A8]), "JPEG2000"), Format.JPEG2000, C8, A8),
    Row("grey 16", lambda: imagecodecs.jpeg2k_encode(G16, level=0), Format.JPEG2000, G16),
    Row("colour 16", lambda: imagecodecs.jpeg2k_encode(C16, level=0), Format.JPEG2000, C16),
    Row(
        "grey 12",
        lambda: imagecodecs.jpeg2k_encode(G16 >> 4, level=0, bitspersample=12),
        Format.JPEG2000,
        np.rint((G16 >> 4) * (65535 / 4095)),
    ),
    Row(
        "bare codestream",
        lambda: imagecodecs.jpeg2k_encode(C8, level=0, codecformat="j2k"),
        Format.JPEG2000,
        C8,
    ),
]
ROWS = [*JPEGS, *PNGS, *TIFFS, *OTHERS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.format.value}: {row.name}")
def test_a_file_by_another_library_reads_as_what_it_holds(row: Row) -> None:
    photo = read_photo(bytes(row.data()))
    (page,) = photo.pages
    assert photo.format is row.format
    assert page.pixels.shape == row.pixels.shape
    assert np.abs(page.pixels.astype(int) - row.pixels).max() <= row.within
    assert page.pixels.flags.c_contiguous
    assert (page.alpha is None) == (row.alpha is None)
    if page.alpha is not None:
        assert row.alpha is not None
        assert page.alpha.dtype == page.pixels.dtype
        assert np.array_equal(page.alpha, row.alpha)


@pytest.mark.parametrize(
    "row", [r for r in ROWS if "16" in r.name or "1" in r.name[:2]], ids=lambda r: f"{r.format.value}: {r.name}"
)
def test_sixteen_bits_stay_sixteen(row: Row) -> None:
    deep = row.pixels.max() > 255
    assert read_photo(bytes(row.data())).pages[0].depth == (16 if deep else 8)


# --- orientation


def _oriented(format: Format, orientation: int) -> bytes:
    tag = [(274, 3, 1, orientation, True)]
    block = b"Exif\0\0" + m.exif(orientation)
    return {
        Format.JPEG: lambda: m.pillow(C8, "JPEG", exif=block, quality=98, subsampling=0),
        Format.PNG: lambda: m.pillow(C8, "PNG", exif=block),
        Format.TIFF: lambda: m.tiff(C8, extratags=tag),
        Format.WEBP: lambda: m.pillow(C8, "WEBP", exif=block, lossless=True),
        Format.AVIF: lambda: m.pillow(C8, "AVIF", exif=block, quality=100, subsampling="4:4:4"),  # as irot, imir
    }[format]()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", [Format.JPEG, Format.PNG, Format.TIFF, Format.WEBP, Format.AVIF])
def test_a_photograph_is_read_as_seen(format: Format, orientation: int) -> None:
    page = read_photo(_oriented(format, orientation)).pages[0]
    upright = m.seen(C8, orientation)
    assert page.pixels.shape == upright.shape
    assert np.abs(page.pixels.astype(int) - upright).max() <= 12


PACKINGS = (None, "lzw", "packbits", "deflate")


@pytest.mark.parametrize("together", [1, 500, 1 << 20], ids=["one by one", "some", "all"])
@pytest.mark.parametrize("rows", [1, 3, 8])
@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("pixels", [G8, C8, C16], ids=["8 bit", "RGB", "RGB 16"])
def test_strips_may_be_taken_together(
    monkeypatch: pytest.MonkeyPatch, pixels: m.Array, packing: str | None, rows: int, together: int
) -> None:
    monkeypatch.setattr(tiff_pixels, "_TOGETHER", together)
    data = m.tiff(pixels[:, :45], compression=packing, rowsperstrip=rows)  # rows of an odd number of bytes
    assert np.array_equal(read_photo(data).pages[0].pixels, pixels[:, :45])


NOTHING = {"lzw": b"\x80\x40\x40", "packbits": b"\x80", "deflate": b"\x78\x9c\x03\0"}


@pytest.mark.parametrize("packing", NOTHING)
@pytest.mark.parametrize("number", [0, 5, -1])
@pytest.mark.parametrize("pixels", [G8, C16], ids=["8 bit", "RGB 16"])
def test_a_strip_that_breaks_off_among_others_is_found_out(pixels: m.Array, number: int, packing: str) -> None:
    data = bytearray(m.tiff(pixels, compression=packing, rowsperstrip=2))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        at, size = file.pages[0].dataoffsets[number], file.pages[0].databytecounts[number]
    data[at : at + size] = NOTHING[packing][:size].ljust(size, NOTHING[packing][-1:])
    with pytest.raises(UnreadablePhoto):
        read_photo(bytes(data))


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize(
    ("pixels", "options"),
    [
        (G8, {}),
        (G16, {"photometric": "miniswhite"}),
        (C16, {"compression": "lzw", "tile": (16, 16)}),
        (G8 > 127, {}),
        (np.dstack([C8, A8]), {"extrasamples": ["unassalpha"]}),
    ],
    ids=["8 bit", "16 bit inverted", "RGB 16 tiled", "1 bit", "alpha"],
)
def test_a_tiff_of_any_kind_is_read_as_seen(pixels: m.Array, options: dict[str, Any], orientation: int) -> None:
    page = read_photo(m.tiff(pixels, **options, extratags=[(274, 3, 1, orientation, True)])).pages[0]
    straight = read_photo(m.tiff(pixels, **options)).pages[0]
    assert np.array_equal(page.pixels, m.seen(straight.pixels, orientation))
    if straight.alpha is not None:
        assert page.alpha is not None
        assert np.array_equal(page.alpha, m.seen(straight.alpha, orientation))


def test_a_jpeg_page_of_a_tiff_is_read_as_seen() -> None:
    options = {"compression": "jpeg", "compressionargs": {"level": 98}}
    for orientation in range(2, 9):
        page = read_photo(m.tiff(G8, **options, extratags=[(274, 3, 1, orientation, True)])).pages[0]
        assert page.pixels.shape == m.seen(G8, orientation).shape
        assert np.abs(page.pixels.astype(int) - m.seen(G8, orientation)).max() <= 9


def test_exif_does_not_turn_an_avif() -> None:
    """The standard: irot and imir bind, EXIF only informs."""
    straight = encode_photo(Photo((Page(C8),), Format.AVIF, Metadata(exif=m.exif(1))))
    upright, turned = (b"\x01\x12\0\x03\0\0\0\x01\0" + bytes((orientation,)) for orientation in (1, 6))
    assert upright in straight
    said = straight.replace(upright, turned)
    assert ifd.orientation(read_photo(said).metadata.exif) == 6
    assert read_photo(said).pages[0].pixels.shape == C8.shape


# --- pages


def test_every_page_of_a_tiff_is_read_with_its_own_kind() -> None:
    first = m.tiff(G8, np.dstack([C16, A16]), G16, extrasamples=None)
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as to:
        to.write(G8, photometric="minisblack")
        to.write(np.dstack([C16, A16]), photometric="rgb", extrasamples=["unassalpha"], compression="lzw")
        to.write(G8[:10, :12], photometric="minisblack", subfiletype=1)  # a thumbnail is no page
        to.write(C8, photometric="ycbcr", compression="jpeg", extratags=[(274, 3, 1, 6, True)])
    pages = read_photo(file.getvalue()).pages
    assert [page.pixels.shape for page in pages] == [(40, 56), (40, 56, 3), (56, 40, 3)]
    assert [page.depth for page in pages] == [8, 16, 8]
    assert [page.alpha is not None for page in pages] == [False, True, False]
    assert np.array_equal(pages[1].pixels, C16)
    assert len(read_photo(first).pages) == 3


def test_every_page_is_written_with_its_own_kind() -> None:
    pages = (Page(C8), Page(C16, A16), Page(G8))
    data = encode_photo(Photo(pages, Format.TIFF, Metadata()))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        found = [page.asarray() for page in file.pages]
        assert all(page.compression == 8 and page.predictor == 2 for page in file.pages)
    assert np.array_equal(found[0], C8)
    assert np.array_equal(found[1], np.dstack([C16, A16]))
    assert np.array_equal(found[2], G8)


# --- writing

META = Metadata(exif=m.exif(6, thumbnail=True), xmp=m.XMP, iptc=m.IPTC, icc=SRGB_PROFILE, dpi=(600.0, 600.0))
WRITTEN = [format for format in Format if format.written is format]
PARTICULAR = {Format.JPEG2000, Format.HEIC}  # about sizes
NO_IPTC = {Format.BMP, Format.WEBP, Format.AVIF, Format.HEIC}
LOSSLESS = [Format.PNG, Format.TIFF, Format.JPEG2000, Format.BMP]


@pytest.mark.parametrize("format", WRITTEN, ids=lambda f: f.value)
def test_a_second_library_reads_what_was_written(format: Format) -> None:
    data = encode_photo(Photo((Page(C8),), format, META))
    found = m.read_by_second_library(data, format.suffix)
    assert found.shape == C8.shape
    assert np.abs(found.astype(int) - C8).max() <= (0 if format in LOSSLESS else 80)
    assert np.abs(found.astype(int) - C8).mean() <= (0 if format in LOSSLESS else 8)


def test_a_jpeg_2000_in_tiles_is_read_if_all_of_them_are_there() -> None:
    data = m.pillow(G8, "JPEG2000", irreversible=False, tile_size=(16, 16))
    assert np.array_equal(read_photo(data).pages[0].pixels, G8)
    start = data.index(b"\xff\x4f\xff\x51")
    height = int.from_bytes(data[start + 12 : start + 16], "big")
    taller = data[: start + 12] + (height + 16).to_bytes(4, "big") + data[start + 16 :]
    with pytest.raises(UnreadablePhoto, match=r"it holds \d+ of its \d+ tiles"):
        read_photo(taller)


@pytest.mark.parametrize("format", [Format.PNG, Format.TIFF, Format.JPEG2000], ids=lambda f: f.value)
def test_sixteen_bits_with_alpha_are_written_exactly(format: Format) -> None:
    data = encode_photo(Photo((Page(C16, A16),), format, Metadata(xmp=m.XMP)))  # imagecodecs applies a profile
    assert np.array_equal(m.read_by_second_library(data, format.suffix), np.dstack([C16, A16]))


@pytest.mark.parametrize("format", [Format.WEBP, Format.AVIF, Format.BMP], ids=lambda f: f.value)
def test_alpha_is_written_where_the_format_holds_it(format: Format) -> None:
    data = encode_photo(Photo((Page(C8, A8),), format, META), quality=100)
    alpha = read_photo(data).pages[0].alpha
    assert alpha is not None
    assert np.abs(alpha.astype(int) - A8).max() <= 1
    assert np.abs(m.read_by_second_library(data, format.suffix)[..., 3].astype(int) - A8).max() <= 1


def test_transparent_parts_lie_on_white_in_a_jpeg() -> None:
    clear = np.zeros_like(A8)
    data = encode_photo(Photo((Page(C8, clear),), Format.JPEG, Metadata()))
    assert m.read_by_second_library(data, ".jpg").min() >= 254


def test_twelve_of_sixteen_bits_are_kept_by_avif() -> None:
    assert depth_kept(Format.AVIF, 16) == 12
    data = encode_photo(Photo((Page(C16),), Format.AVIF, Metadata()), quality=100)
    assert np.abs(imagecodecs.avif_decode(data).astype(int) - (C16 >> 4)).mean() < 8
    assert np.abs(read_photo(data).pages[0].pixels.astype(int) - C16).mean() < 128


def test_sixteen_bits_become_eight_by_rounding() -> None:
    levels = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    data = encode_photo(Photo((Page(np.dstack([levels] * 3)),), Format.BMP, Metadata()))
    assert np.array_equal(m.read_by_second_library(data, ".bmp")[..., 0], np.rint(levels / 257.0))


def test_fine_jpegs_keep_chroma_at_full_resolution() -> None:
    photo = Photo((Page(C8),), Format.JPEG, Metadata())
    layers = {quality: _opened(encode_photo(photo, quality=quality)).layer for quality in (95, 60)}
    assert layers[95][0][1:3] == (1, 1)
    assert layers[60][0][1:3] == (2, 2)


@given(
    arrays.arrays(np.uint16, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12)),
    st.sampled_from([Format.PNG, Format.TIFF]),
)
def test_any_sixteen_bits_come_back(levels: m.Array, format: Format) -> None:
    data = encode_photo(Photo((Page(levels),), format, Metadata()))
    assert np.array_equal(read_photo(data).pages[0].pixels, levels)


@given(
    pixels=arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))),
    packing=st.sampled_from(["lzw", "deflate", "packbits", None]),
    tiled=st.booleans(),
    orientation=st.integers(1, 8),
)
def test_any_tiff_reads_as_tifffile_reads_it(
    pixels: m.Array, packing: str | None, tiled: bool, orientation: int
) -> None:
    options: dict[str, Any] = {"tile": (16, 16)} if tiled else {"rowsperstrip": 5}
    data = m.tiff(pixels, compression=packing, extratags=[(274, 3, 1, orientation, True)], **options)
    assert np.array_equal(read_photo(data).pages[0].pixels, m.seen(tifffile.imread(io.BytesIO(data)), orientation))


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
@pytest.mark.parametrize("format", [f for f in WRITTEN if f not in PARTICULAR], ids=lambda f: f.value)
def test_one_pixel_and_long_strips_work(format: Format, size: tuple[int, int]) -> None:
    pixels = np.full((*size, 3), 130, np.uint8)
    data = encode_photo(Photo((Page(pixels),), format, META))
    assert np.abs(read_photo(data).pages[0].pixels.astype(int) - 130).max() <= 3
    assert m.read_by_second_library(data, format.suffix).reshape(*size, 3).shape == pixels.shape


# --- metadata, read back by Pillow, piexif and tifffile


def _exif_of(data: bytes) -> dict[str, Any]:
    return dict(piexif.load(b"Exif\0\0" + Image.open(io.BytesIO(data)).info["exif"].removeprefix(b"Exif\0\0")))


@pytest.mark.parametrize("format", [Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF], ids=lambda f: f.value)
def test_exif_is_carried_upright(format: Format) -> None:
    found = _exif_of(encode_photo(Photo((Page(C8),), format, META)))
    assert found["0th"][piexif.ImageIFD.Artist] == b"A. Nonymous"
    assert found["0th"].get(piexif.ImageIFD.Orientation, 1) == 1
    assert found["Exif"][piexif.ExifIFD.MakerNote].startswith(b"NOTE")
    assert found["GPS"][piexif.GPSIFD.GPSLatitudeRef] == b"N"
    assert not found["thumbnail"]


@pytest.mark.parametrize("big_endian", [False, True])
def test_exif_is_carried_into_a_tiff(big_endian: bool) -> None:
    exif = m.exif(6) if big_endian else m.little_endian_exif(6)
    assert exif[:2] == (b"MM" if big_endian else b"II")
    data = encode_photo(Photo((Page(C16), Page(C16)), Format.TIFF, Metadata(exif=exif, dpi=(600.0, 600.0))))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        tags = file.pages[0].tags
        assert tags["Make"].value == "Linhof"
        assert tags["Artist"].value == "A. Nonymous"
        assert "Orientation" not in tags or tags["Orientation"].value == 1
        assert tags["ExifTag"].value["DateTimeOriginal"] == "1931:05:17 12:00:00"
        assert tags["ExifTag"].value["MakerNote"].startswith(b"NOTE")
        assert tags["GPSTag"].value["GPSLatitudeRef"] == "N"
        assert np.array_equal(file.pages[1].asarray(), C16)


@pytest.mark.parametrize(
    "format", [Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF, Format.TIFF], ids=lambda f: f.value
)
def test_xmp_and_icc_are_carried(format: Format) -> None:
    picture = _opened(encode_photo(Photo((Page(C8),), format, META)))
    assert picture.info["icc_profile"] == SRGB_PROFILE
    held = picture.info.get("xmp") or picture.tag_v2[700]
    assert (held.encode() if isinstance(held, str) else held) == m.XMP


@pytest.mark.parametrize("format", [Format.JPEG, Format.PNG, Format.TIFF, Format.BMP], ids=lambda f: f.value)
def test_resolution_is_carried(format: Format) -> None:
    picture = Image.open(io.BytesIO(encode_photo(Photo((Page(C8),), format, META))))
    assert [float(x) for x in picture.info["dpi"]] == pytest.approx([600, 600], abs=0.5)


@pytest.mark.parametrize("format", [Format.WEBP, Format.AVIF, Format.JPEG2000], ids=lambda f: f.value)
def test_resolution_is_carried_without_exif_too(format: Format) -> None:
    data = encode_photo(Photo((Page(C8),), format, Metadata(dpi=(600.0, 300.0))))
    assert read_photo(data).metadata.dpi == pytest.approx((600, 300), rel=1e-3)


@pytest.mark.parametrize("format", [Format.JPEG, Format.TIFF], ids=lambda f: f.value)
def test_iptc_is_carried(format: Format) -> None:
    from PIL import IptcImagePlugin

    found = IptcImagePlugin.getiptcinfo(Image.open(io.BytesIO(encode_photo(Photo((Page(C8),), format, META)))))
    assert found is not None
    assert found[(2, 120)] == b"The harbour"


@pytest.mark.parametrize("format", WRITTEN, ids=lambda f: f.value)
def test_what_was_written_is_read_back(format: Format) -> None:
    found = read_photo(encode_photo(Photo((Page(C8),), format, META))).metadata
    nothing = format is Format.BMP
    assert found.xmp == (None if nothing else m.XMP)
    assert found.icc == (None if nothing else SRGB_PROFILE)
    assert found.iptc == (None if format in NO_IPTC else m.IPTC)
    assert found.dpi == pytest.approx((600, 600), rel=1e-3)
    assert (found.exif is None) == nothing


def test_a_tiff_beyond_four_gigabytes_would_be_written_as_bigtiff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff_writing, "_CLASSIC_LIMIT", 100)
    data = encode_photo(Photo((Page(C8), Page(C16)), Format.TIFF, META))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        assert file.is_bigtiff
        assert file.pages[0].tags["ExifTag"].value["DateTimeOriginal"] == "1931:05:17 12:00:00"
        assert np.array_equal(file.pages[1].asarray(), C16)
    found = read_photo(data)
    assert np.array_equal(found.pages[0].pixels, C8)
    assert found.metadata.xmp == m.XMP


def test_a_profile_of_many_segments_survives_a_jpeg() -> None:
    long = SRGB_PROFILE + bytes(range(256)) * 600
    data = encode_photo(Photo((Page(C8),), Format.JPEG, Metadata(icc=long)))
    assert Image.open(io.BytesIO(data)).info["icc_profile"] == long
    assert read_photo(data).metadata.icc == long


def test_a_profile_of_another_kind_than_the_pixels_is_left_out() -> None:
    grey = m.grey_profile(m.gamma_curve(2.2))
    data = encode_photo(Photo((Page(C8),), Format.JPEG, Metadata(icc=grey)))
    assert "icc_profile" not in Image.open(io.BytesIO(data)).info


# --- kinds that are refused


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda: m.tiff(G8.astype(np.float32)), "floating-point"),
        (lambda: m.tiff(G8.astype(np.uint32)), "32-bit"),
        (lambda: m.tiff(G8.astype(np.int8)), "signed"),
        (lambda: b"%PDF-1.7" + bytes(64), "PDF"),
        (
            lambda: _saved(Image.fromarray(G8), "WEBP", save_all=True, append_images=[Image.fromarray(G8 // 2)]),
            "animated",
        ),
        (
            lambda: _saved(Image.fromarray(G8), "PNG", save_all=True, append_images=[Image.fromarray(G8 // 2)]),
            "animated",
        ),
    ],
    ids=[
        "float TIFF",
        "32-bit TIFF",
        "signed TIFF",
        "PDF",
        "WebP film",
        "APNG",
    ],
)
def test_other_kinds_are_named_and_refused(data: Callable[[], bytes], says: str) -> None:
    with pytest.raises(UnsupportedFormat, match=says) as refused:
        read_photo(data(), name="plate 12")
    assert refused.value.remedy
    assert "plate 12" in str(refused.value)
