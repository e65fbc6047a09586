"""The hash by which coded lightness is known again, in a grey JPEG and in the coloured one that holds a copy of it."""

import hashlib
import struct
from collections.abc import Iterator
from itertools import pairwise

from lab_colorize.photos.formats.base import Damaged
from lab_colorize.photos.formats.jpeg import ParsedJpeg
from lab_colorize.photos.formats.jpeg_segments import FRAMES, SOS
from lab_colorize.photos.formats.jpeg_tables import Frame, Tables


class _Shared(Exception):
    """Lightness that has no scans of its own, or not at its full size."""


def lightness_digest(data: bytes) -> str | None:
    """The hash of the parts of a JPEG's lightness; None if it has no scans of its own. Damaged if broken."""
    parts = lightness_parts(ParsedJpeg(data))
    return None if parts is None else digest_of(parts)


def digest_of(parts: list[bytes]) -> str:
    """SHA-256 of parts and of how long each is."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(struct.pack(">Q", len(part)))
        digest.update(part)
    return digest.hexdigest()


def lightness_parts(parsed: ParsedJpeg) -> list[bytes] | None:
    """All that decides about the lightness of a JPEG; None if it has no scans of its own. Damaged if broken.

    That is, for each scan of the first component: the size of the picture, the tables in force, the header but for the
    component's number, and the coded data. The same for a grey JPEG and for a coloured one that holds its scans.
    """
    try:
        found = [part for scan in _first_component(parsed) for part in scan]
    except _Shared:
        return None
    if not found:
        raise Damaged("it holds no image data")
    return found


def _first_component(parsed: ParsedJpeg) -> Iterator[tuple[bytes, ...]]:
    """What belongs to each scan of the first component; _Shared where it shares a scan."""
    tables, frame = Tables(), None
    for one, following in pairwise(parsed.segments):
        payload = one.payload(parsed.data)
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
            parsed.data[one.end : following.at],
        )


def _is_of_others(frame: Frame | None, header: bytes) -> bool:
    """Whether a scan has nothing of the first component; _Shared where it has not that alone, at its full size."""
    if frame is None or not frame.components or len(header) < 6:
        raise Damaged("it has a scan before its frame")
    number, sampling, _ = frame.components[0]
    if number not in header[1 : 1 + 2 * header[0] : 2]:
        return True
    if header[0] != 1:
        raise _Shared
    if any(sampling >> 4 < other >> 4 or sampling & 15 < other & 15 for _, other, _ in frame.components):
        raise _Shared
    return False
