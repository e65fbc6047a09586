"""Within one format there are several kinds: a result is of its photograph's own, lossless or bare as that was."""

import shutil
import subprocess
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from lab_colorize import Colorizer, colorize_photo
from lab_colorize.colouring.on_disk import Coloured
from lab_colorize.errors import AlreadyInColour
from lab_colorize.photos.kinds import Format
from lab_colorize.photos.metadata import read_metadata
from tests import makers as m

GREY = m.grey(60, 80)


@pytest.fixture
def colourer(tiny_model: Path) -> Colorizer:
    return Colorizer(tiny_model)


def coloured(colourer: Colorizer, folder: Path, name: str, data: bytes) -> tuple[Coloured, bytes]:
    (folder / name).write_bytes(data)
    done = colorize_photo(folder / name, folder / f"result_of_{name}", colorizer=colourer)
    return done, done.target.read_bytes()


def by_png(colourer: Colorizer, folder: Path, pixels: np.ndarray = GREY) -> np.ndarray:
    """The same photograph coloured as PNG, which loses nothing."""
    done, _ = coloured(colourer, folder, "same.png", bytes(m.pillow(pixels, "PNG")))
    return np.asarray(Image.open(done.target))


@pytest.mark.parametrize("extended", [{}, {"exif": b"Exif\0\0" + m.exif(1)}], ids=["simple", "extended"])
def test_a_webp_that_lost_nothing_loses_nothing(colourer: Colorizer, tmp_path: Path, extended: dict) -> None:
    _, result = coloured(colourer, tmp_path, "a.webp", bytes(m.pillow(GREY, "WEBP", lossless=True, **extended)))
    assert b"VP8L" in result
    in_three = np.dstack([GREY] * 3)  # WebP has no other
    assert np.array_equal(imagecodecs.webp_decode(result), by_png(colourer, tmp_path, in_three))


def test_transparency_of_a_webp_without_loss_stays_as_it_was(colourer: Colorizer, tmp_path: Path) -> None:
    alpha = m.alpha(60, 80)
    content = m.pillow(np.dstack([GREY, GREY, GREY, alpha]), "WEBP", lossless=True, exact=True)
    _, result = coloured(colourer, tmp_path, "a.webp", bytes(content))
    assert b"VP8L" in result
    assert np.array_equal(np.asarray(imagecodecs.webp_decode(result))[..., 3], alpha)


def test_a_webp_that_lost_something_stays_small(colourer: Colorizer, tmp_path: Path) -> None:
    _, result = coloured(colourer, tmp_path, "a.webp", bytes(m.pillow(GREY, "WEBP", quality=90)))
    assert b"VP8L" not in result
    assert b"VP8 " in result


class TestBareCodestream:
    """JPEG 2000 without the boxes, as film and scientific archives have it."""

    CONTENT = bytes(imagecodecs.jpeg2k_encode(GREY, level=0, codecformat="j2k"))

    def test_it_stays_bare_and_exact_and_that_is_said(self, colourer: Colorizer, tmp_path: Path) -> None:
        done, result = coloured(colourer, tmp_path, "a.j2k", self.CONTENT)
        assert result.startswith(b"\xff\x4f\xff\x51")
        assert result.endswith(b"\xff\xd9")
        assert np.array_equal(imagecodecs.jpeg2k_decode(result), by_png(colourer, tmp_path))
        assert any("no place for metadata" in note for note in done.notes)

    def test_a_boxed_one_stays_boxed(self, colourer: Colorizer, tmp_path: Path) -> None:
        done, result = coloured(colourer, tmp_path, "a.jp2", bytes(imagecodecs.jpeg2k_encode(GREY, level=0)))
        assert result[4:8] == b"jP  "
        assert not done.notes

    def test_its_comment_says_who_made_the_colours(self, colourer: Colorizer, tmp_path: Path) -> None:
        done, result = coloured(colourer, tmp_path, "a.j2k", self.CONTENT)
        xmp = read_metadata(result, Format.JPEG2000).xmp
        assert xmp is not None
        assert b"compositeWithTrainedAlgorithmicMedia" in xmp
        with pytest.raises(AlreadyInColour, match="result of"):
            colorize_photo(done.target, tmp_path / "again.j2k", colorizer=colourer)

    @pytest.mark.skipif(shutil.which("exiftool") is None, reason="apt install libimage-exiftool-perl")
    def test_exiftool_reads_the_comment(self, colourer: Colorizer, tmp_path: Path) -> None:
        done, _ = coloured(colourer, tmp_path, "a.j2c", self.CONTENT)
        line = ["exiftool", "-s3", "-Comment", str(done.target)]
        assert "lab-colorize" in subprocess.run(line, capture_output=True, text=True, check=True).stdout
