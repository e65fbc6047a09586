"""JPEG files as segments: what their headers say, whether they are whole, metadata in and out.

Pixels are OpenCV's matter.
"""

import re
import struct
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from lab_colorize.photos.formats import ifd, photoshop
from lab_colorize.photos.formats.base import Damaged, Header, Metadata, Unsupported, pieces

SIGNATURE = b"\xff\xd8\xff"

_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_ICC = b"ICC_PROFILE\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_ROOM = 65533  # a segment's length is 16 bits and counts itself

_PADDING = re.compile(rb"\s{2,}(?=<\?xpacket end)")

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP13, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xED, 0xFE
COMMENT = bytes((_COM,))
_MOST_SEGMENTS = 10_000  # 16 MB of metadata are 256
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0..15 without DHT, JPG and DAC
_HUFFMAN = frozenset({0xC0, 0xC1, 0xC2})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_ALONE = frozenset({0x01, *range(0xD0, 0xDA)})  # markers without a length

_MARKER = re.compile(rb"\xff+[^\x00\xff]", re.DOTALL)  # any number of fill bytes may stand before one

# In coded data FF is followed by 00 (it stands for itself), by a restart marker, by more FF, or by the marker
# that ends the scan.
_ENDS = np.ones(256, np.bool_)
_ENDS[[0x00, 0xFF, *range(0xD0, 0xD8)]] = False
_STRETCH = 1 << 20  # bytes looked through at a time


def _segments(data: bytes | memoryview) -> Iterator[tuple[int, int, int]]:
    """Give (marker, start, end of its payload) up to EOI; Damaged where the chain breaks."""
    at, marker, number = 2, 0, 0
    while marker != _EOI:
        number += 1
        if number > _MOST_SEGMENTS:
            raise Damaged(f"it has more than {_MOST_SEGMENTS} parts")
        found = _MARKER.match(data, at)
        if found is None:
            raise Damaged("it breaks off" if at >= len(data) - 1 else f"it is not a JPEG any more at byte {at}")
        marker, at = found.group()[-1], found.end()
        length = 0 if marker in _ALONE else int.from_bytes(data[at : at + 2], "big")
        if at + length > len(data) or (length < 2 and marker not in _ALONE):
            raise Damaged("it breaks off")
        yield marker, min(at + 2, at + length), at + length
        at += length
        if marker == _SOS:
            at = _scan_end(data, at)
            if at < 0:
                raise Damaged("the image data break off")


def _scan_end(data: bytes | memoryview, at: int) -> int:
    """Where the marker behind the coded data stands, -1 where there is none. As fast however many FF there are."""
    coded = np.frombuffer(data, np.uint8)
    for start in range(at, len(data) - 1, _STRETCH):
        here = coded[start : start + _STRETCH + 1]
        places = np.flatnonzero(here[:-1] == 0xFF)
        ends = places[_ENDS[here[places + 1]]]
        if ends.size:
            return start + int(ends[0])
    return -1


