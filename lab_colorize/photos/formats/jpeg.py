"""JPEG files as segments: what their headers say, whether they are whole, metadata in and out.

Pixels are OpenCV's matter.
"""

import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from itertools import pairwise

from lab_colorize.photos.formats import ifd, photoshop
from lab_colorize.photos.formats.base import Damaged, Header, Metadata, Unsupported, pieces
from lab_colorize.photos.formats.jpeg_segments import COM, EOI, FRAMES, SOS, Segment, scan_end, segment, segments

SIGNATURE = b"\xff\xd8\xff"

_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_ICC = b"ICC_PROFILE\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_ROOM = 65533  # a segment's length is 16 bits and counts itself

_PADDING = re.compile(rb"\s{2,}(?=<\?xpacket end)")

_FILLED_WITH = b"\0\xff\r\n "  # what some programs pad files with
_APP0, _APP1, _APP2, _APP13 = 0xE0, 0xE1, 0xE2, 0xED
COMMENT = bytes((COM,))
_HUFFMAN = frozenset({0xC0, 0xC1, 0xC2})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})


class ParsedJpeg:
    """A file as its segments: those before the image data are found first, the others when the whole is asked for."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._coming = segments(data)
        self._damage: str | None = None

    @cached_property
    def _head(self) -> tuple[Segment, ...]:
        """The segments up to the first scan's header; what is broken ends them early."""
        return tuple(self._until(SOS))

    @cached_property
    def _all(self) -> tuple[Segment, ...]:
        """All segments; what is broken ends them early."""
        return (*self._head, *self._until(EOI))

    def _until(self, last: int) -> Iterator[Segment]:
        try:
            for one in self._coming:
                yield one
                if one.marker == last:
                    return
        except Damaged as broken:
            self._damage = str(broken)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments; Damaged where the chain breaks."""
        found = self._all
        if self._damage is not None:
            raise Damaged(self._damage)
        return found

    @cached_property
    def header(self) -> Header:
        """What the frame header says."""
        orientation = 1
        for one in self._head:
            payload = one.payload(self.data)
            if one.marker == _APP1 and payload.startswith(_EXIF):
                orientation = ifd.orientation(payload[len(_EXIF) :])
            if one.marker in FRAMES:
                return _header(payload, orientation)
        raise Damaged("it ends before the image data")

    @cached_property
    def integrity_error(self) -> str | None:
        """What is missing before the end of the image; whatever follows EOI is nobody's loss."""
        try:
            coded = sum(following.at - one.end for one, following in pairwise(self.segments) if one.marker == SOS)
        except Damaged as broken:
            return str(broken)
        if not coded:
            return "it holds no image data"
        return None if 8 * coded >= self.fewest_bits else "it has too little image data for its size"

    @property
    def fewest_bits(self) -> int:
        """Huffman's codes have at least one for each block of 8 x 8 pixels; 0 for arithmetic ones, which have fewer."""
        for one in self._head:
            if one.marker in _HUFFMAN and one.end - one.start >= 6:
                height, width = struct.unpack_from(">HH", self.data, one.start + 1)
                return -(-height // 8) * -(-width // 8)
        return 0

    @property
    def is_progressive(self) -> bool:
        """Whether the picture is coded in passes over the whole."""
        return any(one.marker in _PROGRESSIVE for one in self._head)

    @cached_property
    def metadata(self) -> Metadata:
        """The blocks in the APP segments."""
        exif = xmp = iptc = None
        dpi: tuple[float, float] | None = None
        more: dict[bytes, dict[int, bytes]] = {}
        icc: dict[int, bytes] = {}
        comments: list[tuple[bytes, bytes]] = []
        for one in self._head:
            marker, payload = one.marker, one.payload(self.data)
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
            elif marker == COM:
                comments.append((COMMENT, payload))
        notes = ["XMP beyond 64 KB (extended XMP) was left behind"] if more else []
        if behind := self._behind():
            notes.append(f"{behind} bytes behind the image, which are no part of it, were left behind")
        profile = b"".join(icc[i] for i in sorted(icc)) or None
        return Metadata(exif, xmp, iptc, profile, ifd.dpi(exif) or dpi, tuple(comments), notes=tuple(notes))

    def _behind(self) -> int:
        """How many bytes follow the image, such as the film of a motion photograph; padding does not count."""
        try:
            end = self.segments[-1].end
        except Damaged:
            return 0
        return len(self.data[end:].strip(_FILLED_WITH))


def _header(frame: bytes, orientation: int) -> Header:
    if len(frame) < 6:
        raise Damaged("it ends before the image data")
    bits, height, width, channels = struct.unpack_from(">BHHB", frame)
    if bits != 8:
        raise Unsupported(f"a JPEG of {bits} bits per sample", remedy="Convert it to a 16-bit TIFF.")
    if not width or not height:
        raise Damaged("its header gives no size")
    return Header(width, height, channels, bits, orientation=orientation)


def scanned(data: bytes) -> bytes:
    """A file up to where its last scan ends: without the end marker, or whatever stands there in its place."""
    end = len(data)
    with suppress(Damaged):
        for one in segments(data):
            if one.marker == SOS:
                end = scan_end(data, one.end)
    return data[:end] if end >= 0 else data


def completed(data: bytes) -> bytes:
    """What is there of a truncated file, with an end marker."""
    return scanned(data) + b"\xff\xd9"


def _density(jfif: bytes) -> tuple[float, float] | None:
    unit, across, down = struct.unpack_from(">BHH", jfif, 7)
    inches = {1: 1.0, 2: 2.54}.get(unit)
    return (across * inches, down * inches) if inches and across and down else None


def embed(data: memoryview, metadata: Metadata) -> bytes:
    """Put the blocks behind SOI."""
    return b"".join((data[:2], *head(metadata), data[_after_jfif(data) :]))


def head(metadata: Metadata) -> list[bytes]:
    """The segments of metadata as readers expect them: JFIF, EXIF, XMP, IPTC, ICC, comments."""
    parts = [_jfif(metadata.dpi)]
    if metadata.exif:
        parts += _whole(_APP1, _EXIF + metadata.exif)
    if metadata.xmp:
        parts += _whole(_APP1, _XMP + _without_padding(metadata.xmp))
    if metadata.iptc:
        resource = photoshop.resource(metadata.iptc)
        parts += [segment(_APP13, _PHOTOSHOP + part) for part in pieces(resource, _ROOM - len(_PHOTOSHOP))]
    if metadata.icc:
        held = list(pieces(metadata.icc, _ROOM - len(_ICC) - 2))
        parts += [segment(_APP2, _ICC + bytes((i, len(held))) + part) for i, part in enumerate(held, 1)]
    parts += [segment(COM, text) for kind, text in metadata.texts if kind == COMMENT]
    return parts


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
    return [segment(marker, payload)] if len(payload) <= _ROOM else []


def _jfif(dpi: tuple[float, float] | None) -> bytes:
    unit, across, down = (1, *(min(65535, max(1, round(x))) for x in dpi)) if dpi else (0, 1, 1)
    return segment(_APP0, b"JFIF\0\1\1" + struct.pack(">BHHBB", unit, across, down, 0, 0))


def _after_jfif(data: memoryview) -> int:
    """Where the encoder's own JFIF segment ends."""
    first = next(segments(data))
    return first.end if first.marker == _APP0 and bytes(data[first.start : first.start + 5]) == b"JFIF\0" else 2
