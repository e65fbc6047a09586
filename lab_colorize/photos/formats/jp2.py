"""JPEG 2000 files, boxed (JP2) or bare: what their headers say, whether they are whole, metadata in and out."""

import struct
from collections.abc import Iterator
from itertools import count

from lab_colorize.photos.formats import ifd
from lab_colorize.photos.formats.base import INCHES_PER_METRE, Damaged, Header, Metadata, Unsupported
from lab_colorize.photos.formats.boxes import Box, box, boxes, find

_BARE = b"\xff\x4f\xff\x51"
_BOXED = b"\0\0\0\x0cjP  \r\n\x87\n"
SIGNATURES = (_BARE, _BOXED)

_SOT, _EOC, _COM = 0xFF90, b"\xff\xd9", 0xFF64
_LATIN = 1  # the kind of a comment: ISO 8859-15; 0 is binary
_LONGEST_COMMENT = 65531
_EXIF_UUID = b"JpgTiffExif->JP2"
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_IPTC_UUID = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
_MOST_PARTS = 300_000  # segments and tile parts: 65,535 tiles are the most, in a few parts each
_ENUMERATED, _PROFILE = 1, 2  # how a colr box names a colour space


def _codestream(data: bytes) -> tuple[int, int]:
    """Where the coded picture begins and ends."""
    if data.startswith(_BARE):
        return 0, len(data)
    for part in boxes(data, 0, len(data)):
        if part.kind == b"jp2c":
            return part.start, part.end
    raise Damaged("it holds no picture")


def _start(data: bytes) -> int:
    """Where the coded picture begins, even if the file breaks off in it."""
    if data.startswith(_BARE):
        return 0
    at = data.find(b"jp2c" + _BARE)
    if at < 0:
        raise Damaged("it ends before the image data")
    return at + 4


def header(data: bytes) -> Header:
    """Read SIZ, the first segment of the coded picture."""
    at = _start(data)
    try:
        right, bottom, left, top = struct.unpack_from(">4I", data, at + 8)
        (channels,) = struct.unpack_from(">H", data, at + 40)
        depths = {data[at + 42 + 3 * i] for i in range(channels)}
    except (struct.error, IndexError):
        raise Damaged("it ends within its header") from None
    width, height = right - left, bottom - top
    if width <= 0 or height <= 0 or not 1 <= channels <= 4:
        raise Damaged("its header makes no sense")
    bits = max(depths) + 1
    if len(depths) > 1 or bits > 16:
        raise Unsupported("a JPEG 2000 of an unsupported bit depth", remedy="Save it in 8 or 16 bits.")
    alpha = channels in {2, 4}
    if channels == 2:
        raise Unsupported("a grey JPEG 2000 with alpha", remedy="Save it as PNG or TIFF.")
    if channels == 4 and _colour_space(data) == 12:
        raise Unsupported("a CMYK JPEG 2000", remedy="Convert it to RGB with its own colour profile first.")
    colours = channels - alpha if find(data, 0, len(data), b"jp2h", b"pclr") is None else 3
    orientation, bare = ifd.orientation(_exif(data)), data.startswith(_BARE)
    return Header(width, height, colours, bits, alpha=alpha, orientation=orientation, bare=bare)


def _colour_space(data: bytes) -> int:
    """The number of an enumerated colour space: 16 sRGB, 17 grey, 18 YCC, 12 CMYK; 0 where there is none."""
    found = find(data, 0, len(data), b"jp2h", b"colr")
    if found is None or found.end - found.start < 7 or data[found.start] != _ENUMERATED:
        return 0
    return int.from_bytes(data[found.start + 3 : found.start + 7], "big")


def integrity_error(data: bytes) -> str | None:
    """Follow the lengths of the tile parts up to the end marker; each tile of the picture must be among them."""
    try:
        at, end = _codestream(data)
        tiles = _tiles(data, at)
        *_, (last, _) = parts = list(_tile_parts(data, at, end))
    except Damaged as broken:
        return str(broken)
    except (struct.error, ValueError):
        return "it is cut short"
    if data[last : last + 2] != _EOC:
        return "it is cut short"
    there = len({tile for _, tile in parts if 0 <= tile < tiles})
    return None if there == tiles else f"it holds {there} of its {tiles} tiles"


