"""BMP files: what their headers say, and whether they are whole. Resolution is all the metadata they hold."""

import struct

from lab_colorize.photos.formats.base import INCHES_PER_METRE, Damaged, Header, Metadata, Unsupported

SIGNATURE = b"BM"
_CORE = 12  # the header of OS/2, with 16-bit sizes
_HEADERS = frozenset({_CORE, 40, 52, 56, 64, 108, 124})
_UNPACKED, _RLE8, _RLE4, _BITFIELDS = range(4)
_TOP_BYTE = 0xFF000000


def looks_sound(data: bytes) -> bool:
    """Two letters are little to go by: the size of the second header must be a known one too."""
    return len(data) >= 18 and struct.unpack_from("<I", data, 14)[0] in _HEADERS


def header(data: bytes) -> Header:
    """Read the second header; the first says only where the pixels are."""
    if len(data) < 54:
        raise Damaged("it ends within its header")
    if struct.unpack_from("<I", data, 14)[0] == _CORE:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        packing = _UNPACKED
    else:
        width, height, _, bits, packing = struct.unpack_from("<iiHHI", data, 18)
    if width <= 0 or height == 0 or bits not in {1, 4, 8, 16, 24, 32}:
        raise Damaged("its header makes no sense")
    if packing not in {_UNPACKED, _RLE8, _RLE4, _BITFIELDS}:
        raise Unsupported("a BMP with an unsupported compression", remedy="Save it as PNG or TIFF.")
    alpha = bits == 32 and packing == _BITFIELDS and _alpha_mask(data) == _TOP_BYTE
    return Header(width, abs(height), channels=1 if _is_grey(data, bits) else 3, bits=8, alpha=alpha)


def _alpha_mask(data: bytes) -> int:
    """The bits of a pixel that are alpha; headers shorter than version 3 name none."""
    return int(struct.unpack_from("<I", data, 66)[0]) if data[14] >= 56 and len(data) >= 70 else 0


def alpha(data: bytes) -> bytes:
    """Alpha of a file whose header has it, row by row from the top: OpenCV leaves it out."""
    width, height = struct.unpack_from("<ii", data, 18)
    (start,) = struct.unpack_from("<I", data, 10)
    plane = data[start + 3 : start + 4 * width * abs(height) : 4]
    if height < 0:
        return plane
    return b"".join(plane[at : at + width] for at in range(len(plane) - width, -1, -width))


def _is_grey(data: bytes, bits: int) -> bool:
    """Grey by a palette of nothing but greys."""
    if bits > 8:
        return False
    palette = _palette(data)
    return bool(palette) and all(blue == green == red for blue, green, red in palette)


def _palette(data: bytes) -> list[tuple[int, int, int]]:
    (size,) = struct.unpack_from("<I", data, 14)
    core = size == _CORE
    (bits,) = struct.unpack_from("<H", data, 24 if core else 28)
    (used,) = (0,) if core else struct.unpack_from("<I", data, 46)
    count = used if 0 < used <= 1 << bits else 1 << bits
    each, start = 3 if core else 4, 14 + size
    places = range(start, min(start + count * each, len(data) - 2), each)
    return [(data[at], data[at + 1], data[at + 2]) for at in places]


def integrity_error(data: bytes) -> str | None:
    """Check that all rows are there; packed ones reach where the header says the file ends."""
    found = header(data)
    (start,) = struct.unpack_from("<I", data, 10)
    core = data[14] == _CORE
    bits = struct.unpack_from("<H", data, 24 if core else 28)[0]
    packing = _UNPACKED if core else struct.unpack_from("<I", data, 30)[0]
    if packing in {_RLE8, _RLE4}:
        (need,) = struct.unpack_from("<I", data, 34)
    else:
        need = (found.width * bits + 31) // 32 * 4 * found.height
    return "it is cut short" if start + need > len(data) else None


def metadata(data: bytes) -> Metadata:
    """Take the resolution."""
    if len(data) < 54 or data[14] == _CORE:
        return Metadata()
    across, down = struct.unpack_from("<ii", data, 38)
    return Metadata(dpi=(across / INCHES_PER_METRE, down / INCHES_PER_METRE) if across > 0 and down > 0 else None)


def embed(data: bytes, metadata: Metadata) -> bytes:
    """Set the resolution; there is no room for more."""
    if not metadata.dpi:
        return data
    across, down = (max(1, round(x * INCHES_PER_METRE)) for x in metadata.dpi)
    return data[:38] + struct.pack("<ii", across, down) + data[46:]
