"""Bad files end in clear errors, strange names work, and what is written is whole or not there."""

import contextlib
import errno
import io
import os
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from lab_colorize.errors import (
    ColorizeError,
    OutputError,
    OutputExists,
    PhotoTooLarge,
    UnreadablePhoto,
    UnsupportedFormat,
    UsageProblem,
)
from lab_colorize.files import writing
from lab_colorize.files.writing import TEMPORARY_PREFIX, write_whole
from lab_colorize.photos.formats.base import Metadata, Page
from lab_colorize.photos.kinds import PHOTO_SUFFIXES, Format, format_for_suffix, format_named
from lab_colorize.photos.photo import Photo, encode_photo, left_behind, probe_photo, read_photo
from tests import makers as m

G8, C8 = m.grey(), m.colour()
NOISE = np.random.default_rng(3).integers(0, 256, (40, 56), dtype=np.uint8)
GRAIN = np.random.default_rng(4).integers(0, 256, (240, 320), dtype=np.uint8)
NOISY_COLOUR = np.dstack([NOISE, NOISE[::-1], NOISE[:, ::-1]])

WHOLE: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: m.pillow(NOISE, "JPEG"),
    "progressive jpeg": lambda: m.pillow(NOISE, "JPEG", progressive=True),
    "png": lambda: m.pillow(NOISE, "PNG"),
    "tiff": lambda: m.tiff(NOISE),
    "lzw tiff": lambda: m.tiff(NOISE, compression="lzw"),
    "webp": lambda: m.pillow(NOISY_COLOUR, "WEBP"),
    "avif": lambda: m.pillow(NOISY_COLOUR, "AVIF"),
    "bmp": lambda: m.pillow(NOISE, "BMP"),
    "jpeg 2000": lambda: m.pillow(NOISY_COLOUR, "JPEG2000"),
    "bare jpeg 2000": lambda: bytes(imagecodecs.jpeg2k_encode(NOISY_COLOUR, level=0, codecformat="j2k")),
}


# --- files that are not whole


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused(kind: str, kept: float) -> None:
    data = WHOLE[kind]()
    with pytest.raises(UnreadablePhoto) as refused:
        read_photo(data[: int(len(data) * kept)], name="plate 12")
    assert "plate 12" in str(refused.value)
    assert refused.value.remedy
    assert not isinstance(refused.value, UnsupportedFormat)


