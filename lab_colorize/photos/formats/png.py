"""PNG files as chunks: what their headers say, whether they are whole, metadata in and out.

Pixels are OpenCV's matter, save for the transparent colour of grey and RGB files, which it leaves out.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from itertools import count

from lab_colorize.photos.formats import ifd, photoshop
from lab_colorize.photos.formats.base import INCHES_PER_METRE, Damaged, Header, Metadata, Unsupported

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6  # colour types
TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})

_XMP = b"XML:com.adobe.xmp"
_IPTC = b"Raw profile type iptc\0"
_OLD_EXIF = (b"Raw profile type exif\0", b"Raw profile type APP1\0")  # before PNG had eXIf
_RAW_PROFILE = b"Raw profile type "
_RAW_HEAD = re.compile(rb"\s*\S{1,20}( [A-Za-z]\S{0,19})?\s+\d{1,20}\s")  # a name, of one word or two, and the length
_DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16), RGB_ALPHA: (8, 16)}
_MOST_CHUNKS = 200_000  # libpng writes 8 KB of pixels into each
_LARGEST = 32 << 20  # bytes of a block as text; what unpacks to more counts as absent


def _chunks(data: bytes, *, checked: bool = False) -> Iterator[tuple[bytes, int, int]]:
    """Give (kind, start, end of its contents) up to IEND; Damaged where the chain breaks."""
    at = len(SIGNATURE)
    for number in count():
        if at + 12 > len(data):
            break
        if number == _MOST_CHUNKS:
            raise Damaged(f"it has more than {_MOST_CHUNKS} parts")
        (size,) = struct.unpack_from(">I", data, at)
        kind, start, end = data[at + 4 : at + 8], at + 8, at + 8 + size
        if end + 4 > len(data):
            break
        if checked and zlib.crc32(memoryview(data)[at + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            raise Damaged(f"the checksum of its part {kind.decode('ascii', 'backslashreplace')} is wrong")
        yield kind, start, end
        if kind == b"IEND":
            return
        at = end + 4
    raise Damaged("it is cut short")


def _ahead(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give all chunks that are not pixels; what is broken ends them early."""
    try:
        for kind, start, end in _chunks(data):
            if kind not in {b"IDAT", b"IEND"}:
                yield kind, data[start:end]
    except Damaged:
        return


def colour_type(data: bytes) -> int:
    """The colour type that the header claims."""
    return data[25]


def header(data: bytes) -> Header:
    """Read IHDR, and what modifies it."""
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise Damaged("it ends before the image data")
    width, height, bits, kind = struct.unpack_from(">IIBB", data, 16)
    if not width or not height or bits not in _DEPTHS.get(kind, ()):
        raise Damaged("its header makes no sense")
    found = dict(_ahead_of_pixels(data))
    if b"acTL" in found:
        raise Unsupported("an animated PNG", remedy="Save the frames as photographs of their own.")
    return Header(
        width,
        height,
        channels=1 if _is_grey(kind, found.get(b"PLTE", b"")) else 3,
        bits=16 if bits == 16 else 8,
        alpha=kind in {GREY_ALPHA, RGB_ALPHA} or b"tRNS" in found,
        orientation=ifd.orientation(_exif(_held(data))),
    )


