"""GIF files as blocks: what their headers say, whether the first picture is whole, the XMP and profile they may hold.

The first of several pictures is the photograph. None is written.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from lab_colorize.photos.formats.base import Damaged, Header, Metadata, Unsupported

SIGNATURES = (b"GIF87a", b"GIF89a")

_EXTENSION, _PICTURE, _END = 0x21, 0x2C, 0x3B
_CONTROL, _COMMENT, _APPLICATION = 0xF9, 0xFE, 0xFF
_TRANSPARENT, _OWN_PALETTE = 0x01, 0x80  # flags
_XMP, _ICC = b"XMP DataXMP", b"ICCRGBG1012"
_XMP_TRAILER = 258  # bytes behind a packet, by which readers who know nothing of XMP find its end
_MOST_BLOCKS = 100_000


@dataclass(frozen=True)
class _Block:
    """An extension, whose label says of what, or a picture, which has none; where it begins, and its sub-blocks."""

    label: int | None
    at: int
    start: int


def header(data: bytes) -> Header:
    """Read the screen, the palette and whether the first picture has a transparent colour."""
    if len(data) < 13:
        raise Damaged("it ends within its header")
    width, height = struct.unpack_from("<HH", data, 6)
    if not width or not height:
        raise Damaged("its header gives no size")
    palette, alpha = _palette(data, 10, 13), False
    for block in _blocks(data):
        if block.label == _CONTROL and len(data) > block.start + 1:
            alpha = bool(data[block.start + 1] & _TRANSPARENT)
        if block.label is None:
            placed = struct.unpack_from("<4H", data, block.at + 1)
            if placed != (0, 0, width, height):
                raise Unsupported("a GIF whose first picture fills only part of it", remedy="Save it as PNG.")
            palette = _palette(data, block.at + 9, block.at + 10) or palette
            return Header(width, height, 1 if _is_grey(palette) else 3, 8, alpha=alpha)
    raise Damaged("it ends before the image data")


def integrity_error(data: bytes) -> str | None:
    """Check that the first picture is all there; what is behind it is nobody's loss."""
    try:
        for block in _blocks(data):
            if block.label is None:
                _end(data, block.start)
                return None
    except Damaged as broken:
        return str(broken)
    return "it holds no image data"


def metadata(data: bytes) -> Metadata:
    """Take the packet and the profile out of their extensions."""
    xmp = icc = None
    pictures = comments = 0
    try:
        for block in _blocks(data):
            pictures += block.label is None
            comments += block.label == _COMMENT
            name = data[block.start + 1 : block.start + 12] if block.label == _APPLICATION else b""
            if name == _XMP:
                xmp = data[block.start + 12 : _end(data, block.start) - _XMP_TRAILER] or None
            elif name == _ICC:
                icc = b"".join(data[at : at + size] for at, size in _parts(data, block.start + 12)) or None
    except Damaged:
        pass
    notes = [f"only the first of its {pictures} pictures was coloured"] if pictures > 1 else []
    notes += ["its comments were left behind"] if comments else []
    return Metadata(xmp=xmp, icc=icc, notes=tuple(notes))


def _blocks(data: bytes) -> Iterator[_Block]:
    """Give extensions and pictures up to the end; Damaged where the chain breaks."""
    at = 13 + len(_palette(data, 10, 13))
    for number in count():
        if number == _MOST_BLOCKS:
            raise Damaged(f"it has more than {_MOST_BLOCKS} parts")
        if at + 11 > len(data):
            if data[at : at + 1] == bytes((_END,)):
                return
            raise Damaged("it is cut short")
        kind = data[at]
        if kind == _END:
            return
        if kind not in {_EXTENSION, _PICTURE}:
            raise Damaged("its parts make no sense")
        label = data[at + 1] if kind == _EXTENSION else None
        start = at + 2 if kind == _EXTENSION else at + 11 + len(_palette(data, at + 9, at + 10))
        yield _Block(label, at, start)
        at = _end(data, start)


def _end(data: bytes, start: int) -> int:
    """Where a chain of sub-blocks ends, the empty one included; Damaged if it does not."""
    at = start
    for part, size in _parts(data, start):
        at = part + size
    if data[at : at + 1] != b"\0":
        raise Damaged("it is cut short")
    return at + 1


def _parts(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Give the place and the size of each sub-block's contents, without the empty one at the end."""
    at = start
    while at < len(data) and data[at]:
        yield at + 1, data[at]
        at += 1 + data[at]


def _palette(data: bytes, flags_at: int, at: int) -> bytes:
    """The colours that stand at a place if the flags say so."""
    if len(data) <= flags_at or not data[flags_at] & _OWN_PALETTE:
        return b""
    return data[at : at + 3 * (2 << (data[flags_at] & 7))]


def _is_grey(palette: bytes) -> bool:
    return palette[0::3] == palette[1::3] == palette[2::3]
