"""What exiftool and exiv2 write into a photograph is read, carried over, and read by both again."""

import shutil
import zlib
from pathlib import Path

import cv2
import pytest

from lab_colorize.photos.kinds import Format
from lab_colorize.photos.metadata import read_metadata
from tests.makers import png_chunks, png_of
from tests.programs import BENCHMARKS, benchmark_called

CAPTION = b"\x1c\x02\x78\x00\x0cOn the beach"


def test_iptc_of_png_as_exiftool_writes_it_is_read(tmp_path: Path, scene) -> None:
    """Its profile is called by two words, and is one of Photoshop's resources."""
    block = b"8BIM\x04\x04\0\0\0\0\0" + bytes([len(CAPTION)]) + CAPTION + b"\0" * (len(CAPTION) % 2)
    profile = f"\nIPTC profile\n{len(block):8}\n{block.hex()}\n".encode()
    cv2.imwrite(str(tmp_path / "1.png"), scene())
    head, *others = png_chunks((tmp_path / "1.png").read_bytes())
    chunk = (b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(profile))
    assert read_metadata(png_of([head, chunk, *others]), Format.PNG).iptc == CAPTION


def line(name: str, writer: str, folder: Path) -> str:
    return str(benchmark_called("metadata").row(name, writer, folder).line)


@pytest.mark.skipif(not (shutil.which("exiftool") and shutil.which("exiv2")), reason="apt install exiftool exiv2")
@pytest.mark.parametrize(
    ("name", "writer"),
    [
        ("JPEG, lightness copied", "exiv2"),
        ("JPEG, encoded anew", "Photoshop"),
        ("PNG", "exiv2"),
        ("PNG", "Lightroom"),
        ("TIFF", "exiv2"),
        ("TIFF", "Photoshop"),
        ("WebP", "Lightroom"),
        ("AVIF", "exiftool"),
        ("JPEG 2000", "exiv2"),
        ("HEIC", "Lightroom"),
        ("JPEG XL", "Photoshop"),
        ("GIF", "exiftool"),
        ("Photoshop document", "exiv2"),
    ],
)
def test_exiftool_and_exiv2_read_of_the_result_what_is_written_into_the_photograph(
    name: str, writer: str, tmp_path: Path
) -> None:
    """As the table says; the command that made it tries every writer with every format."""
    found = line(name, writer, tmp_path)
    assert "lost" not in found
    assert found in (BENCHMARKS.parent / "docs/metadata.md").read_text().splitlines()


def test_a_loss_would_stand_in_the_table() -> None:
    in_words = benchmark_called("metadata").in_words
    both = frozenset({"exiftool", "exiv2"})
    assert in_words(both, both) == "both"
    assert in_words(both, frozenset({"exiftool"})) == "exiftool, lost to exiv2"
    assert in_words(both, frozenset()) == "lost to exiftool and exiv2"
