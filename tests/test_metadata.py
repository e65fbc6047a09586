"""Metadata is carried over unharmed, corrected where it is no longer true, and stamped with its provenance."""

import io
import struct
from xml.etree import ElementTree as ET
from xml.parsers import expat

import numpy as np
import piexif  # type: ignore[import-untyped]  # it has no types
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from lab_colorize.colour.icc import SRGB_PROFILE
from lab_colorize.photos import exif as exif_blocks
from lab_colorize.photos.formats import ifd
from lab_colorize.photos.formats.base import Metadata, Page
from lab_colorize.photos.kinds import Format
from lab_colorize.photos.metadata import Provenance, read_metadata, stamped
from lab_colorize.photos.photo import Photo, encode_photo, left_behind, read_photo
from tests import makers as m

PROVENANCE = Provenance("lab-colorize 1.2.3", "default <&>", "ab" * 32)
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
MM = "{http://ns.adobe.com/xap/1.0/mm/}"
EVENT = "{http://ns.adobe.com/xap/1.0/sType/ResourceEvent#}"
OURS = "{urn:lab-colorize:1.0}"
TIFF = "{http://ns.adobe.com/tiff/1.0/}"


def _packet(inside: str, about: str = "") -> bytes:
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
        ' xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        ' xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"'
        ' xmlns:GPano="http://ns.google.com/photos/1.0/panorama/">\n'
        f"<rdf:Description rdf:about='{about}' GPano:ProjectionType=\"a > b\">{inside}</rdf:Description>\n"
        '</rdf:RDF></x:xmpmeta>\n  <?xpacket end="w"?>'
    ).encode()


def _stamped(xmp: bytes | None, provenance: Provenance = PROVENANCE) -> tuple[ET.Element, Metadata]:
    found = stamped(Metadata(xmp=xmp), provenance)
    assert found.xmp is not None
    return ET.fromstring(found.xmp.strip(b"\0").removeprefix(b"\xef\xbb\xbf")), found


def _all(tree: ET.Element, name: str) -> list[str]:
    """Every value of a property, as an element or as an attribute."""
    inside = [e.text or "" for e in tree.iter(name)]
    return inside + [e.attrib[name] for e in tree.iter() if name in e.attrib]


# --- XMP


@pytest.mark.parametrize(
    "xmp", [None, m.XMP, _packet(""), _packet("", "uuid:a&amp;b")], ids=["none", "small", "empty", "about"]
)
def test_provenance_is_written(xmp: bytes | None) -> None:
    tree, _ = _stamped(xmp)
    (kind,) = _all(tree, IPTC + "DigitalSourceType")
    assert kind == "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
    assert _all(tree, OURS + "Model") == ["default <&>"]
    assert _all(tree, OURS + "ModelSHA256") == ["ab" * 32]
    assert _all(tree, OURS + "Software") == ["lab-colorize 1.2.3"]
    (event,) = tree.iter(RDF + "li")
    assert event.findtext(EVENT + "action") == "converted"
    assert event.findtext(EVENT + "softwareAgent") == "lab-colorize 1.2.3"
    assert "ab" * 32 in (event.findtext(EVENT + "parameters") or "")
    assert {e.get(RDF + "about") for e in tree.iter(RDF + "Description")} == {
        (tree.find(f".//{RDF}Description") or tree[0][0]).get(RDF + "about")
    }


def test_what_was_there_stays_byte_for_byte() -> None:
    packet = _packet(
        "<dc:title xmlns:dc='http://purl.org/dc/elements/1.1/'>Gda\u0144sk &#x41; <!-- kept --></dc:title>"
    )
    after = stamped(Metadata(xmp=packet), PROVENANCE).xmp
    assert after is not None
    start, end = packet.split(b"\n</rdf:RDF>")
    assert after.startswith(start)
    assert after.endswith(end)


def test_a_source_type_of_before_is_kept_beside_the_new_one() -> None:
    for inside in ("<Iptc4xmpExt:DigitalSourceType>negativeFilm</Iptc4xmpExt:DigitalSourceType>",):
        tree, first = _stamped(_packet(inside))
        assert len(_all(tree, IPTC + "DigitalSourceType")) == 1
        assert _all(tree, OURS + "DigitalSourceTypeBefore") == ["negativeFilm"]
        again, _ = _stamped(first.xmp)
        assert _all(again, OURS + "DigitalSourceTypeBefore") == ["negativeFilm"]