def _head(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the segments before the image data; what is broken ends them early."""
    try:
        for marker, start, end in _segments(data):
            if marker in {_SOS, _EOI}:
                return
            yield marker, data[start:end]
    except Damaged:
        return


def header(data: bytes) -> Header:
    """Read the frame header."""
    orientation = 1
    for marker, payload in _head(data):
        if marker == _APP1 and payload.startswith(_EXIF):
            orientation = ifd.orientation(payload[len(_EXIF) :])
        if marker in _FRAMES:
            if len(payload) < 6:
                break
            bits, height, width, channels = struct.unpack_from(">BHHB", payload)
            if bits != 8:
                raise Unsupported(f"a JPEG of {bits} bits a sample", remedy="Convert it to a 16-bit TIFF.")
            if not width or not height:
                raise Damaged("its header gives no size")
            return Header(width, height, channels, bits, orientation=orientation)
    raise Damaged("it breaks off before the image data")


def integrity_error(data: bytes) -> str | None:
    """Say what is missing before the end of the image; whatever follows EOI is nobody's loss."""
    coded = before = last = 0
    try:
        for marker, start, end in _segments(data):
            coded += start - last if before == _SOS else 0
            before, last = marker, end
    except Damaged as broken:
        return str(broken)
    if not coded:
        return "it holds no image data"
    return None if 8 * coded >= fewest_bits(data) else "its image data are too few for its size"


def fewest_bits(data: bytes) -> int:
    """Huffman's codes have at least one for each block of 8 x 8 pixels; 0 for arithmetic ones, which have fewer."""
    for marker, payload in _head(data):
        if marker in _HUFFMAN and len(payload) >= 6:
            height, width = struct.unpack_from(">HH", payload, 1)
            return -(-height // 8) * -(-width // 8)
    return 0


def scanned(data: bytes) -> bytes:
    """A file up to where its last scan ends: without the end marker, or whatever stands there in its place."""
    end = len(data)
    with suppress(Damaged):
        for marker, _, stop in _segments(data):
            if marker == _SOS:
                end = _scan_end(data, stop)
    return data[:end] if end >= 0 else data


def completed(data: bytes) -> bytes:
    """What is there of a truncated file, with an end marker."""
    return scanned(data) + b"\xff\xd9"


def is_progressive(data: bytes) -> bool:
    """Whether the picture is coded in passes over the whole."""
    return any(marker in _PROGRESSIVE for marker, _ in _head(data))


def metadata(data: bytes) -> Metadata:
    """Take the blocks out of the APP segments."""
    exif = xmp = iptc = None
    dpi: tuple[float, float] | None = None
    more: dict[bytes, dict[int, bytes]] = {}
    icc: dict[int, bytes] = {}
    comments: list[tuple[bytes, bytes]] = []
    for marker, payload in _head(data):
        if marker == _APP0 and payload.startswith(b"JFIF\0") and len(payload) >= 12:
            dpi = _density(payload)
        elif marker == _APP1 and payload.startswith(_EXIF):
            exif = exif or payload[len(_EXIF) :]
        elif marker == _APP1 and payload.startswith(_XMP):
            xmp = xmp or payload[len(_XMP) :]
        elif marker == _APP1 and payload.startswith(_MORE_XMP) and len(payload) > len(_MORE_XMP) + 40:
            rest = payload[len(_MORE_XMP) :]
            more.setdefault(rest[:32], {})[struct.unpack_from(">I", rest, 36)[0]] = rest[40:]
        elif marker == _APP2 and payload.startswith(_ICC) and len(payload) > len(_ICC) + 2:
            icc[payload[len(_ICC)]] = payload[len(_ICC) + 2 :]
        elif marker == _APP13 and payload.startswith(_PHOTOSHOP):
            iptc = iptc or photoshop.iptc(payload[len(_PHOTOSHOP) :])
        elif marker == _COM:
            comments.append((COMMENT, payload))
    notes = ("XMP beyond 64 KB (extended XMP) was left behind",) if more else ()
    profile = b"".join(icc[i] for i in sorted(icc)) or None
    return Metadata(exif, xmp, iptc, profile, ifd.dpi(exif) or dpi, tuple(comments), notes=notes)


def _density(jfif: bytes) -> tuple[float, float] | None:
    unit, across, down = struct.unpack_from(">BHH", jfif, 7)
    inches = {1: 1.0, 2: 2.54}.get(unit)
    return (across * inches, down * inches) if inches and across and down else None


def embed(data: memoryview, metadata: Metadata) -> bytes:
    """Put the blocks behind SOI, in the order in which readers expect them: JFIF, EXIF, XMP, IPTC, ICC, comments."""
    segments = [_jfif(metadata.dpi)]
    if metadata.exif:
        segments += _whole(_APP1, _EXIF + metadata.exif)
    if metadata.xmp:
        segments += _whole(_APP1, _XMP + _without_padding(metadata.xmp))
    if metadata.iptc:
        resource = photoshop.resource(metadata.iptc)
        parts = pieces(resource, _ROOM - len(_PHOTOSHOP))
        segments += [_segment(_APP13, _PHOTOSHOP + part) for part in parts]
    if metadata.icc:
        held = list(pieces(metadata.icc, _ROOM - len(_ICC) - 2))
        segments += [_segment(_APP2, _ICC + bytes((i, len(held))) + part) for i, part in enumerate(held, 1)]
    segments += [_segment(_COM, text) for kind, text in metadata.texts if kind == COMMENT]
    return b"".join((data[:2], *segments, data[_after_jfif(data) :]))


def left_behind(metadata: Metadata) -> tuple[str, ...]:
    """Name the blocks that are too long for a segment and that `embed` leaves out."""
    lost = []
    if metadata.exif and len(_EXIF) + len(metadata.exif) > _ROOM:
        lost.append(f"EXIF of {len(metadata.exif)} bytes does not fit into a JPEG")
    if metadata.xmp and not holds_xmp(metadata.xmp):
        lost.append(f"XMP of {len(metadata.xmp)} bytes does not fit into a JPEG: only the provenance was kept")
    return tuple(lost)


def _without_padding(xmp: bytes) -> bytes:
    """Programs leave room in a packet to write in later: dropped where the packet would not fit otherwise."""
    return xmp if len(_XMP) + len(xmp) <= _ROOM else _PADDING.sub(b"\n", xmp)


def holds_xmp(xmp: bytes) -> bool:
    """Whether a packet fits into a segment, if need be without its padding."""
    return len(_XMP) + len(_without_padding(xmp)) <= _ROOM


def _whole(marker: int, payload: bytes) -> list[bytes]:
    return [_segment(marker, payload)] if len(payload) <= _ROOM else []


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def _jfif(dpi: tuple[float, float] | None) -> bytes:
    unit, across, down = (1, *(min(65535, max(1, round(x))) for x in dpi)) if dpi else (0, 1, 1)
    return _segment(_APP0, b"JFIF\0\1\1" + struct.pack(">BHHBB", unit, across, down, 0, 0))


def _after_jfif(data: memoryview) -> int:
    """Where the encoder's own JFIF segment ends."""
    marker, start, end = next(_segments(data))
    return end if marker == _APP0 and bytes(data[start : start + 5]) == b"JFIF\0" else 2
