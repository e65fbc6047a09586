"""Pixels of TIFF pages, exactly as they are stored.

OpenCV (by libtiff) unpacks compressed strips; their meaning is worked out here. Left alone with whole pages
it multiplies 8-bit colours by their alpha, loses grey's alpha, leaves 16-bit WhiteIsZero negative, and cannot
read separate 16-bit planes or tiles of one bit (measured with OpenCV 5.0.0). JPEG and CCITT pages are its own.
"""

import struct
import zlib
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.photos.formats import ifd, tiff
from lab_colorize.photos.formats.base import Damaged, Samples, Unsupported
from lab_colorize.photos.formats.tiff_colours import rgb_of_inks, rgb_of_lab

_Array: TypeAlias = NDArray[Any]  # of uint8 or uint16

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_SHORT, _LONG = 3, 4
_TOGETHER = 1 << 20  # bytes of strips, unpacked, that are taken at a time: strips of one row are common


def samples(data: bytes, page: tiff.Layout) -> tuple[Samples, Samples | None]:
    """Decode a page: (H, W) grey or (H, W, 3) RGB, and (H, W) alpha or None; not yet upright.

    White is the highest value, and colours are not multiplied by alpha.
    """
    if page.compression in {tiff.JPEG, *tiff.CCITT} or page.photometric == tiff.YCBCR:
        return _whole_page(data, page), None
    raw = _raw(data, page)
    if page.photometric == tiff.PALETTE:
        colour = _looked_up(raw[..., 0], page)
    elif page.colours == 1 and page.photometric not in tiff.LAB:
        colour = _full_range(raw[..., 0], page.bits)
        if page.photometric == tiff.WHITE_IS_ZERO:
            colour = ~colour
    elif page.photometric == tiff.CMYK:
        colour = rgb_of_inks(raw[..., :4], page.profile)
    elif page.photometric in tiff.LAB:
        colour = rgb_of_lab(raw[..., : page.colours], signed=page.photometric == tiff.CIE_LAB)
    else:
        colour = raw[..., :3]
    alpha = _full_range(raw[..., page.colours], page.bits) if page.has_alpha else None
    if alpha is not None and page.extra[0] == tiff.ASSOCIATED:
        colour = _divided(colour, alpha)
    return np.ascontiguousarray(colour), None if alpha is None else np.ascontiguousarray(alpha)


def is_upright(page: tiff.Layout) -> bool:
    """Whether `samples` gives this page upright already: OpenCV turns whole pages."""
    return page.compression in {tiff.JPEG, *tiff.CCITT} or page.photometric == tiff.YCBCR


def _whole_page(data: bytes, page: tiff.Layout) -> NDArray[np.uint8]:
    if page.extra or page.bits == 16 or page.photometric in {tiff.CMYK, *tiff.LAB}:
        raise Unsupported("a JPEG-compressed TIFF with more channels", remedy="Save it with LZW compression.")
    flags = cv2.IMREAD_GRAYSCALE if page.colours == 1 else cv2.IMREAD_COLOR_RGB
    found, pages = cv2.imdecodemulti(np.frombuffer(data, np.uint8), flags, range=(page.index, page.index + 1))
    width, height = (page.height, page.width) if page.orientation > 4 else (page.width, page.height)
    if not found or pages[0].shape[:2] != (height, width):
        raise Damaged("a page cannot be decoded")
    return np.asarray(pages[0], np.uint8)


def _raw(data: bytes, page: tiff.Layout) -> _Array:
    """The samples of a page that are colour or alpha, as stored: (H, W, samples)."""
    kept = page.colours + page.has_alpha
    out: _Array = np.empty((page.height, page.width, kept), np.uint16 if page.bits == 16 else np.uint8)
    predicted = page.predictor == 2 and page.compression in {tiff.LZW, tiff.DEFLATE}
    for numbers, y, x, plane in _places(page):
        if plane is not None and plane >= kept:
            break
        width, height = page.segment
        height = height if page.tiled else min(height * len(numbers), page.height - y)
        part = _segments(data, page, numbers, (height, width, page.samples if plane is None else 1))
        where = out[y : y + height, x : x + width, slice(kept) if plane is None else slice(plane, plane + 1)]
        part = part[: where.shape[0], : where.shape[1], : where.shape[2]]
        if predicted:
            np.add.accumulate(part, axis=1, dtype=part.dtype, out=where)
        else:
            where[:] = part
    return out


