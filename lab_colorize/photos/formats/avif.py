"""AVIF files as items and properties: what they say of the picture, whether it is whole, metadata out.

OpenCV writes EXIF, XMP and ICC into AVIF itself. It does not turn the picture on reading, and the standard has
two ways of saying how: the properties irot and imir, which bind, and EXIF's orientation, which is ignored.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from lab_colorize.photos.formats import ifd
from lab_colorize.photos.formats.base import Damaged, Header, Metadata, Unsupported
from lab_colorize.photos.formats.boxes import Box, boxes, find

# EXIF's orientation for irot (quarter turns against the clock), then imir (none, top-bottom, left-right).
_TURNED = {None: (1, 8, 3, 6), 0: (4, 5, 2, 7), 1: (2, 7, 4, 5)}
_SHORTEST = {b"ispe": 12, b"clap": 16, b"pixi": 5, b"av1C": 4}  # bytes of a property that is not broken
_LARGEST_META = 4 << 20  # bytes; it names items and holds a colour profile, no pixels
_RDF = b"application/rdf+xml"


@dataclass
class Meta:
    """The meta box, as far as it matters here."""

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)  # items by number
    mime: dict[int, bytes] = field(default_factory=dict)
    extents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # start, length in the file
    inside: set[int] = field(default_factory=set)  # items whose data are in the meta box, as a grid of tiles mostly is
    properties: list[Box] = field(default_factory=list)
    owned: dict[int, list[int]] = field(default_factory=dict)  # numbers of an item's properties, from 1


def meta(data: bytes) -> Meta:
    """Read the description of the file's items; HEIC has the same."""
    box = find(data, 0, len(data), b"meta")
    if box is None:
        raise Damaged("it ends before its metadata box")
    if box.end - box.start > _LARGEST_META:
        raise Damaged(f"its metadata box is longer than {_LARGEST_META >> 20} MB")
    found = Meta()
    try:
        for part in boxes(data, box.start + 4, box.end):
            _READERS.get(part.kind, _skip)(data, part, found)
        idat = find(data, box.start + 4, box.end, b"idat")
    except (struct.error, IndexError):
        raise Damaged("its metadata box makes no sense") from None
    if idat is not None and found.primary not in found.extents.keys() | found.inside:
        raise Damaged("its metadata box makes no sense")
    return found


def _skip(_data: bytes, _part: Box, _found: Meta) -> None:
    """A box that says nothing of interest."""


def _pitm(data: bytes, part: Box, found: Meta) -> None:
    (found.primary,) = struct.unpack_from(">I" if data[part.start] else ">H", data, part.start + 4)


def _iinf(data: bytes, part: Box, found: Meta) -> None:
    for item in boxes(data, part.start + (8 if data[part.start] else 6), part.end):
        version = data[item.start]
        if item.kind != b"infe" or version < 2:
            continue
        (number,) = struct.unpack_from(">H" if version == 2 else ">I", data, item.start + 4)
        kind_at = item.start + (8 if version == 2 else 10)
        found.kinds[number] = data[kind_at : kind_at + 4]
        found.mime[number] = [*data[kind_at + 4 : item.end].split(b"\0"), b""][1]


def _iloc(data: bytes, part: Box, found: Meta) -> None:
    version, sizes = data[part.start], data[part.start + 4 : part.start + 6]
    offset_size, length_size, base_size = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4
    index_size = sizes[1] & 15 if version else 0
    at = part.start + 6

    def number(size: int) -> int:
        nonlocal at
        at += size
        if at > part.end:
            raise IndexError
        return int.from_bytes(data[at - size : at], "big")

    wide = 4 if version == 2 else 2
    for _ in range(number(wide)):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)  # data reference
        base = number(base_size)
        extents = []
        for _ in range(number(2) if index_size + offset_size + length_size else 1):
            number(index_size)
            start = base + number(offset_size)
            extents.append((start, number(length_size)))
        if method == 0:  # offsets in the file; what is read here stands nowhere else
            found.extents[item] = extents
        elif method == 1:
            found.inside.add(item)


