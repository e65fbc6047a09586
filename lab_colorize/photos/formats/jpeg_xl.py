"""JPEG XL files, boxed or bare: whether they are whole, metadata out. Pixels by imagecodecs, an extra; none is written.

What the first bits of the codestream say is read by `jpeg_xl_header`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab_colorize.photos.formats import extras, ifd
from lab_colorize.photos.formats.base import Damaged, Header, Metadata, Unsupported
from lab_colorize.photos.formats.boxes import Box, boxes
from lab_colorize.photos.formats.jpeg_xl_header import Codestream, read_codestream
from lab_colorize.photos.kinds import Format

_BARE = b"\xff\x0a"
_BOXED = b"\0\0\0\x0cJXL \r\n\x87\n"
SIGNATURES = (_BARE, _BOXED)

_OPENING = 4096  # bytes of the codestream, more than its header takes
_BLOCKS = frozenset({b"Exif", b"xml "})
_LARGEST = 16 << 20  # bytes of a block
_TO_TIFF = "Convert it to TIFF with its own colour profile first, for instance with djxl."


def header(data: bytes) -> Header:
    """Read the size, the depth and what the samples mean."""
    extras.needs(extras.PACKAGE_OF[Format.JPEG_XL], "a JPEG XL photograph")
    found = read_codestream(_opening(data))
    _refuse_unreadable(found)
    return Header(
        found.width, found.height, found.colours, found.bits, alpha=found.has_alpha, orientation=found.orientation
    )


def _refuse_unreadable(found: Codestream) -> None:
    if found.animated:
        raise Unsupported("an animated JPEG XL", remedy="Save the frames as photographs of their own.")
    if found.floating or found.bits > 16:
        raise Unsupported(f"a JPEG XL of {found.bits} bits per sample", remedy="Convert it to a 16-bit TIFF.")
    if found.extra_channels > found.has_alpha:
        raise Unsupported("a JPEG XL with channels besides colours and transparency", remedy=_TO_TIFF)
    if not found.is_srgb:
        raise Unsupported("a JPEG XL in a colour space other than sRGB, which would be read wrongly", remedy=_TO_TIFF)


def _opening(data: bytes) -> bytes:
    """The first bytes of the codestream, which may be cut into parts."""
    if data.startswith(_BARE):
        return data[:_OPENING]
    opening = b""
    for part in _present(data):
        if part.kind in {b"jxlc", b"jxlp"}:
            opening += data[part.start + (4 if part.kind == b"jxlp" else 0) : part.end][:_OPENING]
        if len(opening) >= _OPENING:
            break
    if not opening:
        raise Damaged("it ends before the image data")
    return opening


def _present(data: bytes) -> list[Box]:
    """The boxes, the last of which may break off."""
    found = list[Box]()
    try:
        found.extend(boxes(data, 0, len(data)))
    except Damaged:
        return [*found]
    return found


def integrity_error(data: bytes) -> str | None:
    """Check that all boxes are whole; of the codestream itself only decoding tells."""
    if data.startswith(_BARE):
        return None
    try:
        kinds = {part.kind for part in boxes(data, 0, len(data))}
    except Damaged as broken:
        return str(broken)
    return None if kinds & {b"jxlc", b"jxlp"} else "it holds no image data"


def metadata(data: bytes) -> Metadata:
    """Take EXIF and XMP from their boxes, which may be packed."""
    if data.startswith(_BARE):
        return Metadata()
    held: dict[bytes, bytes] = {}
    for part in _present(data):
        if part.kind in _BLOCKS:
            held.setdefault(part.kind, data[part.start : part.end])
        elif part.kind == b"brob" and (kind := data[part.start : part.start + 4]) in _BLOCKS and kind not in held:
            held[kind] = _unpacked(data[part.start + 4 : part.end])
    block = held.get(b"Exif", b"")
    exif = block[4 + int.from_bytes(block[:4], "big") :].removeprefix(b"Exif\0\0") or None
    return Metadata(exif, held.get(b"xml ") or None, dpi=ifd.dpi(exif))


def _unpacked(packed: bytes) -> bytes:
    """Undo Brotli; nothing comes of what is broken, or swells too much."""
    import imagecodecs

    try:
        return bytes(imagecodecs.brotli_decode(packed, out=_LARGEST))
    except imagecodecs.BrotliError:
        return b""


def decoded(data: bytes) -> NDArray[Any]:
    """What libjxl makes of it, as stored: (H, W), or (H, W, C) with alpha last, of 8 or 16 bits."""
    import imagecodecs

    try:
        pixels = imagecodecs.jpegxl_decode(data, keeporientation=True)
    except (imagecodecs.JpegxlError, ValueError, RuntimeError):
        raise Damaged("its image data cannot be decoded") from None
    return np.asarray(pixels)