def test_a_source_type_can_be_an_attribute() -> None:
    packet = m.XMP.replace(
        b'rdf:about=""',
        b'rdf:about="" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" e:DigitalSourceType="print"',
    )
    tree, _ = _stamped(packet)
    assert len(_all(tree, IPTC + "DigitalSourceType")) == 1
    assert _all(tree, OURS + "DigitalSourceTypeBefore") == ["print"]


def test_stamping_twice_leaves_one_stamp_and_two_events() -> None:
    _, once = _stamped(m.XMP)
    tree, _ = _stamped(once.xmp, Provenance("lab-colorize 2", "other", "cd" * 32))
    assert _all(tree, OURS + "Model") == ["other"]
    assert _all(tree, OURS + "Software") == ["lab-colorize 2"]
    assert len(_all(tree, IPTC + "DigitalSourceType")) == 1
    assert [e.findtext(EVENT + "softwareAgent") for e in tree.iter(RDF + "li")] == [
        "lab-colorize 1.2.3",
        "lab-colorize 2",
    ]


def test_a_history_is_continued() -> None:
    event = '<rdf:li stEvt:action="saved" stEvt:softwareAgent="Scanner 7"/>'
    tree, _ = _stamped(_packet(f"<xmpMM:History><rdf:Seq>{event}</rdf:Seq></xmpMM:History>"))
    assert len(list(tree.iter(MM + "History"))) == 1
    first, second = tree.iter(RDF + "li")
    assert first.get(EVENT + "softwareAgent") == "Scanner 7"
    assert second.findtext(EVENT + "action") == "converted"


@pytest.mark.parametrize(
    "said",
    [
        "<tiff:Orientation>6</tiff:Orientation><tiff:ImageWidth>10</tiff:ImageWidth><tiff:ImageLength>20</tiff:ImageLength>"
    ],
)
def test_xmp_says_upright(said: str) -> None:
    tree, _ = _stamped(_packet(said))
    assert _all(tree, TIFF + "Orientation") == ["1"]
    assert _all(tree, TIFF + "ImageWidth") == ["20"]
    assert _all(tree, TIFF + "ImageLength") == ["10"]


def test_xmp_says_upright_in_an_attribute_with_any_prefix() -> None:
    packet = m.XMP.replace(b'rdf:about=""', b"rdf:about='' xmlns:t='http://ns.adobe.com/tiff/1.0/' t:Orientation = '8'")
    tree, _ = _stamped(packet)
    assert _all(tree, TIFF + "Orientation") == ["1"]


@pytest.mark.parametrize(
    "bad",
    [
        b"<not xml",
        b"\xff\xfe\x00",
        b"",
        b"<a/>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
        m.XMP.replace(b"<x:xmpmeta", b'<!DOCTYPE x [<!ENTITY a "b">]><x:xmpmeta'),
        b" " * (17 << 20),
    ],
    ids=["no XML", "UTF-16 cut off", "empty", "no RDF", "bomb", "document type", "too long"],
)
def test_a_packet_that_cannot_be_kept_is_left_out_with_a_note(bad: bytes) -> None:
    tree, found = _stamped(bad)
    assert len(_all(tree, IPTC + "DigitalSourceType")) == 1
    assert any("XMP was left out" in note for note in found.notes)


def test_a_packet_too_long_for_a_jpeg_leaves_its_provenance() -> None:
    long = _packet("<tiff:Artist>" + "x" * 70_000 + "</tiff:Artist>")
    photo = Photo((Page(m.colour()),), Format.JPEG, stamped(Metadata(xmp=long), PROVENANCE))
    assert any("XMP" in note for note in left_behind(photo))
    held = read_photo(encode_photo(photo)).metadata.xmp
    assert held is not None
    tree = ET.fromstring(held)
    assert _all(tree, OURS + "ModelSHA256") == ["ab" * 32]
    assert _all(tree, IPTC + "DigitalSourceType")[0].endswith("/compositeWithTrainedAlgorithmicMedia")


