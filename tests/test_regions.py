"""Faces that XMP names stay on their faces when the pixels are turned."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.on_disk import colorize_photo
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.photos.formats.base import Metadata
from lab_colorize.photos.regions import DOES_NOT_FIT, upright

from . import makers as m

NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:r="http://www.metadataworkinggroup.com/schemas/regions/" '
    'xmlns:a="http://ns.adobe.com/xmp/sType/Area#" xmlns:d="http://ns.adobe.com/xap/1.0/sType/Dimensions#" '
    'xmlns:MP="http://ns.microsoft.com/photo/1.2/" xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#" '
    'xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"'
)
WIDTH, HEIGHT = 80, 40
BOX = (8, 4, 20, 10)  # left, top, width and height of a face, in pixels as stored


def packet(x: float, y: float, w: float, h: float, *, made_for=(WIDTH, HEIGHT), elements=False, unit="normalized"):
    """One region, as Lightroom writes it (attributes) or as exiftool does (elements)."""
    numbers = {"x": x, "y": y, "w": w, "h": h, "unit": unit}
    if elements:
        inside = "".join(f"<a:{name}>{value}</a:{name}>" for name, value in numbers.items())
        area = f'<r:Area rdf:parseType="Resource">{inside}</r:Area>'
        size = f'<r:AppliedToDimensions rdf:parseType="Resource"><d:w>{made_for[0]}</d:w><d:h>{made_for[1]}</d:h></r:AppliedToDimensions>'
    else:
        area = "<r:Area " + " ".join(f'a:{name}="{value}"' for name, value in numbers.items()) + "/>"
        size = f'<r:AppliedToDimensions d:w="{made_for[0]}" d:h="{made_for[1]}" d:unit="pixel"/>'
    return (
        f'<rdf:RDF {NAMESPACES}><rdf:Description><r:Regions rdf:parseType="Resource">{size}<r:RegionList><rdf:Bag>'
        f'<rdf:li><rdf:Description r:Name="Eva" r:Type="Face">{area}</rdf:Description></rdf:li>'
        "</rdf:Bag></r:RegionList></r:Regions></rdf:Description></rdf:RDF>"
    ).encode()


def centred(left: int, top: int, width: int, height: int, across: int, down: int) -> tuple[float, float, float, float]:
    return (left + width / 2) / across, (top + height / 2) / down, width / across, height / down


def seen_box(orientation: int) -> tuple[float, float, float, float]:
    """Where the face is for a person, found by painting it and turning the picture."""
    stored = np.zeros((HEIGHT, WIDTH), bool)
    left, top, width, height = BOX
    stored[top : top + height, left : left + width] = True
    seen = m.seen(stored, orientation)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return centred(columns[0], rows[0], len(columns), len(rows), seen.shape[1], seen.shape[0])


def turned(xmp: bytes, orientation: int) -> Metadata:
    size = (HEIGHT, WIDTH) if orientation > 4 else (WIDTH, HEIGHT)
    return upright(Metadata(exif=m.exif(orientation), xmp=xmp), (size,))


@pytest.mark.parametrize("elements", [False, True])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_face_is_where_a_person_sees_it(orientation: int, elements: bool) -> None:
    found = turned(packet(*centred(*BOX, WIDTH, HEIGHT), elements=elements), orientation)
    size = (HEIGHT, WIDTH) if orientation > 4 else (WIDTH, HEIGHT)
    assert found.xmp == packet(*seen_box(orientation), made_for=size, elements=elements)
    assert found.notes == ()


@given(st.integers(5, 8))
def test_a_region_that_was_made_for_what_is_seen_is_left(orientation: int) -> None:
    """Picasa's way."""
    xmp = packet(0.2, 0.3, 0.1, 0.1, made_for=(HEIGHT, WIDTH))
    assert turned(xmp, orientation) == Metadata(exif=m.exif(orientation), xmp=xmp)


def test_a_region_of_another_shape_is_left_and_said() -> None:
    xmp = packet(0.2, 0.3, 0.1, 0.1, made_for=(100, 90))
    found = turned(xmp, 6)
    assert (found.xmp, found.notes) == (xmp, (DOES_NOT_FIT,))


@pytest.mark.parametrize(
    "xmp", [packet(0.2, 0.3, 0.1, 0.1, unit="pixel"), b"<r:Regions " + NAMESPACES.encode() + b"> no XML", m.XMP]
)
def test_what_is_not_understood_keeps_its_bytes(xmp: bytes) -> None:
    found = turned(xmp, 3).xmp
    assert found == xmp


def test_microsofts_rectangles_turn_alike() -> None:
    rectangle = "<MPReg:Rectangle>0.1, 0.1, 0.25, 0.25</MPReg:Rectangle>"
    xmp = f"<rdf:RDF {NAMESPACES}><rdf:Description>{rectangle}</rdf:Description></rdf:RDF>".encode()
    assert turned(xmp, 6).xmp == xmp.replace(b"0.1, 0.1, 0.25, 0.25", b"0.65, 0.1, 0.25, 0.25")


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="apt install libimage-exiftool-perl")
@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_exiftool_finds_the_face_where_it_is_seen(suffix: str, tmp_path: Path, tiny_model: Path) -> None:
    source, target = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    kind = {".png": "PNG", ".tif": "TIFF", ".jpg": "JPEG"}[suffix]
    source.write_bytes(m.pillow(m.grey(HEIGHT, WIDTH) if kind != "JPEG" else m.colour(HEIGHT, WIDTH) // 4 * 4, kind))
    x, y, w, h = centred(*BOX, WIDTH, HEIGHT)
    region = f"{{Area={{X={x},Y={y},W={w},H={h},Unit=normalized}},Name=Eva,Type=Face}}"
    info = f"-RegionInfo={{AppliedToDimensions={{W={WIDTH},H={HEIGHT},Unit=pixel}},RegionList=[{region}]}}"
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-n", "-Orientation=6", info, source], check=True)
    colorize_photo(source, target, colorizer=Colorizer(tiny_model), options=ColorizeOptions(force=True))
    told = subprocess.run(
        ["exiftool", "-j", "-n", "-struct", "-RegionInfo", "-Orientation", target], capture_output=True, check=True
    )
    (found,) = json.loads(told.stdout)
    area = found["RegionInfo"]["RegionList"][0]["Area"]
    assert found["Orientation"] == 1
    assert tuple(float(area[name]) for name in "XYWH") == pytest.approx(seen_box(6))
    assert (found["RegionInfo"]["AppliedToDimensions"]["W"], found["RegionInfo"]["AppliedToDimensions"]["H"]) == (
        HEIGHT,
        WIDTH,
    )
