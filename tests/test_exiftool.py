"""What exiftool writes into a photograph is read, carried over, and read by exiftool again."""

import json
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any

import cv2
import pytest

from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.on_disk import colorize_photo
from lab_colorize.photos.kinds import Format
from lab_colorize.photos.metadata import read_metadata
from tests.makers import png_chunks, png_of

needs_exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="apt install libimage-exiftool-perl")
CAPTION = b"\x1c\x02\x78\x00\x0cOn the beach"
WRITTEN = {
    "IPTC:Caption-Abstract": "On the beach",
    "EXIF:Artist": "A. Photographer",
    "XMP-dc:Title": "Beach",
    "EXIF:GPSLatitude": "52.5",
}


def exiftool(*words: str) -> str:
    return subprocess.run(["exiftool", *words], capture_output=True, text=True, check=True).stdout


def told(path: Path) -> dict[str, Any]:
    tags = [f"-{tag}" for tag in WRITTEN]
    (found,) = json.loads(exiftool("-json", "-n", "-G1", *tags, str(path)))
    return {name.partition(":")[2]: str(value) for name, value in found.items() if name != "SourceFile"}


def test_iptc_of_png_as_exiftool_writes_it_is_read(tmp_path: Path, scene) -> None:
    """Its profile is called by two words, and is one of Photoshop's resources."""
    block = b"8BIM\x04\x04\0\0\0\0\0" + bytes([len(CAPTION)]) + CAPTION + b"\0" * (len(CAPTION) % 2)
    profile = f"\nIPTC profile\n{len(block):8}\n{block.hex()}\n".encode()
    cv2.imwrite(str(tmp_path / "1.png"), scene())
    head, *others = png_chunks((tmp_path / "1.png").read_bytes())
    chunk = (b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(profile))
    assert read_metadata(png_of([head, chunk, *others]), Format.PNG).iptc == CAPTION


@needs_exiftool
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_exiftool_reads_of_the_result_what_it_wrote_into_the_photograph(
    suffix: str, tmp_path: Path, tiny_model: Path, scene
) -> None:
    source, target = tmp_path / f"1{suffix}", tmp_path / f"2{suffix}"
    cv2.imwrite(str(source), scene())
    exiftool(
        "-q", "-m", "-n", "-overwrite_original", *(f"-{tag}={value}" for tag, value in WRITTEN.items()), str(source)
    )
    assert len(told(source)) >= len(WRITTEN)
    colorize_photo(source, target, colorizer=Colorizer(tiny_model))
    assert told(target) == told(source)
