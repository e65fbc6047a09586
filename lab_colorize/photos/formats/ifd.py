"""Tag directories (IFDs): the structure that TIFF files are made of and that EXIF blocks borrow.

Reads classic and BigTIFF, either byte order, and never trusts an offset. Knows tags only where both need them.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from math import isfinite

from lab_colorize.photos.formats.base import Damaged

ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 274, 282, 283, 296
EXIF, GPS, INTEROPERABILITY = 34665, 34853, 40965
POINTERS = frozenset({EXIF, GPS, INTEROPERABILITY})

# TIFF's data types: letter for struct, size in bytes. UNDEFINED (7) and ASCII (2) are bytes.
LETTERS = {1: "B", 2: "c", 3: "H", 4: "I", 6: "b", 7: "c", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}
LETTERS |= {16: "Q", 17: "q", 18: "Q"}
_SIZES = {kind: struct.calcsize(letter) for kind, letter in LETTERS.items()} | {5: 8, 10: 8}
_FLOATS = frozenset({11, 12})
_LONG, _IFD8 = 4, 18
_SMALLEST_ENTRY = 12  # bytes; BigTIFF's have 20
_DEEPEST = 3  # IFD0 -> EXIF -> interoperability; more is a loop
_MOST_BYTES = 16 << 20  # of the values of a directory that is carried
_MOST_PAGES = 10_000
_MOST_TAGS = 200_000  # of all pages together: directories may overlap, so that a small file holds any number


@dataclass(frozen=True)
class Entry:
    """One tag: its type, how many values, and where in which bytes those lie.

    Values are cut out when they are asked for: any number of tags may each claim to hold the whole file.
    """

    tag: int
    kind: int
    count: int
    source: bytes
    at: int  # offset of the value itself, inline or not

    @property
    def length(self) -> int:
        """Bytes of the value."""
        return _SIZES[self.kind] * self.count

    @property
    def value(self) -> bytes:
        """The values' bytes, in the file's order."""
        return self.source[self.at : self.at + self.length]

    def numbers(self, order: str, *, most: int | None = None) -> tuple[float, ...]:
        """The values, or the first few, as numbers; rationals as quotients, a zero denominator and no number as 0."""
        count = self.count if most is None else min(self.count, most)
        if self.kind in {5, 10}:
            letter = "I" if self.kind == 5 else "i"
            parts = struct.unpack_from(f"{order}{2 * count}{letter}", self.source, self.at)
            return tuple(a / b if b else 0.0 for a, b in zip(parts[::2], parts[1::2], strict=True))
        letter = "B" if LETTERS[self.kind] == "c" else LETTERS[self.kind]
        found: tuple[float, ...] = struct.unpack_from(f"{order}{count}{letter}", self.source, self.at)
        return tuple(x if isfinite(x) else 0.0 for x in found) if self.kind in _FLOATS else found


@dataclass(frozen=True)
class Directory:
    """One IFD: entries by tag, the offset of the next one, and where that offset is written."""

    entries: Mapping[int, Entry]
    next: int
    next_at: int


@dataclass(frozen=True)
class Structure:
    """Byte order and width of offsets, as the first bytes declare them."""

    order: str  # "<" or ">"
    big: bool  # BigTIFF
    first: int  # offset of IFD0

    @property
    def offset(self) -> str:
        """Struct's letter for an offset."""
        return "Q" if self.big else "I"


def structure(data: bytes) -> Structure:
    """Read the first bytes; Damaged if they are no TIFF structure."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        raise Damaged("it does not begin as a TIFF")
    version, first = struct.unpack_from(order + "HI", data, 2)
    if version == 42:
        return Structure(order, big=False, first=first)
    if version != 43 or len(data) < 16 or struct.unpack_from(order + "HH", data, 4) != (8, 0):
        raise Damaged("it does not begin as a TIFF")
    return Structure(order, big=True, first=struct.unpack_from(order + "Q", data, 8)[0])


def directory(data: bytes, s: Structure, at: int, *, strict: bool = False) -> Directory:
    """Read the IFD at an offset. Entries that point outside are left out, or Damaged when strict."""
    head, size = ("Q", 20) if s.big else ("H", 12)
    try:
        (count,) = struct.unpack_from(s.order + head, data, at)
        start = at + struct.calcsize(head)
        next_at = start + count * size
        (following,) = struct.unpack_from(s.order + s.offset, data, next_at)
    except (struct.error, OverflowError):  # BigTIFF's numbers may be larger than any place in memory
        raise Damaged("it ends within a list of tags") from None
    entries: dict[int, Entry] = {}
    for place in range(start, next_at, size):
        entry = _entry(data, s, place)
        if entry is None and strict:
            raise Damaged("a tag points outside the file")
        if entry is not None:
            entries.setdefault(entry.tag, entry)
    return Directory(entries, following, next_at)


def _entry(data: bytes, s: Structure, place: int) -> Entry | None:
    tag, kind, count = struct.unpack_from(s.order + "HH" + s.offset, data, place)
    length = _SIZES.get(kind, 0) * count
    room = struct.calcsize(s.offset)
    at = place + 4 + room
    if length > room:
        (at,) = struct.unpack_from(s.order + s.offset, data, at)
    if at + length > len(data):
        return None
    return Entry(tag, kind if kind in _SIZES else 7, count if kind in _SIZES else 0, data, at)


def chain(data: bytes, s: Structure) -> Iterator[Directory]:
    """Follow IFD0 and its successors, pages of a TIFF; Damaged where they run in a circle or outside."""
    at, seen, tags = s.first, set[int](), 0
    while at:
        if at in seen:
            raise Damaged("its pages run in a circle")
        seen.add(at)
        found = directory(data, s, at, strict=True)
        tags += (found.next_at - at) // _SMALLEST_ENTRY
        if len(seen) > _MOST_PAGES or tags > _MOST_TAGS:
            raise Damaged(f"it has more than {_MOST_PAGES} pages, or more than {_MOST_TAGS} tags")
        yield found
        at = found.next


def orientation(exif: bytes | None) -> int:
    """EXIF's orientation, 1 to 8; 1 where it is missing or makes no sense."""
    value = next(iter(_of_first(exif, ORIENTATION)), 1)
    return int(value) if 1 <= value <= 8 else 1


