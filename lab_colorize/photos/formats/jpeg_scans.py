"""Grey JPEGs whose scans may stand in a coloured one: which they are, and why others are not. Decodes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lab_colorize.photos.formats.base import Damaged
from lab_colorize.photos.formats.jpeg import ParsedJpeg
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
)
from lab_colorize.photos.formats.jpeg_tables import Frame, Tables

_HUFFMAN = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive
_ARITHMETIC = frozenset({0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_PROGRESSIVE = 0xC2
_UNDERSTOOD = APPLICATION | {COM, DHT, DQT, DRI, EOI, SOS}
_COEFFICIENTS = 64  # of a block
_STRAY = b"\xff\xff\x00"  # no coded data hold it: FF stands before 00 alone, or, twice, before a marker
_NEVER = 16  # more bits than may be missing after a first pass


class NotCopied(Exception):
    """Why the scans of a JPEG cannot stand in a coloured one; the message ends the sentence "NAME ..."."""


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
    def coded(self) -> list[tuple[int, int]]:
        """Where the coded data of each scan begin and end."""
        pairs = zip(self.chain, self.ends, strict=True)
        return [(one.end, end) for one, end in pairs if one.marker == SOS]

    @property
    def coded_bytes(self) -> int:
        """The length of all scans together."""
        return sum(end - start for start, end in self.coded)

    @property
    def restarts(self) -> bool:
        """Whether restart markers divide the scans."""
        return any(one.marker == DRI and any(one.payload(self.data)[:2]) for one in self.chain)


def grey_scans(parsed: ParsedJpeg) -> GreyScans:
    """What of a whole grey JPEG is copied; NotCopied says why its scans cannot be."""
    data = parsed.data
    try:
        chain = parsed.segments
        frames = [Frame.read(one.marker, one.payload(data)) for one in chain if one.marker in FRAMES]
        for one in chain:
            Tables().take(one.marker, one.payload(data))
    except Damaged as broken:
        raise NotCopied(str(broken).removeprefix("it ")) from None
    if len(frames) != 1:
        raise NotCopied("does not have exactly one frame")
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
        raise NotCopied("is coded in a rare way")
    if frame.bits != 8:
        raise NotCopied(f"has {frame.bits} bits per sample")
    if len(frame.components) != 1:
        raise NotCopied(f"has {len(frame.components)} channels")


def _refuse_scans(found: GreyScans, count: int) -> None:
    if not count or (count > 1 and not found.progressive):
        raise NotCopied("has more or fewer scans than its coding allows")
    if any(one.marker not in _UNDERSTOOD | {found.frame.marker} for one in found.chain):
        raise NotCopied("holds rare markers")
    kinds = [one.marker for one in found.chain]
    if found.frame.marker not in kinds[: kinds.index(SOS)]:
        raise NotCopied("has a scan before its frame")
    number = found.frame.components[0][0]
    headers = [one.payload(found.data) for one in found.chain if one.marker == SOS]
    if any(len(header) != 6 or header[0] != 1 or header[1] != number for header in headers):
        raise NotCopied("has scans of a component that its frame does not have")
    if any(_has_stray(found.data, start, end) for start, end in found.coded):
        raise NotCopied("holds stray bytes, which one decoder reads in two ways")
    if found.progressive and not _all_passes(headers):
        raise NotCopied("lacks some of its passes")


def _has_stray(data: bytes, start: int, end: int) -> bool:
    """Whether coded data hold what is none; where no FF follows another, which is found out soonest, they do not."""
    coded = np.frombuffer(data, np.uint8)[start:end]
    return coded.size > 1 and (coded[:-1] & coded[1:]).max() == 0xFF and data.find(_STRAY, start, end) >= 0


def _all_passes(headers: Sequence[bytes]) -> bool:
    """Whether passes of a progressive picture give every coefficient to its last bit, each where an earlier one ended.

    What is missing decoders smooth over, and not in the same way where colours follow.
    """
    missing = [_NEVER] * _COEFFICIENTS
    for _, _, _, first, last, places in headers:
        band = slice(first, last + 1)
        if last >= _COEFFICIENTS or any(bits != (places >> 4 or _NEVER) for bits in missing[band]):
            return False
        missing[band] = [places & 15] * len(missing[band])
    return not any(missing)
