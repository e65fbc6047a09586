"""What an archive wrote about a photograph is found where programs put it."""

import io

import piexif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from lab_colorize.photos.caption import caption_of
from lab_colorize.photos.formats.base import Metadata
from lab_colorize.photos.photo import read_photo

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description><dc:description>
 <rdf:Alt><rdf:li xml:lang="x-default">Market &amp; harbour,
 Gda\u0144sk</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"""


def iptc(text: bytes) -> bytes:
    other = b"\x1c\x02\x05\x00\x05Title"
    return other + b"\x1c\x02\x78" + len(text).to_bytes(2, "big") + text


def exif(text: bytes) -> bytes:
    return piexif.dump({"0th": {piexif.ImageIFD.ImageDescription: text}})[6:]


@pytest.mark.parametrize(
    ("metadata", "caption"),
    [
        (Metadata(iptc=iptc("Grüße vom Hof".encode())), "Grüße vom Hof"),
        (Metadata(iptc=iptc("Grüße vom Hof".encode("latin-1"))), "Grüße vom Hof"),
        (Metadata(xmp=XMP.encode()), "Market & harbour, Gda\u0144sk"),
        (Metadata(exif=exif(b"A farm, 1911")), "A farm, 1911"),
        (Metadata(exif=exif(b"a"), iptc=iptc(b"b")), "b"),
        (Metadata(exif=exif(b"OLYMPUS DIGITAL CAMERA         ")), ""),
        (Metadata(), ""),
    ],
)
def test_a_caption_is_found(metadata, caption):
    assert caption_of(metadata) == caption


def test_the_caption_of_a_tiff_stands_in_its_own_tag():
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270] = "A farm, 1911"
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "TIFF", tiffinfo=tags)
    assert caption_of(read_photo(file.getvalue()).metadata) == "A farm, 1911"


@given(iptc=st.binary(), xmp=st.binary(), exif=st.binary())
def test_no_bytes_are_too_odd(iptc, xmp, exif):
    assert isinstance(caption_of(Metadata(iptc=b"\x1c\x02\x78" + iptc, xmp=xmp, exif=b"II*\0\x08\0\0\0" + exif)), str)