def dpi(exif: bytes | None) -> tuple[float, float] | None:
    """Resolution across and down in dots an inch, or None."""
    across, down = _of_first(exif, X_RESOLUTION), _of_first(exif, Y_RESOLUTION)
    inches = {2: 1.0, 3: 2.54}.get(int(next(iter(_of_first(exif, RESOLUTION_UNIT)), 2)))
    if not inches or not across or not down or across[0] <= 0 or down[0] <= 0:
        return None
    return (across[0] * inches, down[0] * inches)


def _of_first(exif: bytes | None, tag: int) -> tuple[float, ...]:
    """The numbers of a tag of IFD0, none where anything is wrong."""
    try:
        s = structure(exif or b"")
        entry = directory(exif or b"", s, s.first).entries.get(tag)
    except Damaged:
        return ()
    return entry.numbers(s.order, most=1) if entry else ()


@dataclass(frozen=True)
class Tree:
    """An IFD with the IFDs that it points to, free of offsets, so that it can be written anywhere."""

    entries: tuple[Entry, ...] = ()
    children: Mapping[int, "Tree"] = field(default_factory=dict)


def tree(data: bytes, s: Structure, found: Directory, *, depth: int = 1) -> Tree:
    """Gather an IFD and what its pointers lead to; what is broken is left out, and what is too much."""
    children = {}
    for tag in POINTERS & found.entries.keys():
        pointer = found.entries[tag]
        if pointer.count != 1 or depth >= _DEEPEST:
            continue
        where = pointer.numbers(s.order)
        try:
            children[tag] = tree(data, s, directory(data, s, int(where[0])), depth=depth + 1)
        except Damaged:
            continue
    entries = [entry for tag, entry in sorted(found.entries.items()) if tag not in POINTERS]
    sums = accumulate(entry.length for entry in entries)
    return Tree(tuple(e for e, total in zip(entries, sums, strict=True) if total <= _MOST_BYTES), children)


def block(content: Tree, order: str) -> bytes:
    """Write a tree as a TIFF structure of its own: an EXIF block."""
    return {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", 8) + written(content, order, at=8)


def written(content: Tree, order: str, *, at: int, big: bool = False, following: int = 0) -> bytes:
    """Write a tree as it must stand at an offset of a file: its IFD, long values, then its children.

    `following` is where the next page's IFD is.
    """
    head, offset, size = ("Q", "Q", 20) if big else ("H", "I", 12)
    room = struct.calcsize(offset)
    count = len(content.entries) + len(content.children)
    rest_at = at + struct.calcsize(head) + count * size + room
    rest, rows = bytearray(), dict[int, bytes]()

    def placed(value: bytes) -> bytes:
        """Where a value goes: inline when it fits, else to the end, at an even offset."""
        if len(value) <= room:
            return value.ljust(room, b"\0")
        rest.extend(b"\0" * ((rest_at + len(rest)) % 2))
        where = struct.pack(order + offset, rest_at + len(rest))
        rest.extend(value)
        return where

    for entry in content.entries:
        head_of_row = struct.pack(order + "HH" + offset, entry.tag, entry.kind, entry.count)
        rows[entry.tag] = head_of_row + placed(entry.value)
    for tag, child in content.children.items():
        rest.extend(b"\0" * ((rest_at + len(rest)) % 2))
        where = rest_at + len(rest)
        rest.extend(written(child, order, at=where, big=big))
        rows[tag] = struct.pack(order + "HH" + offset * 2, tag, _IFD8 if big else _LONG, 1, where)
    table = b"".join(rows[tag] for tag in sorted(rows))
    return struct.pack(order + head, len(rows)) + table + struct.pack(order + offset, following) + bytes(rest)
