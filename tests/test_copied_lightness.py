"""Grey JPEGs keep their coded lightness: held against other encoders' files and other decoders' readings of the results."""

import io
import shutil
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lab_colorize.colour.icc import SRGB_PROFILE
from lab_colorize.colour.lab import lab_of, lightness_of, lightness_of_luminance
from lab_colorize.colour.lightness import lightness_through
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.comparison import comparison
from lab_colorize.colouring.hints import Hint, Hints
from lab_colorize.colouring.in_memory import colorize_bytes
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import ColorizeError, UnreadablePhoto, UnsupportedFormat
from lab_colorize.photos.formats.jpeg_digest import lightness_digest
from lab_colorize.photos.metadata import read_metadata
from lab_colorize.photos.photo import Format, read_photo

from . import makers as m

jpeglib = pytest.importorskip("jpeglib", reason="jpeglib has no wheel for this machine")

PHOTO = Path(__file__).parents[1] / "docs/demo/photo.jpg"
ORIENTATION = 0x0112


@pytest.fixture(scope="module")
def colorizer(tiny_model):
    return Colorizer(tiny_model)


def coloured(data, colorizer, **options):
    return colorize_bytes(data, name="photo.jpg", colorizer=colorizer, options=ColorizeOptions(**options))


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def by_opencv(pixels, quality, restart, *, progressive):
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_RST_INTERVAL, restart]
    return cv2.imencode(".jpg", pixels, [*options, cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive)])[1].tobytes()


def by_pillow(pixels, quality, restart, *, progressive):
    return m.pillow(pixels, "JPEG", quality=quality, progressive=progressive, restart_marker_blocks=restart)


def by_cjpeg(pixels, quality, restart, *, progressive, more=()):
    words = ["cjpeg", "-quality", str(quality), *(["-progressive"] if progressive else []), *more]
    words += ["-restart", f"{restart}B"] if restart else []
    height, width = pixels.shape
    grey = f"P5 {width} {height} 255\n".encode() + pixels.tobytes()
    return subprocess.run(words, input=grey, capture_output=True, check=True).stdout


def by_mozjpeg(pixels, quality, _restart, *, progressive):
    """Trellis quantisation, and always the progressive script that it finds best."""
    with jpeglib.version("mozjpeg403"):
        picture = jpeglib.from_spatial(np.ascontiguousarray(pixels[..., None]), in_color_space=jpeglib.JCS_GRAYSCALE)
        return _through_file(lambda path: picture.write_spatial(path, qt=quality))


def _through_file(write):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.jpg"
        write(str(path))
        return path.read_bytes()


ENCODERS = [by_opencv, by_pillow, by_mozjpeg, *([by_cjpeg] if shutil.which("cjpeg") else [])]


def coefficients(data, component="Y"):
    """What jpeglib, which carries a libjpeg of its own, reads of a component before any inverse transform."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.jpg"
        path.write_bytes(data)
        return getattr(jpeglib.read_dct(str(path)), component)


def coded_data(data):
    """The bytes behind each scan's header, found the slow way: up to an FF with neither a 00 nor a restart behind it."""
    found, at = [], 2
    while data[at + 1] != 0xD9:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        at += 2 + length
        start = at
        while marker == 0xDA and not (data[at] == 0xFF and data[at + 1] not in {0, *range(0xD0, 0xD8)}):
            at += 1
        if marker == 0xDA:
            found.append(data[start:at])
    return found


def luma_by_opencv(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)


def luma_by_pillow(data):
    picture = Image.open(io.BytesIO(data))
    picture.draft("L", picture.size)  # libjpeg's own luma, not Pillow's mixture of red, green and blue
    return np.asarray(picture)


