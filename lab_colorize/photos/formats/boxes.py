"""Boxes, the structure of ISO media files: AVIF and JPEG 2000 are made of them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from lab_colorize.photos.formats.base import Damaged

_MOST = 10_000  # boxes side by side; each picture within a file has a few


@dataclass(frozen=True)
class Box:
    """One box: its four-letter kind, where it begins, where its contents begin and end."""

    kind: bytes
    at: int
    start: int
    end: int


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Give the boxes that lie side by side in a range; Damaged where one reaches beyond it."""
    at = start
    for number in count():
        if at >= end:
            return
        if number == _MOST:
            raise Damaged(f"it has more than {_MOST} parts")
        if at + 8 > end:
            raise Damaged("it is cut short")
        size, kind = struct.unpack_from(">I4s", data, at)
        contents = at + 8
        if size == 1:
            if at + 16 > end:
                raise Damaged("it is cut short")
            (size,) = struct.unpack_from(">Q", data, contents)
            contents += 8
        stop = at + size if size else end  # 0 stands for "up to the end"
        if stop < contents or stop > end:
            raise Damaged("it is cut short")
        yield Box(kind, at, contents, stop)
        at = stop


def find(data: bytes, start: int, end: int, *path: bytes) -> Box | None:
    """The first box at the end of a path of kinds, or None; boxes after the first broken one do not count."""
    try:
        for box in boxes(data, start, end):
            if box.kind == path[0]:
                return find(data, box.start, box.end, *path[1:]) if len(path) > 1 else box
    except Damaged:
        return None
    return None


def box(kind: bytes, contents: bytes) -> bytes:
    """Write a box."""
    return struct.pack(">I4s", 8 + len(contents), kind) + contents
