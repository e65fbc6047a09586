"""The coded lightness of a JPEG, copied without being decoded: frame, tables and scans of its first component.

A JPEG of three components may have scans of its own for each. So those of a grey JPEG may stand in one byte for byte,
and behind them the scans of Cb and Cr, taken from grey JPEGs of half the width and height. Takes bytes apart and puts
them together; makes no colours and decodes nothing.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lab_colorize.photos.formats.base import Damaged
from lab_colorize.photos.formats.jpeg_segments import (
    APPLICATION,
    COM,
    DHT,
    DQT,
    DRI,
    EOI,
    FRAMES,
    SOS,
    Segment,
    segment,
    segments,
)

_HUFFMAN = {0xC0: "baseline", 0xC1: "extended", 0xC2: "progressive"}
_ARITHMETIC = frozenset({0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_PROGRESSIVE = 0xC2
_UNDERSTOOD = APPLICATION | {COM, DHT, DQT, DRI, EOI, SOS}
_LUMA, _BLUE, _RED = 1, 2, 3  # the numbers that JFIF gives to Y, Cb and Cr
_WHOLE, _HALF = 0x22, 0x11  # sampling factors, across and down
_SAMPLES = 64  # of a block
_NEVER = 16  # more bits than may be missing after a first pass


class NotCopied(Exception):
    """Why the scans of a JPEG cannot stand in a coloured one; the message ends the sentence "NAME ..."."""


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
            raise Damaged("its frame header is too short")
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
        raise Damaged("its tables are too short")
    return payload[:size]


@dataclass(frozen=True)
class GreyScans:
    """A grey JPEG whose scans may stand in a coloured one: what it holds up to its last scan."""

    data: bytes
    frame: Frame
    chain: tuple[Segment, ...]
    ends: tuple[int, ...]
    """Where the coded data behind each segment end, if it has any."""

    @property
    def progressive(self) -> bool:
        """Whether the picture is coded in passes over the whole."""
        return self.frame.marker == _PROGRESSIVE

    @property
    def coded_bytes(self) -> int:
        """The length of all scans together."""
        pairs = zip(self.chain, self.ends, strict=True)
        return sum(end - one.end for one, end in pairs if one.marker == SOS)

    @property
    def restarts(self) -> bool:
        """Whether restart markers divide the scans."""
        return any(one.marker == DRI and any(one.payload(self.data)[:2]) for one in self.chain)


def grey_scans(data: bytes) -> GreyScans:
    """Take a whole grey JPEG apart; NotCopied says why its scans cannot be copied."""
    try:
        chain = tuple(segments(data))
        frames = [Frame.read(one.marker, one.payload(data)) for one in chain if one.marker in FRAMES]
        for one in chain:
            Tables().take(one.marker, one.payload(data))
    except Damaged as broken:
        raise NotCopied(str(broken).removeprefix("it ")) from None
    if len(frames) != 1:
        raise NotCopied("has another number of frames than one")
    scans = [place for place, one in enumerate(chain) if one.marker == SOS]
    last = scans[-1] + 1 if scans else 0
    found = GreyScans(data, frames[0], chain[:last], tuple(one.at for one in chain[1 : last + 1]))
    _refuse_frame(found.frame)
    _refuse_scans(found, len(scans))
    return found


def _refuse_frame(frame: Frame) -> None:
    if frame.marker in _ARITHMETIC:
        raise NotCopied("is coded arithmetically")
    if frame.marker not in _HUFFMAN:
        raise NotCopied("is coded in a way that is seldom met")
    if frame.bits != 8:
        raise NotCopied(f"has {frame.bits} bits a sample")
    if len(frame.components) != 1:
        raise NotCopied(f"has {len(frame.components)} channels")


def _refuse_scans(found: GreyScans, count: int) -> None:
    if not count or (count > 1 and not found.progressive):
        raise NotCopied("has another number of scans than its coding allows")
    if any(one.marker not in _UNDERSTOOD | {found.frame.marker} for one in found.chain):
        raise NotCopied("holds markers that are seldom met")
    kinds = [one.marker for one in found.chain]
    if found.frame.marker not in kinds[: kinds.index(SOS)]:
        raise NotCopied("has a scan before its frame")
    number = found.frame.components[0][0]
    headers = [one.payload(found.data) for one in found.chain if one.marker == SOS]
    if any(len(header) != 6 or header[0] != 1 or header[1] != number for header in headers):
        raise NotCopied("has scans of another component than its only one")
    if found.progressive and not _all_passes(headers):
        raise NotCopied("lacks some of its passes")


def _all_passes(headers: Sequence[bytes]) -> bool:
    """Whether passes of a progressive picture give every coefficient to its last bit, each where an earlier one ended.

    What is missing decoders smooth over, and not in the same way where colours follow.
    """
    missing = [_NEVER] * _SAMPLES
    for _, _, _, first, last, places in headers:
        band = slice(first, last + 1)
        if last >= _SAMPLES or any(bits != (places >> 4 or _NEVER) for bits in missing[band]):
            return False
        missing[band] = [places & 15] * len(missing[band])
    return not any(missing)


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


def lightness_digest(data: bytes) -> str | None:
    """SHA-256 of all that decides about the lightness of a JPEG; None if it has no scans of its own. Damaged if broken.

    That is, for each scan of the first component: the size of the picture, the tables in force, the header but for the
    component's number, and the coded data. The same for a grey JPEG and for a coloured one that holds its scans.
    """
    try:
        scans = list(_first_component(data))
    except NotCopied:
        return None
    if not scans:
        raise Damaged("it holds no image data")
    digest = hashlib.sha256()
    for part in (part for scan in scans for part in scan):
        digest.update(struct.pack(">Q", len(part)))
        digest.update(part)
    return digest.hexdigest()


def _first_component(data: bytes) -> Iterator[tuple[bytes | memoryview, ...]]:
    """What belongs to each scan of the first component; NotCopied where it shares a scan."""
    tables, frame, view = Tables(), None, memoryview(data)
    for one, following in pairwise(segments(data)):
        payload = one.payload(data)
        tables.take(one.marker, payload)
        if one.marker in FRAMES:
            frame = Frame.read(one.marker, payload)
        if one.marker != SOS or _is_of_others(frame, payload):
            continue
        assert frame is not None
        yield (
            struct.pack(">BBHH", frame.marker, frame.bits, frame.height, frame.width),
            tables.quantisation.get(frame.components[0][2], b"")[1:],
            tables.huffman.get(payload[2] >> 4, b""),
            tables.huffman.get(0x10 | payload[2] & 15, b""),
            tables.restart,
            payload[2:],
            view[one.end : following.at],
        )


def _is_of_others(frame: Frame | None, header: bytes) -> bool:
    """Whether a scan has nothing of the first component; NotCopied where it has not that alone, at its full size."""
    if frame is None or not frame.components or len(header) < 6:
        raise Damaged("it has a scan before its frame")
    number, sampling, _ = frame.components[0]
    if number not in header[1 : 1 + 2 * header[0] : 2]:
        return True
    if header[0] != 1:
        raise NotCopied("has a scan that lightness and colours share")
    if any(sampling >> 4 < other >> 4 or sampling & 15 < other & 15 for _, other, _ in frame.components):
        raise NotCopied("has lightness at less than its full size")
    return False