def test_padding_gives_way_to_a_packet_that_would_not_fit() -> None:
    padded = _packet("").replace(b"\n  <?xpacket end", b"\n" + b" " * 70_000 + b"\n<?xpacket end")
    photo = Photo((Page(m.colour()),), Format.JPEG, stamped(Metadata(xmp=padded), PROVENANCE))
    assert not left_behind(photo)
    held = read_photo(encode_photo(photo)).metadata.xmp
    assert held is not None
    assert b"GPano:ProjectionType" in held


def test_a_packet_in_utf_16_is_kept() -> None:
    tree, found = _stamped(m.XMP.decode().encode("utf-16"))
    assert not found.notes
    assert "Box 7, plate 12" in _all(tree, "{http://purl.org/dc/elements/1.1/}source")


@given(st.binary(max_size=200), st.integers(0, 500))
def test_no_packet_ever_crashes_the_stamp(noise: bytes, at: int) -> None:
    for packet in (noise, m.XMP[:at] + noise + m.XMP[at:]):
        after = stamped(Metadata(xmp=packet), PROVENANCE).xmp
        assert after is not None
        expat.ParserCreate().Parse(after, True)  # ElementTree would stumble over a "}" in a namespace


def test_the_stamp_is_the_same_every_time() -> None:
    assert stamped(Metadata(xmp=m.XMP), PROVENANCE) == stamped(Metadata(xmp=m.XMP), PROVENANCE)


# --- EXIF


def test_exif_says_upright_and_the_old_thumbnail_goes() -> None:
    after = stamped(Metadata(exif=m.exif(6, thumbnail=True)), PROVENANCE).exif
    assert after is not None
    found = piexif.load(b"Exif\0\0" + after)
    assert found["0th"][piexif.ImageIFD.Orientation] == 1
    assert found["thumbnail"] is None
    assert not found["1st"]
    assert b"\xff\xd8\xff" not in after
    assert found["Exif"][piexif.ExifIFD.ColorSpace] == 1
    assert found["Exif"][piexif.ExifIFD.PixelXDimension] == 40
    assert found["Exif"][piexif.ExifIFD.PixelYDimension] == 56


@pytest.mark.parametrize("block", [m.exif(6), m.little_endian_exif(6)], ids=["MM", "II"])
def test_makers_notes_stay_where_they_were(block: bytes) -> None:
    after = stamped(Metadata(exif=block), PROVENANCE).exif
    assert after is not None
    assert len(after) == len(block)
    assert after.index(b"NOTE") == block.index(b"NOTE")
    changed = [i for i, (old, new) in enumerate(zip(block, after, strict=True)) if old != new]
    assert len(changed) <= 8