@pytest.mark.parametrize("kind", ["jpeg", "progressive jpeg"])
def test_what_is_there_of_a_truncated_jpeg_can_be_accepted(kind: str) -> None:
    data = WHOLE[kind]()
    photo = read_photo(data[: len(data) * 3 // 4], accept_truncated=True)
    assert photo.pages[0].pixels.shape == NOISE.shape
    if kind == "jpeg":
        assert np.abs(photo.pages[0].pixels[:16].astype(int) - read_photo(data).pages[0].pixels[:16]).max() == 0


@pytest.mark.parametrize("kind", ["png", "tiff", "webp", "bmp"])
def test_only_jpegs_can_be_accepted_truncated(kind: str) -> None:
    data = WHOLE[kind]()
    with pytest.raises(UnreadablePhoto):
        read_photo(data[: len(data) // 2], accept_truncated=True)


def test_a_jpeg_that_lost_its_scan_to_zeros_is_refused() -> None:
    data = WHOLE["jpeg"]()
    with pytest.raises(UnreadablePhoto, match="truncated"):
        read_photo(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))


@pytest.mark.parametrize("trailer", [b"camera trailer" * 50, b"\0" * 1000, b"\xff\xd8\xff\xe0 second picture"])
@pytest.mark.parametrize("kind", ["jpeg", "progressive jpeg"])
def test_what_follows_the_end_of_a_jpeg_is_nobodys_loss(kind: str, trailer: bytes) -> None:
    data = WHOLE[kind]()
    assert np.array_equal(read_photo(data + trailer).pages[0].pixels, read_photo(data).pages[0].pixels)


@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_jpeg_that_lacks_only_its_end_marker_is_whole(subsampling: int) -> None:
    for data in (WHOLE["jpeg"](), m.pillow(NOISY_COLOUR, "JPEG", subsampling=subsampling)):
        assert np.array_equal(read_photo(data[:-2]).pages[0].pixels, read_photo(data).pages[0].pixels)
        with pytest.raises(UnreadablePhoto):
            read_photo(data[:-12])


@pytest.mark.parametrize("end", [b"", b"\xff\xd9"])
def test_a_jpeg_cut_in_the_middle_of_a_marker_or_of_an_escaped_ff_is_truncated(end: bytes) -> None:
    data = m.pillow(GRAIN, "JPEG")
    scan = data.index(b"\xff\xda") + 20
    cuts = [at + 1 for at in range(scan, len(data) - 100) if data[at] == 0xFF]
    assert len(cuts) > 20
    for cut in cuts[::5]:
        with pytest.raises(UnreadablePhoto, match="truncated"):
            read_photo(data[:cut] + end)


@pytest.mark.parametrize("marker", [b"\xff\xe5", b"\xff\xc4", b"\xff\x55"])
def test_a_jpeg_with_a_false_marker_in_its_picture_is_refused(marker: bytes) -> None:
    data = m.pillow(GRAIN, "JPEG")
    middle = (data.index(b"\xff\xda") + len(data)) // 2
    for length in (b"\x00\x04", b"\x20\x00", b"\xff\xfe"):
        with pytest.raises(UnreadablePhoto):
            read_photo(data[:middle] + marker + length + data[middle + 4 :])


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("size", [(160, 240), (157, 243)])
@pytest.mark.parametrize("made", ["grey", "colour", "halved chroma"])
def test_a_jpeg_that_lost_data_before_its_end_marker_is_truncated_as_well(
    made: str, size: tuple[int, int], orientation: int
) -> None:
    """A rescued file is often ended anew; the decoder would leave its lower part grey without a word."""
    grain = np.random.default_rng(5).integers(0, 256, (*size, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = grain[..., 0] if made == "grey" else grain
    data = m.pillow(picture, "JPEG", exif=exif, subsampling=2 if made == "halved chroma" else 0)
    scan, cut = data.index(b"\xff\xda") + 20, len(data) // 3
    for rescued in (data[:-cut] + b"\xff\xd9", data[: scan + cut] + data[scan + 2 * cut :]):
        with pytest.raises(UnreadablePhoto, match="truncated"):
            read_photo(rescued)
        assert read_photo(rescued, accept_truncated=True).truncated
    assert not read_photo(data).truncated


def test_a_whole_jpeg_that_is_grey_where_missing_data_would_be_is_whole() -> None:
    framed = np.full((64, 96), 128, np.uint8)
    framed[16:48, 16:80] = NOISE[:32, :].repeat(2, 1)[:, :64]
    assert not read_photo(m.pillow(framed, "JPEG")).truncated


def test_a_jpeg_that_breaks_off_inside_a_table_between_passes_can_be_accepted() -> None:
    data = WHOLE["progressive jpeg"]()
    table = data.index(b"\xff\xc4", data.index(b"\xff\xda"))
    assert read_photo(data[: table + 6], accept_truncated=True).pages[0].pixels.shape == NOISE.shape


def test_a_thumbnails_end_is_not_the_photographs() -> None:
    thumbnail = m.pillow(m.grey(8, 8), "JPEG")
    data = m.with_app_segment(WHOLE["jpeg"](), 0xE1, b"Exif\0\0" + thumbnail)
    with pytest.raises(UnreadablePhoto):
        read_photo(data[: len(data) // 2 + 200])


def test_a_spoilt_png_is_refused() -> None:
    data = bytearray(WHOLE["png"]())
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(UnreadablePhoto, match="the checksum of its part IDAT is wrong"):
        read_photo(bytes(data))


@pytest.mark.parametrize("packing", ["lzw", "deflate", "packbits"])
@pytest.mark.parametrize("size", [(40, 56), (39, 55), (40, 55)])
def test_a_strip_that_breaks_off_is_refused(packing: str, size: tuple[int, int]) -> None:
    """The strip's own count is too small: the file itself is whole."""
    data = m.tiff(NOISE[: size[0], : size[1]], compression=packing)
    import tifffile

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        tag = file.pages[0].tags["StripByteCounts"]
        at, count, form = tag.valueoffset, tag.value[0], "<H" if tag.dtype == 3 else "<I"
    spoilt = bytearray(data)
    struct.pack_into(form, spoilt, at, count // 2)
    with pytest.raises(UnreadablePhoto, match="strip"):
        read_photo(bytes(spoilt))


# --- files that are no photographs


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.jpg"
    path.touch()
    with pytest.raises(UnreadablePhoto, match="empty"):
        read_photo(path)


def test_text_called_jpg_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.jpg"
    path.write_text("Dear Sir, the photograph follows by separate post.")
    with pytest.raises(UnreadablePhoto, match=r"letter\.jpg.*not a photograph") as refused:
        read_photo(path)
    assert "intact copy" not in refused.value.remedy  # it is whole


def test_a_folder_called_jpg_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").mkdir()
    with pytest.raises(UnreadablePhoto, match="a folder"):
        read_photo(tmp_path / "x.jpg")
    with pytest.raises(UnreadablePhoto, match="a folder"):
        probe_photo(tmp_path / "x.jpg")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jpg", tmp_path / "none" / "none.jpg", Path("nul\0.jpg")):
        with pytest.raises(UnreadablePhoto) as refused:
            read_photo(path)
        assert refused.value.remedy


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(UnreadablePhoto, match="not an ordinary file"):
        read_photo(tmp_path / "pipe.jpg")


def test_a_file_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.jpg"
    path.write_bytes(WHOLE["jpeg"]())
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read everything

        def locked(*_: Any, **__: Any) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(UnreadablePhoto, match="cannot be opened: permission denied"):
        read_photo(path)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 5000), st.binary(min_size=1, max_size=8))
def test_no_spoilt_file_ever_crashes(kind: str, at: int, noise: bytes) -> None:
    data = bytearray(WHOLE[kind]())
    at %= len(data)
    data[at : at + len(noise)] = noise
    with contextlib.suppress(ColorizeError):
        assert read_photo(bytes(data), max_pixels=1_000_000).pages[0].pixels.size


# --- size


def test_a_png_that_claims_billions_of_pixels_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(m.huge_png())
    start = time.perf_counter()
    for refuse in (read_photo, probe_photo):
        with pytest.raises(PhotoTooLarge, match="60000 x 60000"):
            refuse(path)
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize("kind", WHOLE)
def test_the_limit_holds_for_every_format(kind: str) -> None:
    data = WHOLE[kind]()
    assert read_photo(data, max_pixels=40 * 56).pages
    with pytest.raises(PhotoTooLarge):
        read_photo(data, max_pixels=40 * 56 - 1)


def test_the_pages_of_a_tiff_count_together() -> None:
    data = m.tiff(G8, G8, G8)
    with pytest.raises(PhotoTooLarge, match="3 pages"):
        read_photo(data, max_pixels=2 * 40 * 56)


@pytest.mark.parametrize("kind", WHOLE)
def test_a_probe_tells_format_and_size_as_seen(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "misnamed.txt"
    path.write_bytes(WHOLE[kind]())
    assert probe_photo(path) == (read_photo(path).format, 56, 40)


def test_a_probe_turns_as_a_reader_does(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    path.write_bytes(m.pillow(G8, "JPEG", exif=b"Exif\0\0" + m.exif(6)))
    assert probe_photo(path) == (Format.JPEG, 40, 56)


def test_a_probe_finds_the_header_at_the_end_of_a_large_tiff(tmp_path: Path) -> None:
    """Pillow puts the directory behind the pixels."""
    path = tmp_path / "large.tif"
    Image.fromarray(np.zeros((1200, 1200), np.uint8)).save(path)
    assert probe_photo(path) == (Format.TIFF, 1200, 1200)


def test_a_probe_finds_a_header_behind_much_metadata(tmp_path: Path) -> None:
    data = WHOLE["jpeg"]()
    for _ in range(20):
        data = m.with_app_segment(data, 0xE2, bytes(60_000))
    (tmp_path / "a.jpg").write_bytes(data)
    assert probe_photo(tmp_path / "a.jpg") == (Format.JPEG, 56, 40)


# --- names


@pytest.mark.parametrize("suffix", sorted(PHOTO_SUFFIXES))
def test_every_photographs_suffix_is_known_in_either_case(suffix: str) -> None:
    known = format_for_suffix(suffix)
    assert known == format_for_suffix(suffix.upper())
    assert known is not None


def test_formats_are_named_by_their_suffixes() -> None:
    names = {
        "jpg": Format.JPEG,
        "png": Format.PNG,
        "tif": Format.TIFF,
        "webp": Format.WEBP,
        "avif": Format.AVIF,
    }
    assert {name: format_named(name) for name in names} == names
    assert format_named("TIFF") is Format.TIFF
    with pytest.raises(UsageProblem):
        format_named("gif")
    assert all(format_for_suffix(format.suffix) is format for format in Format)


STRANGE = [
    b"two words.jpg",
    b"line\nbreak.jpg",
    "Łódź ö.jpg".encode(),
    b"latin\xff\xe9.jpg",
    b"-o.jpg",
    b"\x1b[31m.jpg",
]


@pytest.mark.parametrize("name", STRANGE)
def test_strange_names_work(name: bytes, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(name)
    write_whole(path, WHOLE["jpeg"]())
    assert read_photo(path).pages[0].pixels.shape == (40, 56)
    assert probe_photo(path)[0] is Format.JPEG
    path.write_bytes(b"")
    with pytest.raises(UnreadablePhoto) as refused:
        read_photo(path)
    str(refused.value).encode()  # can be printed anywhere
    assert "\n" not in str(refused.value)


# --- what is lost is said


def test_what_a_format_cannot_hold_is_said() -> None:
    everything = Metadata(exif=m.exif(), xmp=m.XMP, iptc=m.IPTC)
    page = Page(C8, m.alpha())
    assert not left_behind(Photo((page, page), Format.TIFF, everything))
    assert len(left_behind(Photo((page,), Format.BMP, everything))) == 3
    said = " ".join(left_behind(Photo((page, page), Format.JPEG, Metadata(xmp=b"<x>" * 40_000))))
    assert "transparency" in said
    assert "pages 2 to 2" in said
    assert "XMP" in said


@pytest.mark.parametrize(
    ("format", "size"), [(Format.WEBP, (2, 16_384)), (Format.JPEG, (1, 65_501)), (Format.JPEG2000, (8, 8))]
)
def test_a_size_that_a_format_cannot_hold_is_refused(format: Format, size: tuple[int, int]) -> None:
    with pytest.raises(OutputError) as refused:
        encode_photo(Photo((Page(np.zeros((*size, 3), np.uint8)),), format, Metadata()))
    assert "png" in refused.value.remedy


# --- writing


def test_a_file_is_written_with_times_and_permissions_of_its_source(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"old")
    source.chmod(0o640)
    os.utime(source, ns=(1_000_000_000_123_456_789, 1_100_000_000_123_456_789))
    write_whole(target, b"new", like=source)
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert target.stat().st_mtime_ns == 1_100_000_000_123_456_789
    assert list(tmp_path.iterdir()) == [source, target] or len(list(tmp_path.iterdir())) == 2


def test_a_result_of_a_read_only_source_can_be_replaced(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"old")
    source.chmod(0o444)
    write_whole(target, b"one", like=source)
    write_whole(target, b"two", like=source, overwrite=True)
    assert target.read_bytes() == b"two"


def test_an_existing_file_stays_unless_overwriting_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"precious")
    with pytest.raises(OutputExists, match=r"a\.jpg.*--overwrite"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"precious"
    write_whole(path, b"new", overwrite=True)
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.jpg"]


@pytest.mark.parametrize("links", [True, False])
def test_of_many_writers_exactly_one_wins(links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not links:
        _no_links(monkeypatch)
    monkeypatch.setattr(os.path, "lexists", lambda _: False)  # all look at the same moment
    path, outcomes = tmp_path / "a", list[str]()

    def write(number: int) -> None:
        try:
            write_whole(path, str(number).encode() * 1000)
            outcomes.append("won")
        except OutputExists:
            outcomes.append("lost")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost"] * 7 + ["won"]
    assert len(set(path.read_bytes())) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def _no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on FAT."""

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


def test_a_link_at_the_target_is_replaced_and_not_followed(tmp_path: Path) -> None:
    original, link = tmp_path / "original", tmp_path / "link"
    original.write_bytes(b"precious")
    link.symlink_to(original)
    with pytest.raises(OutputExists):
        write_whole(link, b"new")
    write_whole(link, b"new", overwrite=True)
    assert original.read_bytes() == b"precious"
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"


def test_a_dangling_link_counts_as_existing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputExists):
        write_whole(tmp_path / "link", b"new")
    assert not (tmp_path / "nowhere").exists()


def test_the_longest_name_works(tmp_path: Path) -> None:
    path = tmp_path / ("ä" * 125 + "a.jpg")
    assert len(os.fsencode(path.name)) == 255
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("step", ["fsync", "link", "utime", "write"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_failure_leaves_nothing_behind(
    step: str, overwrite: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    if overwrite:
        path.write_bytes(b"precious")
    full = OSError(errno.ENOSPC, "No space left on device")

    def fail(*_: Any, **__: Any) -> None:
        raise full

    if step == "write":
        monkeypatch.setattr(writing, "_write", fail)
    elif step == "link":
        monkeypatch.setattr(os, "link", fail)
        monkeypatch.setattr(Path, "replace", fail)
    else:
        monkeypatch.setattr(os, step, fail)
    with pytest.raises(OutputError, match=r"No space left.*Free some space"):
        write_whole(path, b"new", overwrite=overwrite, like=tmp_path)
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir()] == (["a"] if overwrite else [])
    assert not overwrite or path.read_bytes() == b"precious"


def test_an_interruption_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a", b"new")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["missing/a", "file/a", "."])
def test_a_place_that_cannot_be_is_an_output_error(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError) as refused:
        write_whole(tmp_path / place, b"new", overwrite=True)
    assert refused.value.remedy
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_killed_writer_leaves_the_old_file_and_a_known_name(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"precious")
    code = (
        "import os, signal, sys; from pathlib import Path; from lab_colorize.files import writing\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "writing.write_whole(Path(sys.argv[1]), b'new', overwrite=True)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, timeout=60)
    assert path.read_bytes() == b"precious"
    assert next(p.name for p in tmp_path.iterdir() if p != path).startswith(TEMPORARY_PREFIX)


# --- the cost


def test_reading_a_jpeg_needs_no_tifffile() -> None:
    code = (
        "import sys; from lab_colorize.photos.photo import read_photo, encode_photo\n"
        "photo = read_photo(sys.stdin.buffer.read()); encode_photo(photo)\n"
        "assert 'tifffile' not in sys.modules and 'PIL' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], input=WHOLE["jpeg"](), check=True, timeout=60)


def test_nothing_is_said_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    """OpenCV and libpng would: of a truncated TIFF, a lost strip, a profile that is none."""
    read_photo(m.pillow(G8, "PNG", icc_profile=b"none"))
    for kind in ("png", "tiff", "lzw tiff", "webp", "avif", "bmp", "jpeg 2000"):
        with pytest.raises(UnreadablePhoto):
            read_photo(WHOLE[kind]()[:-20])
    assert capfd.readouterr().err == ""
