"""EXIF blocks brought up to date where they stand.

Bytes are changed in place and never written anew, for camera makers' notes hold offsets that nobody can mend.
"""

import struct

from lab_colorize.photos.formats import ifd
from lab_colorize.photos.formats.base import Damaged

_COLOUR_SPACE, _WIDTH, _HEIGHT = 0xA001, 0xA002, 0xA003
_SHORT = 3
_RATIONAL = 5
_RATIONALS = frozenset({_RATIONAL, 10})
_SRGB, _UNCALIBRATED = 1, 0xFFFF
_INCH = 2
_PARTS = 1000  # of a dot an inch


def is_sound(exif: bytes) -> bool:
    """Whether the block can be read at all."""
    try:
        s = ifd.structure(exif)
        ifd.directory(exif, s, s.first)
    except Damaged:
        return False
    return not s.big


def upright(exif: bytes | None) -> bytes | None:
    """Say that the pixels are upright and in sRGB; the same as `updated` otherwise."""
    return updated(exif, turned=True, srgb=True)


def updated(exif: bytes | None, *, turned: bool, srgb: bool) -> bytes | None:
    """Say how the pixels are, and unlink the thumbnail, which shows the old picture.

    `turned` pixels are upright, others lie as the block says already. None where the block is damaged.
    """
    if exif is None or not is_sound(exif):
        return None
    s = ifd.structure(exif)
    first = ifd.directory(exif, s, s.first)
    patched = bytearray(exif)
    struct.pack_into(s.order + "I", patched, first.next_at, 0)
    _erase_thumbnail(patched, exif, s, first.next)
    if turned:
        _set(patched, s, first.entries.get(ifd.ORIENTATION), 1)
    inner = _inner(exif, s, first)
    if inner is not None:
        _set(patched, s, inner.entries.get(_COLOUR_SPACE), _SRGB if srgb else _UNCALIBRATED)
        if turned and ifd.orientation(exif) > 4:
            _swap(patched, inner.entries.get(_WIDTH), inner.entries.get(_HEIGHT))
    return bytes(patched)


def resolution(dpi: tuple[float, float]) -> bytes:
    """A block that says nothing but a resolution, for formats that have no other place for it."""
    across, down = (struct.pack("<II", round(x * _PARTS), _PARTS) for x in dpi)
    entries = (
        ifd.Entry(ifd.X_RESOLUTION, _RATIONAL, 1, across, 0),
        ifd.Entry(ifd.Y_RESOLUTION, _RATIONAL, 1, down, 0),
        ifd.Entry(ifd.RESOLUTION_UNIT, _SHORT, 1, struct.pack("<H", _INCH), 0),
    )
    return ifd.block(ifd.Tree(entries), "<")


def _inner(exif: bytes, s: ifd.Structure, first: ifd.Directory) -> ifd.Directory | None:
    """The EXIF directory that IFD0 points to."""
    pointer = first.entries.get(ifd.EXIF)
    if pointer is None or pointer.count != 1:
        return None
    try:
        return ifd.directory(exif, s, int(pointer.numbers(s.order)[0]))
    except Damaged:
        return None


def _erase_thumbnail(patched: bytearray, exif: bytes, s: ifd.Structure, at: int) -> None:
    """Cut the thumbnail's bytes off where nothing follows them; else they stay, and nothing points to them."""
    try:
        second = ifd.directory(exif, s, at) if at else None
    except Damaged:
        return
    if second is None:
        return
    where, length = (second.entries.get(tag) for tag in (0x0201, 0x0202))
    if where is None or length is None or where.count != 1 or length.count != 1:
        return
    start, end = int(where.numbers(s.order)[0]), int(where.numbers(s.order)[0] + length.numbers(s.order)[0])
    if exif[start : start + 2] == b"\xff\xd8" and end == len(exif):
        del patched[start:]


def _set(patched: bytearray, s: ifd.Structure, entry: ifd.Entry | None, value: int) -> None:
    """Set the first value, of whatever type: readers go by it even where the standard has another."""
    if entry is None or not entry.count:
        return
    if entry.kind in _RATIONALS:
        struct.pack_into(s.order + "II", patched, entry.at, value, 1)
    else:
        letter = {2: "B", 7: "B"}.get(entry.kind, ifd.LETTERS[entry.kind])
        struct.pack_into(s.order + letter, patched, entry.at, value)


def _swap(patched: bytearray, one: ifd.Entry | None, other: ifd.Entry | None) -> None:
    """Exchange two values of the same type."""
    if one is not None and other is not None and one.kind == other.kind and one.count == other.count == 1:
        patched[one.at : one.at + len(one.value)] = other.value
        patched[other.at : other.at + len(other.value)] = one.value
