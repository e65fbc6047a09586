"""What decides about the meaning of a JPEG's coded data: its frame header and its tables."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from lab_colorize.photos.formats.base import Damaged
from lab_colorize.photos.formats.jpeg_segments import DHT, DQT, DRI

_SAMPLES = 64  # of a block


@dataclass(frozen=True, slots=True)
class Frame:
    """What the frame header says."""

    marker: int
    bits: int
    height: int
    width: int
    components: tuple[tuple[int, int, int], ...]
    """Of each: its number, its sampling factors, the number of its quantisation table."""

    @classmethod
    def read(cls, marker: int, payload: bytes) -> "Frame":
        """Damaged where the header is too short for what it announces."""
        if len(payload) < 6 or len(payload) < 6 + 3 * payload[5]:
            raise Damaged("it has a frame header that is too short")
        bits, height, width, count = struct.unpack_from(">BHHB", payload)
        return cls(marker, bits, height, width, tuple(struct.iter_unpack("BBB", payload[6 : 6 + 3 * count])))


@dataclass(slots=True)
class Tables:
    """The tables in force at a place of the file; a later definition replaces an earlier one of its number."""

    quantisation: dict[int, bytes] = field(default_factory=dict)
    huffman: dict[int, bytes] = field(default_factory=dict)
    """By class, in the upper four bits of the key, and number."""
    restart: bytes = b"\0\0"

    def take(self, marker: int, payload: bytes) -> None:
        """Take the definitions of a segment in, if it has any."""
        if marker == DQT:
            self.quantisation |= {table[0] & 15: table for table in quantisation_tables(payload)}
        elif marker == DHT:
            self.huffman |= {table[0]: table for table in _huffman_tables(payload)}
        elif marker == DRI:
            self.restart = payload[:2]


def quantisation_tables(payload: bytes) -> Iterator[bytes]:
    """The definitions in a segment, each from the byte with its precision and number on."""
    while payload:
        size = 1 + (2 * _SAMPLES if payload[0] >> 4 else _SAMPLES)
        yield _first(payload, size)
        payload = payload[size:]


def _huffman_tables(payload: bytes) -> Iterator[bytes]:
    while payload:
        size = 17 + sum(payload[1:17])
        yield _first(payload, size)
        payload = payload[size:]


def _first(payload: bytes, size: int) -> bytes:
    if len(payload) < size:
        raise Damaged("it has tables that are too short")
    return payload[:size]
