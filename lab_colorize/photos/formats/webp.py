"""WebP files as RIFF chunks: what their headers say, whether they are whole, metadata in and out."""

import struct
from collections.abc import Iterator
from itertools import count

from lab_colorize.photos.formats import ifd
from lab_colorize.photos.formats.base import Damaged, Header, Metadata, Unsupported

_ICC, _ALPHA, _EXIF, _XMP, _ANIMATED = 0x20, 0x10, 0x08, 0x04, 0x02  # flags of VP8X
_MOST_CHUNKS = 10_000
_LOSSY_START = b"\x9d\x01\x2a"


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Give (kind, start, end of its contents) as far as RIFF's size reaches; Damaged where the chain breaks."""
    end = 8 + struct.unpack_from("<I", data.ljust(12, b"\0"), 4)[0]
    if end > len(data) + 1:  # some writers leave the last byte of padding out
        yield from _chunks_up_to(data, len(data))
        raise Damaged("it is cut short")
    yield from _chunks_up_to(data, end)


def _chunks_up_to(data: bytes, end: int) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    for number in count():
        if at + 8 > end:
            return
        if number == _MOST_CHUNKS:
            raise Damaged(f"it has more than {_MOST_CHUNKS} parts")
        (size,) = struct.unpack_from("<I", data, at + 4)
        if at + 8 + size > len(data):
            raise Damaged("it is cut short")
        yield data[at : at + 4], at + 8, at + 8 + size
        at += 8 + size + size % 2


def _found(data: bytes) -> dict[bytes, bytes]:
    """The first chunk of each kind that is not pixels; what is broken ends them early."""
    found: dict[bytes, bytes] = {}
    try:
        for kind, start, end in _chunks(data):
            found.setdefault(kind, data[start : end if kind in {b"ICCP", b"EXIF", b"XMP "} else start + 10])
    except Damaged:
        pass
    return found


def header(data: bytes) -> Header:
    """Read the canvas of an extended file, or the frame of a simple one."""
    kind, first = data[12:16], data[20:30]
    if len(first) < 10:
        raise Damaged("it ends within its header")
    if kind == b"VP8X":
        if first[0] & _ANIMATED:
            raise Unsupported("an animated WebP", remedy="Save the frames as photographs of their own.")
        width, height = (int.from_bytes(first[at : at + 3], "little") + 1 for at in (4, 7))
        alpha = bool(first[0] & _ALPHA)
    elif kind == b"VP8L" and first[0] == 0x2F:
        packed = int.from_bytes(first[1:5], "little")
        width, height, alpha = (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1, bool(packed >> 28 & 1)
    elif kind == b"VP8 " and first[3:6] == _LOSSY_START:
        width, height = (x & 0x3FFF for x in struct.unpack_from("<HH", first, 6))
        alpha = False
    else:
        raise Damaged("its header makes no sense")
    if not width or not height:
        raise Damaged("its header gives no size")
    orientation, lossless = ifd.orientation(_exif(data)), b"VP8L" in _found(data)
    return Header(width, height, channels=3, bits=8, alpha=alpha, orientation=orientation, lossless=lossless)


def integrity_error(data: bytes) -> str | None:
    """Check that all chunks are there, pixels among them."""
    kinds = set()
    try:
        for kind, _, _ in _chunks(data):
            kinds.add(kind)
    except Damaged as broken:
        return str(broken)
    return None if kinds & {b"VP8 ", b"VP8L"} else "it holds no image data"


def _exif(data: bytes) -> bytes | None:
    block = _found(data).get(b"EXIF", b"").removeprefix(b"Exif\0\0")
    return block or None


def metadata(data: bytes) -> Metadata:
    """Take the blocks out of their chunks; resolution has no place but EXIF."""
    found, exif = _found(data), _exif(data)
    return Metadata(exif, found.get(b"XMP ") or None, None, found.get(b"ICCP") or None, ifd.dpi(exif))


def embed(data: bytes, metadata: Metadata) -> bytes:
    """Make it an extended file: VP8X with flags, ICC before the pixels, EXIF and XMP after them."""
    found = header(data)
    blocks = [(b"ICCP", metadata.icc, _ICC), (b"EXIF", metadata.exif, _EXIF), (b"XMP ", metadata.xmp, _XMP)]
    flags = sum(flag for _, block, flag in blocks if block) | (_ALPHA if found.alpha else 0)
    if not flags & ~_ALPHA:
        return data
    size = b"".join((side - 1).to_bytes(3, "little") for side in (found.width, found.height))
    chunks = [(kind, data[start:end]) for kind, start, end in _chunks(data)]
    pixels = b"".join(_chunk(kind, held) for kind, held in chunks if kind in {b"VP8 ", b"VP8L", b"ALPH"})
    parts = [_chunk(b"VP8X", bytes((flags, 0, 0, 0)) + size)]
    parts += [_chunk(kind, block) for kind, block, _ in blocks[:1] if block]
    parts += [pixels]
    parts += [_chunk(kind, block) for kind, block, _ in blocks[1:] if block]
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(kind: bytes, contents: bytes) -> bytes:
    return kind + struct.pack("<I", len(contents)) + contents + b"\0" * (len(contents) % 2)