@settings(max_examples=80)
@given(data=st.data())
def test_the_coded_lightness_is_that_of_the_source_bit_for_bit(colorizer, data):
    encoder = data.draw(st.sampled_from(ENCODERS))
    height, width = data.draw(st.integers(1, 200), "height"), data.draw(st.integers(1, 200), "width")
    quality, progressive = data.draw(st.sampled_from([30, 75, 92, 100])), data.draw(st.booleans(), "progressive")
    restart, orientation = data.draw(st.sampled_from([0, 1, 7])), data.draw(st.integers(1, 8), "orientation")
    grain = np.random.default_rng(data.draw(st.integers(0, 99), "grain")).integers(-9, 9, (height, width))
    pixels = np.clip(m.grey(height, width) + grain, 0, 255).astype(np.uint8)
    bare = encoder(pixels, quality, restart, progressive=progressive)
    source = m.with_app_segment(bare, 0xE1, b"Exif\0\0" + m.exif(orientation))

    result = coloured(source, colorizer)

    assert result.lightness == "copied"
    assert (result.width, result.height) == ((height, width) if orientation > 4 else (width, height))
    scans = coded_data(source)
    assert coded_data(result.content)[: len(scans)] == scans
    assert np.array_equal(coefficients(result.content), coefficients(source))
    assert np.array_equal(luma_by_opencv(result.content), luma_by_opencv(source))
    assert np.array_equal(luma_by_pillow(result.content), luma_by_opencv(source))
    picture = Image.open(io.BytesIO(result.content))
    assert (picture.mode, picture.size) == ("RGB", (width, height))
    assert picture.getexif()[ORIENTATION] == orientation
    assert result.lightness_sha256 == lightness_digest(source) == lightness_digest(result.content)


@needs("jpegtran")
def test_taking_the_colour_away_gives_the_scan_back(colorizer):
    source = by_pillow(m.grey(123, 77), 85, 0, progressive=False)
    result = coloured(source, colorizer).content
    words = ["jpegtran", "-grayscale", "-copy", "none"]
    grey, before = (
        subprocess.run(words, input=data, capture_output=True, check=True).stdout for data in (result, source)
    )
    assert grey == before


@pytest.mark.parametrize("orientation", range(1, 9))
def test_colours_lie_over_what_they_belong_to_however_the_camera_was_held(colorizer, orientation):
    """The same scene, stored in eight ways, looks the same."""
    scene = cv2.GaussianBlur(m.grey(128, 96), (0, 0), 2)
    stored = m.seen(scene, {6: 8, 8: 6}.get(orientation, orientation))
    bare = by_opencv(np.ascontiguousarray(stored), 95, 0, progressive=False)
    source = m.with_app_segment(bare, 0xE1, b"Exif\0\0" + m.exif(orientation))
    seen = read_photo(coloured(source, colorizer).content).pages[0].pixels
    plain = read_photo(coloured(by_opencv(scene, 95, 0, progressive=False), colorizer).content).pages[0].pixels
    assert np.abs(lab_of(seen) - lab_of(plain)).mean() < 0.6
    assert np.abs(lab_of(seen) - lab_of(plain[::-1, ::-1])).mean() > 5


@pytest.mark.parametrize("orientation", [1, 4, 6, 7])
def test_hints_reach_their_place_however_the_camera_was_held(hinted_model, orientation):
    """They count in pixels of the upright photograph, which nobody decodes at its full size."""
    stored = m.seen(cv2.GaussianBlur(m.grey(121, 163), (0, 0), 2), {6: 8, 8: 6}.get(orientation, orientation))
    bare = by_opencv(np.ascontiguousarray(stored), 95, 0, progressive=False)
    source = m.with_app_segment(bare, 0xE1, b"Exif\0\0" + m.exif(orientation))
    colorizer = Colorizer(hinted_model)
    hinted = coloured(source, colorizer, hints=Hints((Hint(130, 30, "lab(0, 40, -40)"),)))
    assert hinted.lightness == "copied"
    with_hint, without = (
        lab_of(read_photo(each.content).pages[0].pixels) for each in (hinted, coloured(source, colorizer))
    )
    assert with_hint[30, 130, 1] > without[30, 130, 1] + 5
    assert abs(with_hint[90, 30, 1] - without[90, 30, 1]) < 5