def _tiles(data: bytes, start: int) -> int:
    """Into how many tiles SIZ cuts the picture; of those that are missing, decoders make black or grey."""
    right, bottom = struct.unpack_from(">2I", data, start + 8)
    width, height, left, top = struct.unpack_from(">4I", data, start + 24)
    if not (width and height):
        raise Damaged("its header makes no sense")
    return -((left - right) // width) * -((top - bottom) // height)


def _tile_parts(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the offset behind each segment and the number of its tile, -1 for none; the last is the end marker's."""
    at = start + 2
    for number in count():
        if at + 4 > end:
            return
        if number == _MOST_PARTS:
            raise Damaged(f"it has more than {_MOST_PARTS} parts")
        marker, length = struct.unpack_from(">HH", data, at)
        tile = -1
        if marker == _SOT:
            tile, length = struct.unpack_from(">HI", data, at + 4)
            if length == 0:  # this part reaches up to the end marker
                yield (end - 2 if data[end - 2 : end] == _EOC else end), tile
                return
            length -= 2
        at += 2 + length
        yield at, tile
        if data[at : at + 2] == _EOC:
            return


def _uuids(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    try:
        for part in boxes(data, 0, len(data)):
            if part.kind == b"uuid":
                yield data[part.start : part.start + 16], data[part.start + 16 : part.end]
    except Damaged:
        return


def _exif(data: bytes) -> bytes | None:
    block = dict(_uuids(data)).get(_EXIF_UUID, b"") if data.startswith(_BOXED) else b""
    return block.removeprefix(b"Exif\0\0") or None


def metadata(data: bytes) -> Metadata:
    """Take the blocks out of their boxes; a bare codestream has none, but perhaps a comment of ours."""
    if not data.startswith(_BOXED):
        return Metadata(xmp=next((text for text in _comments(data) if b"<x:xmpmeta" in text), None))
    found, exif = dict(_uuids(data)), _exif(data)
    colour = find(data, 0, len(data), b"jp2h", b"colr")
    icc = None
    if colour is not None and data[colour.start] == _PROFILE:
        icc = data[colour.start + 3 : colour.end] or None
    dpi = ifd.dpi(exif) or _resolution(data)
    return Metadata(exif, found.get(_XMP_UUID) or None, found.get(_IPTC_UUID) or None, icc, dpi)


def _resolution(data: bytes) -> tuple[float, float] | None:
    """Of capture, else of display: dots a metre, down first, as quotients with powers of ten."""
    for kind in (b"resc", b"resd"):
        found = find(data, 0, len(data), b"jp2h", b"res ", kind)
        if found is not None and found.end - found.start >= 10:
            down, by, across, also, tens, ten = struct.unpack_from(">4H2b", data, found.start)
            if down and by and across and also:
                return across / also * 10.0**ten / INCHES_PER_METRE, down / by * 10.0**tens / INCHES_PER_METRE
    return None


def embed(data: bytes, metadata: Metadata) -> bytes:
    """Put the profile and the resolution into the header box, the other blocks between it and the picture."""
    head, picture = find(data, 0, len(data), b"jp2h"), find(data, 0, len(data), b"jp2c")
    if head is None or picture is None:
        return data
    parts = list(boxes(data, head.start, head.end))
    inner = b"".join(_colour(data, part, metadata.icc) for part in parts)
    if metadata.dpi:
        inner += box(b"res ", box(b"resc", _metres(metadata.dpi)))
    uuids = ((_EXIF_UUID, metadata.exif), (_XMP_UUID, metadata.xmp), (_IPTC_UUID, metadata.iptc))
    blocks = b"".join(box(b"uuid", name + block) for name, block in uuids if block)
    before = data[: head.at] + box(b"jp2h", inner) + data[head.end : picture.at]
    return b"".join((before, blocks, memoryview(data)[picture.at :]))


def bare(data: bytes, xmp: bytes | None) -> bytes:
    """The codestream of a boxed file alone; it has no place for metadata, so what XMP says becomes a comment.

    The comment is of Latin text, as programs show it: XML says other characters by their numbers.
    """
    start, end = _codestream(data)
    text = (xmp or b"").decode("utf-8", "replace").encode("ascii", "xmlcharrefreplace")
    if not text or len(text) > _LONGEST_COMMENT:
        return data[start:end]
    (size,) = struct.unpack_from(">H", data, start + 4)
    behind_size = start + 4 + size
    comment = struct.pack(">3H", _COM, len(text) + 4, _LATIN) + text
    return b"".join((data[start:behind_size], comment, memoryview(data)[behind_size:end]))


def _comments(data: bytes) -> Iterator[bytes]:
    """The comments before the first tile."""
    at = 2
    while at + 6 <= len(data):
        marker, length, kind = struct.unpack_from(">3H", data, at)
        if marker == _SOT or length < 2:
            return
        if marker == _COM and kind == _LATIN:
            yield data[at + 6 : at + 2 + length]
        at += 2 + length


def _colour(data: bytes, part: Box, icc: bytes | None) -> bytes:
    """A box of the header as it is, save for the colour space, which the profile replaces."""
    if part.kind == b"colr" and icc:
        return box(b"colr", bytes((_PROFILE, 0, 0)) + icc)
    return data[part.at : part.end]


def _metres(dpi: tuple[float, float]) -> bytes:
    """Dots a metre as quotients of 16-bit numbers: in tenths, or whole where that is too many."""
    across, down = (x * INCHES_PER_METRE for x in dpi)
    by = 10 if max(across, down) < 6553 else 1
    numbers = [min(65535, max(1, round(x * by))) for x in (down, across)]
    return struct.pack(">4H2b", numbers[0], by, numbers[1], by, 0, 0)
