"""A JPEG as a chain of segments: where each begins and ends, and where the coded data behind a scan's header end.

What they mean is the matter of `jpeg` (headers, metadata), `jpeg_tables` and `jpeg_scans`.
"""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from lab_colorize.photos.formats.base import Damaged

SOI, EOI, SOS, DQT, DRI, DHT, COM = 0xD8, 0xD9, 0xDA, 0xDB, 0xDD, 0xC4, 0xFE
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0..15 without DHT, JPG and DAC
APPLICATION = frozenset(range(0xE0, 0xF0))

_ALONE = frozenset({0x01, *range(0xD0, 0xDA)})  # markers without a length
_MOST_SEGMENTS = 10_000  # 16 MB of metadata are 256
_MARKER = re.compile(rb"\xff+[^\x00\xff]", re.DOTALL)  # any number of fill bytes may stand before one

# In coded data FF is followed by 00 (it stands for itself), by a restart marker, by more FF, or by the marker
# that ends the scan.
_ENDS = np.ones(256, np.bool_)
_ENDS[[0x00, 0xFF, *range(0xD0, 0xD8)]] = False
_STRETCH = 1 << 20  # bytes looked through at a time


class Segment(NamedTuple):
    """A marker and the payload behind its length, as places in the file."""

    marker: int
    at: int
    start: int
    end: int

    def payload(self, data: bytes) -> bytes:
        """Its contents."""
        return data[self.start : self.end]


def segments(data: bytes | memoryview) -> Iterator[Segment]:
    """Give all segments from the second marker to EOI; Damaged where the chain breaks."""
    at, marker, number = 2, 0, 0
    while marker != EOI:
        number += 1
        if number > _MOST_SEGMENTS:
            raise Damaged(f"it has more than {_MOST_SEGMENTS} parts")
        found = _MARKER.match(data, at)
        if found is None:
            raise Damaged("it is cut short" if at >= len(data) - 1 else f"it is not a JPEG any more at byte {at}")
        marker, start = found.group()[-1], found.end()
        length = 0 if marker in _ALONE else int.from_bytes(data[start : start + 2], "big")
        end = start + length
        if end > len(data) or (length < 2 and marker not in _ALONE):
            raise Damaged("it is cut short")
        yield Segment(marker, at, min(start + 2, end), end)
        at = scan_end(data, end) if marker == SOS else end
        if at < 0:
            raise Damaged("it is cut short in its image data")


def segment(marker: int, payload: bytes) -> bytes:
    """A segment as it stands in a file."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def scan_end(data: bytes | memoryview, at: int) -> int:
    """Where the marker behind the coded data stands, -1 where there is none. As fast however many FF there are."""
    coded = np.frombuffer(data, np.uint8)
    for start in range(at, len(data) - 1, _STRETCH):
        here = coded[start : start + _STRETCH + 1]
        places = np.flatnonzero(here[:-1] == 0xFF)
        ends = places[_ENDS[here[places + 1]]]
        if ends.size:
            return start + int(ends[0])
    return -1