@pytest.mark.parametrize("bad", [b"", b"II", b"garbage garbage", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff"])
def test_a_broken_exif_block_is_dropped(bad: bytes) -> None:
    assert stamped(Metadata(exif=bad), PROVENANCE).exif is None


def test_a_broken_exif_block_in_a_file_is_noted() -> None:
    data = m.with_app_segment(m.pillow(m.grey(), "JPEG"), 0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff")
    found = read_photo(data)
    assert found.metadata.exif is None
    assert any("EXIF" in note for note in found.metadata.notes)


@given(st.binary(max_size=120), st.integers(0, 400))
def test_no_exif_block_ever_crashes(noise: bytes, at: int) -> None:
    for block in (noise, m.exif(6)[:at] + noise + m.exif(6)[at + len(noise) :]):
        after = stamped(Metadata(exif=block), PROVENANCE).exif
        assert after is None or exif_blocks.is_sound(after)
        encode_photo(Photo((Page(m.colour(4, 4)),), Format.TIFF, Metadata(exif=block)))


@pytest.mark.parametrize("kind", [1, 3, 4, 5, 7, 11])
def test_an_orientation_of_any_type_is_set_upright(kind: int) -> None:
    value = {1: b"\6", 3: b"\6\0", 4: b"\6\0\0\0", 7: b"\6", 11: struct.pack("<f", 6)}.get(kind, struct.pack("<I", 26))
    block = b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHI", 274, kind, 1) + value.ljust(4, b"\0") + bytes(4)
    block += struct.pack("<II", 6, 1)
    assert ifd.orientation(block) == 6
    assert ifd.orientation(stamped(Metadata(exif=block), PROVENANCE).exif) == 1


def test_directories_that_point_in_a_circle_end() -> None:
    loop = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    assert stamped(Metadata(exif=loop), PROVENANCE).exif is not None
    encode_photo(Photo((Page(m.colour(4, 4)),), Format.TIFF, Metadata(exif=loop)))


# --- ICC and the rest


def test_the_result_is_srgb_whatever_the_scan_was() -> None:
    before = Metadata(icc=m.grey_profile(m.gamma_curve(1.8)), iptc=m.IPTC, dpi=(300.0, 300.0))
    after = stamped(before, PROVENANCE)
    assert after.icc == SRGB_PROFILE
    assert after.iptc == m.IPTC
    assert after.dpi == (300.0, 300.0)


# --- reading what other libraries wrote


def test_a_jpeg_gives_all_its_metadata() -> None:
    from lab_colorize.photos.formats import photoshop

    data = m.pillow(
        m.grey(), "JPEG", exif=b"Exif\0\0" + m.exif(1), xmp=m.XMP, icc_profile=m.SRGB_OF_PILLOW, dpi=(600, 600)
    )
    data = m.with_app_segment(
        data, 0xED, b"Photoshop 3.0\0" + b"8BIM\x03\xed\0\0\0\0\0\x02\0\0" + photoshop.resource(m.IPTC)
    )
    found = read_metadata(data, Format.JPEG)
    assert (found.exif, found.xmp, found.icc, found.iptc) == (m.exif(1), m.XMP, m.SRGB_OF_PILLOW, m.IPTC)
    assert found.dpi == (600, 600)


def test_a_png_gives_all_its_metadata() -> None:
    data = m.pillow(m.grey(), "PNG", exif=m.exif(1), pnginfo=m.png_info(), icc_profile=m.SRGB_OF_PILLOW, dpi=(600, 600))
    found = read_metadata(data, Format.PNG)
    assert (found.exif, found.xmp, found.icc) == (m.exif(1), m.XMP, m.SRGB_OF_PILLOW)
    assert found.dpi == pytest.approx((600, 600), rel=1e-3)


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_webp_and_avif_give_all_their_metadata(kind: str) -> None:
    data = m.pillow(m.colour(), kind, exif=m.exif(1), xmp=m.XMP, icc_profile=m.SRGB_OF_PILLOW)
    found = read_photo(data).metadata
    assert (found.xmp, found.icc, found.dpi) == (m.XMP, m.SRGB_OF_PILLOW, (600, 600))
    assert found.exif is not None  # Pillow writes it anew: an AVIF's orientation is not EXIF's to say
    assert piexif.load(b"Exif\0\0" + found.exif)["0th"][piexif.ImageIFD.Make] == b"Linhof"


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_gives_all_its_metadata(order: str) -> None:
    tags = [
        (700, 1, len(m.XMP), m.XMP, True),
        (33723, 7, len(m.IPTC), m.IPTC, True),
        (315, 2, None, "A. Nonymous", True),
    ]
    data = m.tiff(
        m.grey(),
        byteorder=order,
        extratags=tags,
        resolution=(118.11, 118.11),
        resolutionunit="CENTIMETER",
        iccprofile=m.grey_profile(m.gamma_curve(2.2)),
    )
    found = read_metadata(data, Format.TIFF)
    assert found.xmp == m.XMP
    assert found.iptc == m.IPTC
    assert found.icc == m.grey_profile(m.gamma_curve(2.2))
    assert found.dpi == pytest.approx((300, 300), rel=1e-3)
    assert found.exif is not None
    assert piexif.load(b"Exif\0\0" + found.exif)["0th"][piexif.ImageIFD.Artist] == b"A. Nonymous"


def test_exif_of_a_tiff_goes_into_a_jpeg() -> None:
    tiff = encode_photo(Photo((Page(m.colour()),), Format.TIFF, Metadata(exif=m.exif(1))))
    jpeg = encode_photo(Photo((Page(m.colour()),), Format.JPEG, read_photo(tiff).metadata))
    found = piexif.load(Image.open(io.BytesIO(jpeg)).info["exif"])
    assert found["0th"][piexif.ImageIFD.Make] == b"Linhof"
    assert found["Exif"][piexif.ExifIFD.DateTimeOriginal] == b"1931:05:17 12:00:00"
    assert found["GPS"][piexif.GPSIFD.GPSLatitudeRef] == b"N"


def test_iptc_goes_through_a_png() -> None:
    data = encode_photo(Photo((Page(m.colour()),), Format.PNG, Metadata(iptc=m.IPTC)))
    assert read_metadata(data, Format.PNG).iptc == m.IPTC


def test_every_file_is_stamped_to_a_second_library() -> None:
    photo = read_photo(m.pillow(m.grey(), "JPEG", exif=b"Exif\0\0" + m.exif(6), xmp=m.XMP))
    page = Page(m.colour(56, 40))
    for format in (Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF):
        picture = Image.open(io.BytesIO(encode_photo(Photo((page,), format, stamped(photo.metadata, PROVENANCE)))))
        assert b"compositeWithTrainedAlgorithmicMedia" in bytes(picture.info["xmp"])
        assert picture.getexif().get(0x0112, 1) == 1
        assert picture.size == (40, 56)


# --- texts of PNG and JPEG


def _with_texts() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "A. Nonymous")
    info.add_itxt("Description", "Gda\u0144sk, the harbour", lang="pl", zip=True)
    info.add_text("Copyright", "Box 7", zip=True)
    return m.pillow(m.grey(), "PNG", pnginfo=info)


def test_texts_of_a_png_are_carried() -> None:
    photo = read_photo(_with_texts())
    after = encode_photo(Photo((Page(m.colour()),), Format.PNG, stamped(photo.metadata, PROVENANCE)))
    said = Image.open(io.BytesIO(after)).text
    assert said["Author"] == "A. Nonymous"
    assert said["Description"] == "Gda\u0144sk, the harbour"
    assert said["Copyright"] == "Box 7"
    assert len([name for name in said if name.startswith("XML")]) == 1


def test_comments_of_a_jpeg_are_carried() -> None:
    data = m.with_app_segment(m.pillow(m.grey(), "JPEG", comment=b"plate 12"), 0xFE, b"found in Box 7")
    photo = read_photo(data)
    after = encode_photo(Photo((Page(m.colour()),), Format.JPEG, stamped(photo.metadata, PROVENANCE)))
    comments = [contents for name, contents in Image.open(io.BytesIO(after)).applist if name == "COM"]
    assert comments == [b"found in Box 7", b"plate 12"]


def test_texts_that_another_format_cannot_hold_are_mentioned() -> None:
    texts = read_photo(_with_texts()).metadata
    assert any("texts" in note for note in left_behind(Photo((Page(m.colour()),), Format.JPEG, texts)))
    assert not left_behind(Photo((Page(m.colour()),), Format.PNG, texts))


# --- pages of a TIFF


@pytest.mark.parametrize("order", ["<", ">"])
def test_every_page_of_a_tiff_keeps_its_own_metadata(order: str) -> None:
    file = io.BytesIO()
    with tifffile.TiffWriter(file, byteorder=order) as to:
        for number, artist in enumerate(["A. Nonymous", "B. Nonymous", "C. Nonymous"], 1):
            tags = [(700, 1, len(m.XMP), m.XMP, True)] if number == 2 else [(285, 2, None, f"page {number}", True)]
            to.write(
                m.grey(), photometric="minisblack", metadata=None, resolution=(100 * number,) * 2,
                extratags=[(315, 2, None, artist, True), *tags],
            )  # fmt: skip
            to.write(m.grey(8, 8), photometric="minisblack", metadata=None, subfiletype=1)  # a thumbnail
    photo = read_photo(file.getvalue())
    coloured = Photo((Page(m.colour()),) * 3, Format.TIFF, stamped(photo.metadata, PROVENANCE))
    with tifffile.TiffFile(io.BytesIO(encode_photo(coloured))) as after:
        assert [page.tags["Artist"].value for page in after.pages] == ["A. Nonymous", "B. Nonymous", "C. Nonymous"]
        assert [page.tags["PageName"].value for page in after.pages if "PageName" in page.tags] == ["page 1", "page 3"]
        assert [page.tags["XResolution"].value[0] for page in after.pages] == [100, 200, 300]
        assert [b"Box 7, plate 12" in page.tags["XMP"].value for page in after.pages] == [False, True, False]
        assert all(b"compositeWithTrainedAlgorithmicMedia" in page.tags["XMP"].value for page in after.pages)
        assert all(np.array_equal(page.asarray(), m.colour()) for page in after.pages)
