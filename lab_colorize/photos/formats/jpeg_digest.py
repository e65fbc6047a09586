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
    """The same as `digest_of`, of a file of which nothing else is asked."""
    return digest_of(ParsedJpeg(data))


def digest_of(parsed: ParsedJpeg) -> str | None:
    """SHA-256 of all that decides about the lightness of a JPEG; None if it has no scans of its own. Damaged if broken.

    That is, for each scan of the first component: the size of the picture, the tables in force, the header but for the
    component's number, and the coded data. The same for a grey JPEG and for a coloured one that holds its scans.
    """
    found = _parts(parsed)
    if found is None:
        return None
    digest = hashlib.sha256()
    for part in found:
        digest.update(struct.pack(">Q", len(part)))
        digest.update(part)
    return digest.hexdigest()


def same_lightness(one: ParsedJpeg, other: ParsedJpeg) -> bool:
    """Whether two files have the same `digest_of`, and have one: found out by comparing, which takes less time."""
    found = _parts(one)
    return found is not None and found == _parts(other)


def _parts(parsed: ParsedJpeg) -> list[bytes] | None:
    """All that the hash is of; None where the lightness has no scans of its own."""
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