def _iprp(data: bytes, part: Box, found: Meta) -> None:
    for box in boxes(data, part.start, part.end):
        if box.kind == b"ipco":
            found.properties = list(boxes(data, box.start, box.end))
        elif box.kind == b"ipma":
            _ipma(data, box, found)


def _ipma(data: bytes, part: Box, found: Meta) -> None:
    version, wide = data[part.start], data[part.start + 3] & 1
    (count,) = struct.unpack_from(">I", data, part.start + 4)
    at = part.start + 8
    for _ in range(count):
        (item,) = struct.unpack_from(">I" if version else ">H", data, at)
        at += 4 if version else 2
        owned, at = data[at], at + 1
        numbers = struct.unpack_from(f">{owned}{'H' if wide else 'B'}", data, at)
        at += owned * (2 if wide else 1)
        found.owned[item] = [number & (0x7FFF if wide else 0x7F) for number in numbers]


_READERS = {b"pitm": _pitm, b"iinf": _iinf, b"iloc": _iloc, b"iprp": _iprp}


def _properties(found: Meta) -> Iterator[Box]:
    """The properties of the picture itself."""
    for number in found.owned.get(found.primary, []):
        if 1 <= number <= len(found.properties):
            yield found.properties[number - 1]


def described(data: bytes) -> tuple[int, int, int, dict[bytes, bytes]]:
    """Width, height and orientation of the primary item, and all its properties by their kinds."""
    spans = [(box.kind, data[box.start : box.end]) for box in _properties(meta(data))]
    found = {kind: contents for kind, contents in spans if len(contents) >= _SHORTEST.get(kind, 1)}
    width, height = struct.unpack_from(">II", found.get(b"ispe", bytes(12)), 4)
    if not width or not height:
        raise Damaged("its header gives no size")
    mirrored = found[b"imir"][0] & 1 if b"imir" in found else None
    return width, height, _TURNED[mirrored][found.get(b"irot", b"\0")[0] & 3], found


def header(data: bytes) -> Header:
    """Read the properties of the primary item."""
    if data[8:12] == b"avis":
        raise Unsupported("an animated AVIF", remedy="Save the frames as photographs of their own.")
    width, height, orientation, found = described(data)
    flags = found.get(b"av1C", bytes(4))[2]
    bits = (12 if flags & 0x20 else 10) if flags & 0x40 else 8
    return Header(width, height, 1 if flags & 0x10 else 3, bits, orientation=orientation)


def integrity_error(data: bytes) -> str | None:
    """Check that all boxes are whole and that the picture lies inside the file."""
    try:
        list(boxes(data, 0, len(data)))
        found = meta(data)
    except Damaged as broken:
        return str(broken)
    parts = [extent for extents in found.extents.values() for extent in extents]
    return "it is cut short" if any(start + length > len(data) for start, length in parts) else None


def _contents(data: bytes, found: Meta, number: int) -> bytes:
    """The bytes of an item; none if its parts are together longer than the file, which are in it again and again."""
    extents = found.extents.get(number, [])
    if sum(length for _, length in extents) > len(data):
        return b""
    return b"".join(data[at : at + length] for at, length in extents)


def metadata(data: bytes) -> Metadata:
    """Take EXIF and XMP from their items, ICC from the picture's properties."""
    try:
        found = meta(data)
    except Damaged:
        return Metadata()
    exif = xmp = icc = None
    for number, kind in found.kinds.items():
        if kind == b"Exif" and exif is None:
            contents = _contents(data, found, number)
            exif = contents[4 + int.from_bytes(contents[:4], "big") :].removeprefix(b"Exif\0\0") or None
        elif kind == b"mime" and found.mime.get(number) == _RDF and xmp is None:
            xmp = _contents(data, found, number) or None
    for box in _properties(found):
        if box.kind == b"colr" and data[box.start : box.start + 4] in {b"prof", b"rICC"}:
            icc = data[box.start + 4 : box.end] or None
    return Metadata(exif, xmp, None, icc, ifd.dpi(exif))