def _ahead_of_pixels(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    try:
        for kind, start, end in _chunks(data):
            if kind == b"IDAT":
                return
            yield kind, data[start:end]
    except Damaged:
        return


def _is_grey(kind: int, palette: bytes) -> bool:
    """Grey by type, or by a palette of nothing but greys."""
    if kind == PALETTE:
        return palette[0::3] == palette[1::3] == palette[2::3]
    return kind in {GREY, GREY_ALPHA}


def transparent(data: bytes) -> tuple[int, ...] | None:
    """The one colour, at the depth of the decoded samples, that a grey or RGB file declares transparent."""
    kind, bits = colour_type(data), data[24]
    contents = dict(_ahead_of_pixels(data)).get(b"tRNS", b"")
    values = struct.unpack(f">{len(contents) // 2}H", contents[: len(contents) // 2 * 2])
    if kind not in {GREY, RGB} or len(values) != {GREY: 1, RGB: 3}.get(kind):
        return None
    scale = 255 // ((1 << bits) - 1) if bits < 8 else 1
    return tuple((value & ((1 << bits) - 1)) * scale for value in values)


def bare(data: bytes) -> bytes:
    """The file with nothing but its pixels, so that libpng has no reason to complain of a profile on stderr."""
    needed = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
    found = list(_chunks(data))
    if all(kind in needed for kind, _, _ in found):
        return data
    return SIGNATURE + b"".join(data[start - 8 : end + 4] for kind, start, end in found if kind in needed)


def integrity_error(data: bytes) -> str | None:
    """Check that the chain of chunks reaches IEND and that every checksum holds."""
    pixels = 0
    try:
        for kind, _, _ in _chunks(data, checked=True):
            pixels += kind == b"IDAT"
    except Damaged as broken:
        return str(broken)
    return None if pixels else "it holds no image data"


def metadata(data: bytes) -> Metadata:
    """Take the blocks out of eXIf, iTXt, iCCP, pHYs and ImageMagick's hexadecimal IPTC and EXIF."""
    held = _held(data)
    exif = _exif(held)
    xmp = _text(held["xmp"][1]) if "xmp" in held else None
    iptc = photoshop.records(_raw_profile(*held["iptc"])) if "iptc" in held else None
    icc = _unpacked(held["icc"][1].partition(b"\0")[2][1:]) if "icc" in held else None
    dpi = _density(held["dpi"][1]) if "dpi" in held else None
    texts = tuple((kind, contents) for kind, contents in _ahead(data) if _role(kind, contents) == "text")
    return Metadata(exif, xmp, iptc, icc, dpi or ifd.dpi(exif), texts)


def _held(data: bytes) -> Mapping[str, tuple[bytes, bytes]]:
    """The first chunk of each role: any of them may unpack to a thousand times its size, so only one does."""
    held: dict[str, tuple[bytes, bytes]] = {}
    for kind, contents in _ahead(data):
        held.setdefault(_role(kind, contents), (kind, contents))
    return held


def _role(kind: bytes, contents: bytes) -> str:
    """What a chunk holds of the metadata."""
    if kind == b"iTXt" and contents.startswith(_XMP + b"\0"):
        return "xmp"
    if kind in {b"zTXt", b"tEXt"} and contents.startswith(_RAW_PROFILE):
        return "iptc" if contents.startswith(_IPTC) else "old exif" if contents.startswith(_OLD_EXIF) else ""
    if kind in TEXTS:
        return "text"
    return {b"eXIf": "exif", b"iCCP": "icc", b"pHYs": "dpi"}.get(kind, "")


def _exif(held: Mapping[str, tuple[bytes, bytes]]) -> bytes | None:
    if "exif" in held:
        return held["exif"][1].removeprefix(b"Exif\0\0")
    block = _raw_profile(*held["old exif"]) if "old exif" in held else None
    return (block or b"").removeprefix(b"Exif\0\0") or None


def _density(contents: bytes) -> tuple[float, float] | None:
    if len(contents) != 9:
        return None
    across, down, unit = struct.unpack(">IIB", contents)
    return (across / INCHES_PER_METRE, down / INCHES_PER_METRE) if unit == 1 and across and down else None


def _text(contents: bytes) -> bytes | None:
    """The text of an iTXt chunk: keyword 0 packed? method language 0 keyword 0 text."""
    rest = contents[len(_XMP) + 1 :]
    if len(rest) < 4:
        return None
    text = rest[2:].split(b"\0", 2)[-1]
    return _unpacked(text) if rest[0] else text or None


def _unpacked(packed: bytes) -> bytes | None:
    try:
        opened = zlib.decompressobj()
        block = opened.decompress(packed, _LARGEST)
    except zlib.error:
        return None
    return block if block and opened.eof else None


def _raw_profile(kind: bytes, contents: bytes) -> bytes | None:
    """ImageMagick's way with blocks of any kind: a name, a length and hexadecimal digits, in lines of text."""
    text = contents.partition(b"\0")[2]
    lines = _unpacked(text[1:]) or b"" if kind == b"zTXt" else text
    head = _RAW_HEAD.match(lines)
    try:
        return bytes.fromhex(lines[head.end() :].decode("ascii")) or None if head else None
    except ValueError:
        return None


def embed(data: bytes, metadata: Metadata) -> bytes:
    """Put the blocks between IHDR and the pixels, where every chunk of theirs may stand."""
    chunks = []
    if metadata.icc:
        chunks.append(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc, 9)))
    if metadata.dpi:
        across, down = (max(1, round(x * INCHES_PER_METRE)) for x in metadata.dpi)
        chunks.append(_chunk(b"pHYs", struct.pack(">IIB", across, down, 1)))
    if metadata.exif:
        chunks.append(_chunk(b"eXIf", metadata.exif))
    if metadata.xmp:
        chunks.append(_chunk(b"iTXt", _XMP + b"\0\0\0\0\0" + metadata.xmp))
    if metadata.iptc:
        chunks.append(_chunk(b"zTXt", _IPTC + b"\0" + zlib.compress(_as_raw_profile(metadata.iptc), 9)))
    chunks += [_chunk(kind, contents) for kind, contents in metadata.texts if kind in TEXTS]
    return b"".join((data[:33], *chunks, memoryview(data)[33:]))


def _as_raw_profile(records: bytes) -> bytes:
    block = photoshop.resource(records)
    lines = block.hex()
    wrapped = "\n".join(lines[i : i + 72] for i in range(0, len(lines), 72))
    return f"\niptc\n{len(block):8d}\n{wrapped}\n".encode("ascii")


def _chunk(kind: bytes, contents: bytes) -> bytes:
    return struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))