def _places(page: tiff.Layout) -> Iterator[tuple[range, int, int, int | None]]:
    """Numbers, top, left and plane of strips that lie one below the other, or of each tile, in their order."""
    width, height = page.segment
    row = -(-width * (1 if page.separate else page.samples) * page.bits // 8)
    together = 1 if page.tiled else max(1, _TOGETHER // (row * height))
    number = 0
    for plane in range(page.samples) if page.separate else (None,):
        for y in range(0, page.height, height * together):
            for x in range(0, page.width, width):
                count = min(together, -(-(page.height - y) // height))
                yield range(number, number + count), y, x, plane
                number += count


def _segments(data: bytes, page: tiff.Layout, numbers: range, shape: tuple[int, int, int]) -> _Array:
    """A tile, or strips that lie one below the other, (height, width, samples)."""
    height, width, count = shape
    row = -(-width * count * page.bits // 8)
    packed = [_packed(data, page, number) for number in numbers]
    flat = np.frombuffer(_unpacked(packed, page.compression, row, height, page.segment[1]), np.uint8)
    if page.bits == 16:
        part: _Array = flat.view(page.order + "u2").astype(np.uint16, copy=False).reshape(shape)
    else:
        part = _spread(flat.reshape(height, row), page.bits)[:, : width * count].reshape(shape)
    return part


def _packed(data: bytes, page: tiff.Layout, number: int) -> bytes | memoryview:
    """A strip or tile as it lies in the file."""
    packed = memoryview(data)[page.offsets[number] : page.offsets[number] + page.counts[number]]
    return bytes(packed).translate(_REVERSED) if page.reversed_bits else packed


def _spread(rows: _Array, bits: int) -> _Array:
    """Give each sample of 1, 2 or 4 bits a byte of its own."""
    if bits == 8:
        return rows
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    return ((rows[..., None] >> shifts) & ((1 << bits) - 1)).reshape(rows.shape[0], -1)


def _unpacked(packed: list[bytes | memoryview], compression: int, row: int, rows: int, each: int) -> bytes | memoryview:
    """Undo the compression of strips of `each` rows, the last perhaps of fewer; Damaged if too little comes out."""
    if compression not in {tiff.UNCOMPRESSED, tiff.DEFLATE} and row % 2 == 0:
        return _small_tiff(packed, compression, (row, rows, each), wide=True)
    heights = [min(each, rows - top) for top in range(0, rows, each)]
    parts = [_unpacked_alone(part, compression, row, height) for part, height in zip(packed, heights, strict=True)]
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _unpacked_alone(packed: bytes | memoryview, compression: int, row: int, rows: int) -> bytes | memoryview:
    need = row * rows
    out: bytes | memoryview
    if compression == tiff.UNCOMPRESSED:
        out = packed[:need]
    elif compression == tiff.DEFLATE:
        try:
            out = zlib.decompressobj().decompress(packed, need)
        except zlib.error:
            raise Damaged("a strip cannot be unpacked") from None
    else:
        return _unpacked_odd([packed], compression, row, rows)
    if len(out) < need:
        raise Damaged("a strip is cut short")
    return out


def _unpacked_odd(packed: list[bytes | memoryview], compression: int, row: int, rows: int) -> bytes:
    """A strip whose rows are an odd number of bytes long; two of them are not."""
    pairs = (2 * row, rows // 2, rows // 2)
    if rows % 2 == 0:
        return _small_tiff(packed, compression, pairs, wide=True)
    last = _small_tiff(packed, compression, (row, rows, rows), wide=False)[-row:]
    return _small_tiff(packed, compression, pairs, wide=True) + last if rows > 1 else last


def _small_tiff(packed: list[bytes | memoryview], compression: int, size: tuple[int, int, int], *, wide: bool) -> bytes:
    """Show strips to OpenCV as a small grey TIFF of their own, so that it unpacks and interprets nothing.

    `size` is bytes a row, rows, and rows a strip. As 16-bit samples where possible: with 8 bits OpenCV passes over
    strips that break off.
    """
    row, rows, each = size
    lengths = [len(part) for part in packed]
    offsets = [8 + before for before in accumulate(lengths[:-1], initial=0)]
    fields = {
        256: [row // 2 if wide else row],
        257: [rows],
        258: [16 if wide else 8],
        259: [compression],
        262: [1],
        273: offsets,
        277: [1],
        278: [each],
        279: lengths,
    }
    entries = tuple(
        ifd.Entry(tag, _LONG, len(values), struct.pack(f"<{len(values)}I", *values), 0)
        for tag, values in fields.items()
    )
    start = 8 + sum(lengths) + sum(lengths) % 2
    body = b"".join(packed).ljust(start - 8, b"\0")
    small = b"II*\0" + struct.pack("<I", start) + body + ifd.written(ifd.Tree(entries), "<", at=start)
    try:
        found = cv2.imdecode(np.frombuffer(small, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:  # a side beyond a million, for one
        found = None
    if found is None or found.nbytes != row * rows:
        raise Damaged("a strip cannot be unpacked")
    return found.tobytes()


def _full_range(values: _Array, bits: int) -> _Array:
    """Stretch samples of fewer than 8 bits over the 8-bit range."""
    return values * np.uint8(255 // ((1 << bits) - 1)) if bits < 8 else values


def _looked_up(values: _Array, page: tiff.Layout) -> _Array:
    """Colours of a palette: (H, W) if all of its colours are grey, else (H, W, 3)."""
    table = np.array(page.palette, np.int64)
    if table.size != 3 << page.bits or page.bits > 8 or table.max() > 65535:
        raise Damaged("its palette is missing")
    # 16 bits each by the standard; some old writers left 8-bit values there.
    colours = (table >> 8 if table.max() > 255 else table).astype(np.uint8).reshape(3, -1).T
    return colours[:, 0][values] if page.is_grey else colours[values]


def _divided(colour: _Array, alpha: _Array) -> _Array:
    """Undo a multiplication by alpha, as far as its rounding allows; nothing is left where alpha is 0."""
    top = np.iinfo(alpha.dtype).max
    by = np.maximum(alpha, 1).astype(np.float32)
    by = by[..., None] if colour.ndim == 3 else by
    fitting: _Array = np.minimum(np.rint(colour * (np.float32(top) / by)), top).astype(colour.dtype)
    return fitting
