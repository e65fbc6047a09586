"""A coloured JPEG put together around the coded lightness of a grey one, which is copied byte for byte.

A JPEG of three components may have scans of its own for each. So those of a grey JPEG may stand in one as they are, and
behind them the scans of Cb and Cr, taken from grey JPEGs of half the width and height. Makes no colours.
"""

import struct
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lab_colorize.photos.formats.jpeg_scans import GreyScans
from lab_colorize.photos.formats.jpeg_segments import DHT, DQT, DRI, SOS, segment, segments
from lab_colorize.photos.formats.jpeg_tables import Frame, Tables, quantisation_tables

_LUMA, _BLUE, _RED = 1, 2, 3  # the numbers that JFIF gives to Y, Cb and Cr
_WHOLE, _HALF = 0x22, 0x11  # sampling factors, across and down


def with_colours(grey: GreyScans, head: Sequence[bytes], blue: bytes, red: bytes) -> bytes:
    """A coloured JPEG: the scans of `grey` as they are; Cb and Cr from grey JPEGs of half its width and height.

    `head` are the segments with metadata. The halves are rounded up, and both must have one quantisation table.
    """
    number = grey.frame.components[0][2]
    of_colours = 0 if number == 1 else 1
    parts = [b"\xff\xd8", *head]
    for one, end in zip(grey.chain, grey.ends, strict=True):
        payload = one.payload(grey.data)
        if one.marker == grey.frame.marker:
            parts += [_quantisation_of(blue, of_colours), _frame_in_colour(grey.frame, of_colours)]
        elif one.marker == DQT:
            kept = b"".join(table for table in quantisation_tables(payload) if table[0] & 15 == number)
            parts += [segment(DQT, kept)] if kept else []
        elif one.marker == SOS:
            parts += [_scan_of(_LUMA, payload), grey.data[one.end : end]]
        elif one.marker in {DHT, DRI}:
            parts.append(segment(one.marker, payload))
    parts += [segment(DRI, b"\0\0")] if grey.restarts else []
    return b"".join([*parts, *_scans_as(_BLUE, blue), *_scans_as(_RED, red), b"\xff\xd9"])


def _frame_in_colour(frame: Frame, of_colours: int) -> bytes:
    """Luma at full size, Cb and Cr at half: a scan of one component has as many blocks as a grey JPEG of its size."""
    said = struct.pack(">BHHB", frame.bits, frame.height, frame.width, 3)
    luma = bytes((_LUMA, _WHOLE, frame.components[0][2]))
    colours = bytes((_BLUE, _HALF, of_colours, _RED, _HALF, of_colours))
    return segment(frame.marker, said + luma + colours)


def _scan_of(component: int, header: bytes) -> bytes:
    """The header of a scan of one component, which gets another number."""
    return segment(SOS, header[:1] + bytes((component,)) + header[2:])


def _quantisation_of(coded: bytes, number: int) -> bytes:
    """The quantisation table of a grey JPEG, under another number."""
    tables = Tables()
    for one in segments(coded):
        tables.take(one.marker, one.payload(coded))
    (table,) = tables.quantisation.values()
    return segment(DQT, bytes((table[0] & 0xF0 | number,)) + table[1:])


def _scans_as(component: int, coded: bytes) -> Iterator[bytes]:
    """The Huffman tables and scans of a grey JPEG, as those of another component."""
    for one, following in pairwise(segments(coded)):
        if one.marker == DHT:
            yield segment(DHT, one.payload(coded))
        elif one.marker == SOS:
            yield _scan_of(component, one.payload(coded))
            yield coded[one.end : following.at]