def test_lightness_and_colours_are_those_of_the_other_way():
    """On a real photograph, by the model that is shipped, without the vividness that its card adds.

    Luma that stays as it is carries the more or the less light the more colour it is given.
    """
    colorizer = Colorizer()
    source = by_opencv(cv2.imread(str(PHOTO), cv2.IMREAD_GRAYSCALE), 92, 0, progressive=False)
    copied, anew = (coloured(source, colorizer, saturation=1.0, reencode=anew) for anew in (False, True))
    assert anew.lightness == "encoded anew: it was asked for"
    mine, other = (lab_of(read_photo(result.content).pages[0].pixels) for result in (copied, anew))
    off = np.abs(mine[..., 0] - lightness_of(luma_by_opencv(source)))
    assert off.mean() < 0.6
    assert np.quantile(off, 0.99) < 2.5
    assert np.abs(_halved(mine) - _halved(other)).mean() < 1.0
    assert len(copied.content) < 1.15 * len(source) < len(anew.content)


def _halved(lab):
    return cv2.resize(lab[..., 1:], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("gamma", [1.8, 2.2, 3.0])
def test_a_profile_with_other_tones_becomes_one_in_colour_with_the_same_tones(colorizer, scene, gamma):
    pixels = scene(4, (96, 96))
    profile = m.grey_profile(m.gamma_curve(gamma))
    source = m.pillow(pixels, "JPEG", quality=95, icc_profile=profile)
    result = coloured(source, colorizer, saturation=0.2)
    assert result.lightness == "copied"
    photo = read_photo(result.content)
    assert photo.metadata.icc is not None
    assert photo.metadata.icc[16:20] == b"RGB "
    wanted = lightness_of_luminance((luma_by_opencv(source) / 255.0) ** gamma)
    off = np.abs(lightness_through(photo.pages[0].pixels, photo.metadata.icc)[:] - wanted)
    assert off.mean() < 0.6


def test_a_profile_with_the_tones_of_srgb_becomes_srgb(colorizer):
    curve = m.parametric_curve(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    source = m.pillow(m.grey(), "JPEG", icc_profile=m.grey_profile(curve))
    result = coloured(source, colorizer)
    assert result.lightness == "copied"
    assert read_metadata(result.content, Format.JPEG).icc == SRGB_PROFILE


def test_metadata_are_carried_but_for_what_is_no_longer_true(colorizer):
    block = m.exif(6, thumbnail=True)
    source = m.pillow(m.grey(), "JPEG", exif=b"Exif\0\0" + block, xmp=m.XMP, comment=b"plate 12", dpi=(600, 600))
    adobe = b"Adobe\0\x64\0\0\0\0\0"  # "no transform": of three components it would say that they are RGB
    result = coloured(m.with_app_segment(source, 0xEE, adobe), colorizer)
    assert result.lightness == "copied"
    picture = Image.open(io.BytesIO(result.content))
    assert "adobe" not in picture.info
    assert (picture.info["comment"], picture.info["dpi"]) == (b"plate 12", (600, 600))
    assert b"Box 7, plate 12" in picture.info["xmp"]
    assert b"compositeWithTrainedAlgorithmicMedia" in picture.info["xmp"]
    assert picture.getexif()[ORIENTATION] == 6
    assert read_photo(result.content).metadata.exif is not None
    assert m.pillow(m.grey(8, 8), "JPEG")[:200] not in result.content  # the grey thumbnail


def test_what_xmp_says_of_the_orientation_stays_true(colorizer):
    xmp = m.XMP.replace(b"dc:source", b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6" dc:source')
    source = m.pillow(m.grey(), "JPEG", exif=b"Exif\0\0" + m.exif(6), xmp=xmp)
    assert b'tiff:Orientation="6"' in coloured(source, colorizer).content
    assert b'tiff:Orientation="1"' in coloured(source, colorizer, reencode=True).content


def segment(marker, payload):
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def with_all_tables(data):
    """All four quantisation tables are taken, three of them for nothing, and so are the Huffman tables; fill bytes too."""
    spare = b"".join(bytes((number,)) + bytes(range(1, 65)) for number in (1, 2, 3))
    huffman = b"".join(bytes((kind,)) + bytes((0, 1, *[0] * 14, 5)) for kind in (0x01, 0x11, 0x02, 0x12, 0x03, 0x13))
    return data[:2] + segment(0xDB, spare) + b"\xff\xff\xff" + segment(0xC4, huffman) + data[2:]


def with_tables_behind_the_frame(data):
    """Decoders take a table as it is when a scan begins: one of a number that colours have would be theirs."""
    at = data.index(b"\xff\xda")
    return data[:at] + segment(0xDB, b"".join(bytes((number,)) + bytes([99] * 64) for number in (1, 2, 3))) + data[at:]


def after_image(data):
    return data + b"\0\0\0\x18ftypmp42" + bytes(500)


def with_comment_before_end(data):
    return data[:-2] + segment(0xFE, b"late") + b"\xff" + data[-2:]


def with_restarts_of_no_use(data):
    return data[:2] + segment(0xDD, b"\xff\xff") + data[2:]


def with_component_called(data, number):
    for marker, place in ((0xC0, 10), (0xDA, 5)):
        at = data.index(bytes((0xFF, marker)))
        data = data[: at + place] + bytes((number,)) + data[at + place + 1 :]
    return data


def sampled_two_by_two(data):
    """Sampling factors of an only component mean nothing, but some encoders write them."""
    at = data.index(b"\xff\xc0") + 11
    return data[:at] + b"\x22" + data[at + 1 :]


@pytest.mark.parametrize(
    "change",
    [
        with_all_tables,
        with_tables_behind_the_frame,
        after_image,
        with_comment_before_end,
        with_restarts_of_no_use,
        sampled_two_by_two,
        *(lambda data, number=number: with_component_called(data, number) for number in (0, 2, 82, 255)),
    ],
)
def test_unusual_files_are_copied_too(colorizer, change):
    plain = by_opencv(m.grey(61, 83), 90, 0, progressive=False)
    source = change(plain)
    result = coloured(source, colorizer)
    assert result.lightness == "copied"
    assert np.array_equal(coefficients(result.content), coefficients(source))
    assert np.array_equal(luma_by_pillow(result.content), luma_by_pillow(source))
    assert any("behind the image" in note for note in result.notes) == (change is after_image)
    seen, wanted = (read_photo(each.content).pages[0].pixels for each in (result, coloured(plain, colorizer)))
    assert np.array_equal(seen, wanted)


@pytest.mark.parametrize("restart", [1, 7])
def test_colours_need_no_restarts_where_lightness_has_them(colorizer, restart):
    with_restarts, without = (
        coloured(by_opencv(m.grey(61, 83), 90, interval, progressive=False), colorizer).content
        for interval in (restart, 0)
    )
    assert np.array_equal(coefficients(with_restarts, "Cb"), coefficients(without, "Cb"))
    assert np.array_equal(coefficients(with_restarts, "Cr"), coefficients(without, "Cr"))


@pytest.mark.parametrize("progressive", [False, True])
def test_large_photographs_whose_colours_have_the_tables_of_the_standard_are_copied_too(colorizer, progressive):
    source = by_opencv(cv2.GaussianBlur(m.grey(1463, 1501), (0, 0), 9), 80, 0, progressive=progressive)
    result = coloured(source, colorizer)
    assert result.lightness == "copied"
    assert coded_data(result.content)[: len(coded_data(source))] == coded_data(source)
    assert np.array_equal(luma_by_opencv(result.content), luma_by_opencv(source))
    seen, wanted = (
        read_photo(each.content).pages[0].pixels for each in (result, coloured(source, colorizer, reencode=True))
    )
    assert np.abs(_halved(lab_of(seen)) - _halved(lab_of(wanted))).mean() < 1.0


def test_bytes_that_no_coded_data_hold_are_not_copied(colorizer):
    """libjpeg reads FF FF 00 in two ways, depending on how much follows it; fuzzing found that."""
    source = by_opencv(m.grey(61, 83), 90, 0, progressive=False)
    at = source.index(b"\xff\x00", source.index(b"\xff\xda"))
    result = coloured(source[:at] + b"\xff" + source[at:], colorizer)
    assert result.lightness == "encoded anew: it holds stray bytes, which one decoder reads in two ways"


def arithmetic():
    return by_cjpeg(m.grey(), 90, 0, progressive=False, more=("-arithmetic",))


def two_scans():
    """Some would decode the first of them, some the second."""
    data = by_opencv(m.grey(), 90, 0, progressive=False)
    scan = data[data.index(b"\xff\xda") : -2]
    return data[:-2] + scan + data[-2:]


def without_last_pass():
    """Decoders smooth over what is missing."""
    data = by_opencv(m.grey(), 90, 0, progressive=True)
    return data[: data.rindex(b"\xff\xc4")] + data[-2:]


FALLING = m.table_curve(np.linspace(1, 0, 256))


@pytest.mark.parametrize(
    ("make", "options", "reason"),
    [
        (lambda: m.pillow(m.colour(), "JPEG", quality=90), {"force": True}, "has 3 channels"),
        pytest.param(arithmetic, {}, "is coded arithmetically", marks=needs("cjpeg")),
        (without_last_pass, {}, "lacks some of its passes"),
        (two_scans, {}, "has more or fewer scans than its coding allows"),
        (lambda: m.pillow(m.grey(), "JPEG", icc_profile=m.grey_profile(FALLING)), {}, "has a profile whose tone curve"),
        (lambda: m.pillow(m.grey(), "JPEG"), {"reencode": True}, "was asked for"),
        (lambda: m.pillow(m.grey(), "JPEG"), {"format": "png"}, "becomes another format"),
        (
            lambda: m.pillow(m.grey(200, 200), "JPEG")[:-700],
            {"accept_truncated": True},
            "is cut short in its image data",
        ),
        (
            lambda: m.with_app_segment(m.pillow(m.grey(), "JPEG"), 0xDC, b"\0\x28"),
            {},
            "holds rare markers",
        ),
    ],
)
def test_what_cannot_be_copied_is_encoded_anew_and_says_why(colorizer, make, options, reason):
    result = coloured(make(), colorizer, **options)
    assert result.lightness is not None
    assert result.lightness.startswith(f"encoded anew: it {reason}")
    assert result.lightness_sha256 is None


def test_what_is_no_jpeg_says_nothing_of_coded_lightness(colorizer):
    assert coloured(m.pillow(m.grey(), "PNG"), colorizer).lightness is None


def test_twelve_bits_are_refused_as_before(colorizer):
    data = by_opencv(m.grey(), 90, 0, progressive=False)
    at = data.index(b"\xff\xc0") + 4
    with pytest.raises(UnsupportedFormat, match="12 bits"):
        coloured(data[:at] + b"\x0c" + data[at + 1 :], colorizer)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_truncated_scan_is_refused_as_before(colorizer, progressive):
    data = by_opencv(np.random.default_rng(0).integers(0, 256, (90, 120), np.uint8), 90, 0, progressive=progressive)
    for length in range(len(data) // 3, len(data) - 200, 997):
        for end in (b"", b"\xff\xd9"):
            if progressive and end:
                continue  # passes that are not there were never promised
            with pytest.raises(UnreadablePhoto):
                coloured(data[:length] + end, colorizer)


@pytest.mark.parametrize("progressive", [False, True])
def test_no_damage_makes_a_result_whose_luma_is_not_the_source_s(colorizer, progressive):
    rng = np.random.default_rng(7)
    sound = by_opencv(m.grey(50, 70), 80, 4, progressive=progressive)
    copied = 0
    for _ in range(150):
        data = bytearray(sound)
        for place in rng.integers(2, len(data), rng.integers(1, 4)):
            data[place] ^= 1 << int(rng.integers(8))
        try:
            result = coloured(bytes(data), colorizer)
        except ColorizeError:
            continue
        if result.lightness == "copied":
            copied += 1
            assert np.array_equal(luma_by_opencv(result.content), luma_by_opencv(bytes(data)))
    assert copied > 20


def test_a_comparison_shows_both_upright(colorizer):
    source = m.pillow(m.grey(40, 56), "JPEG", exif=b"Exif\0\0" + m.exif(6), quality=95)
    result = coloured(source, colorizer)
    both = read_photo(comparison(source, result.content, max_pixels=10**6)).pages[0].pixels
    after = read_photo(result.content).pages[0].pixels
    assert both.shape == (56, 40 + 1 + 40, 3)
    assert np.abs(both[:, 41:].astype(int) - after).mean() < 4
    assert np.abs(lab_of(both[:, :40])[..., 1:]).mean() < 2


def test_a_result_is_known_again(colorizer):
    once = coloured(m.pillow(m.grey(), "JPEG"), colorizer)
    with pytest.raises(ColorizeError, match="is a result of lab-colorize"):
        coloured(once.content, colorizer)
