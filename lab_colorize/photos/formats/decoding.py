"""From bytes to pages: where OpenCV decodes, and what it does otherwise than a photograph needs is put right.

OpenCV turns some formats and not others; so it is told not to turn any, and pages are turned here.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.depth import rescaled
from lab_colorize.photos.formats import bmp, heic, jpeg, jpeg_xl, netpbm, png, psd, tiff, tiff_pixels
from lab_colorize.photos.formats.base import Damaged, Header, Page, Parsed
from lab_colorize.photos.kinds import Format

# OpenCV's own messages say nothing to a user, who gets ours.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

_Array: TypeAlias = NDArray[Any]  # of uint8 or uint16
_AS_STORED = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
_RGB = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
_DEPTHS = frozenset({np.dtype(np.uint8), np.dtype(np.uint16)})
NO_DATA = 128  # the level of what libjpeg lacks data for
_LOST = bytes(16)  # what a broken disk or transfer leaves, and what decodes as if it were a picture


def decode(data: bytes, format: Format, parsed: Parsed) -> tuple[Page, ...]:
    """Decode every page, upright; Damaged where that is not possible."""
    if isinstance(parsed, tiff.ParsedTiff):
        return tuple(_tiff_page(data, layout) for layout in parsed.layouts)
    header = parsed.header
    if format in _OTHER_DECODERS:
        return (_OTHER_DECODERS[format](data, header),)
    pixels, alpha = _split(_decoded(data, format, header), header)
    if alpha is None and header.alpha:
        alpha = _left_out(data, format, pixels)
    return (_upright(_full_range(pixels, header.bits), alpha, header.orientation),)


def _heic(data: bytes, header: Header) -> Page:
    return _of_library(heic.decoded(data), replace(header, width=header.seen[0], height=header.seen[1], orientation=1))


def _jpeg_xl(data: bytes, header: Header) -> Page:
    return _of_library(jpeg_xl.decoded(data), header)


def _photoshop(data: bytes, _: Header) -> Page:
    pixels, _alpha = tiff_pixels.samples(data, psd.layout(data))
    return Page(pixels)


def _netpbm(data: bytes, _: Header) -> Page:
    return Page(netpbm.samples(data))


_OTHER_DECODERS: dict[Format, Callable[[bytes, Header], Page]] = {
    Format.HEIC: _heic,
    Format.JPEG_XL: _jpeg_xl,
    Format.PHOTOSHOP: _photoshop,
    Format.NETPBM: _netpbm,
}


def _of_library(found: _Array, header: Header) -> Page:
    """A page of what a library made of a file: grey or RGB, perhaps with alpha, and as large as its header claims."""
    if found.shape[:2] != (header.height, header.width) or found.dtype not in _DEPTHS:
        raise Damaged("its image data cannot be decoded")
    levels = _full_range(found, header.bits).reshape(header.height, header.width, -1)
    colours = levels.shape[2] - (levels.shape[2] in {2, 4})
    grey = colours == 1 or header.channels == 1
    pixels = np.ascontiguousarray(levels[..., 0] if grey else levels[..., :colours])
    alpha = np.ascontiguousarray(levels[..., colours]) if levels.shape[2] > colours else None
    return _upright(pixels, alpha, header.orientation)


def _tiff_page(data: bytes, layout: tiff.Layout) -> Page:
    pixels, alpha = tiff_pixels.samples(data, layout)
    return _upright(pixels, alpha, 1 if tiff_pixels.is_upright(layout) else layout.orientation)


def _decoded(data: bytes, format: Format, header: Header) -> _Array:
    """What OpenCV makes of it: RGB where no alpha and no grey asks for more."""
    colour = header.channels > 1 and not header.alpha
    if format is Format.JPEG and not colour:
        flags = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
    elif colour and format in {Format.JPEG, Format.PNG, Format.WEBP, Format.BMP}:
        flags = _RGB
    else:
        flags = _AS_STORED
    found = _by_opencv(png.bare(data) if format is Format.PNG else data, flags)
    if found is None or found.shape[:2] != (header.height, header.width) or found.dtype not in _DEPTHS:
        raise Damaged("its image data cannot be decoded")
    return _to_rgb(found) if flags == _AS_STORED else found


def _by_opencv(data: bytes, flags: int) -> _Array | None:
    """What OpenCV makes of it, None where it makes nothing."""
    try:
        found: _Array | None = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    return found


def _to_rgb(found: _Array) -> _Array:
    """OpenCV's order of channels to ours."""
    if found.ndim == 2:
        return found
    return np.asarray(cv2.cvtColor(found, cv2.COLOR_BGRA2RGBA if found.shape[2] == 4 else cv2.COLOR_BGR2RGB))


def _split(found: _Array, header: Header) -> tuple[_Array, _Array | None]:
    """Take alpha off, and grey out of three equal channels."""
    if found.ndim == 2:
        return found, None
    alpha = np.ascontiguousarray(found[..., 3]) if found.shape[2] == 4 else None
    colour = found[..., 0] if header.channels == 1 else found[..., :3]
    return np.ascontiguousarray(colour), alpha


def _left_out(data: bytes, format: Format, pixels: _Array) -> _Array | None:
    """Alpha that OpenCV leaves out: that of a BMP, and of a grey PNG that names one value transparent."""
    if format is Format.BMP:
        return np.frombuffer(bmp.alpha(data), np.uint8).reshape(pixels.shape[:2])
    value = png.transparent(data) if format is Format.PNG else None
    if value is None:
        return None
    top = np.iinfo(pixels.dtype).max
    hidden = pixels == value[0] if pixels.ndim == 2 else (pixels == value).all(axis=2)
    return np.where(hidden, 0, top).astype(pixels.dtype)


def _full_range(pixels: _Array, bits: int) -> _Array:
    """Stretch 9 to 15 bits, which OpenCV leaves at their own range, over all 16."""
    if pixels.dtype != np.uint16 or bits >= 16:
        return pixels
    return rescaled(pixels, bits, 16)


def half_of_grey_jpeg(data: bytes, header: Header) -> NDArray[np.uint8]:
    """A grey JPEG at half its width and height, as stored: libjpeg halves it while it decodes. Damaged as `decode`."""
    flags = cv2.IMREAD_REDUCED_GRAYSCALE_2 | cv2.IMREAD_IGNORE_ORIENTATION
    half = _by_opencv(data, flags)
    if half is None or half.shape != (-(-header.height // 2), -(-header.width // 2)):
        raise Damaged("its image data cannot be decoded")
    return half


def _upright(pixels: _Array, alpha: _Array | None, orientation: int) -> Page:
    return Page(turned(pixels, orientation), None if alpha is None else turned(alpha, orientation))


def as_stored(upright: _Array, orientation: int) -> _Array:
    """Undo EXIF's orientation."""
    return turned(upright, {6: 8, 8: 6}.get(orientation, orientation))


def turned(stored: _Array, orientation: int) -> _Array:
    """Apply EXIF's orientation."""
    if orientation == 1:
        return stored
    if orientation in {2, 3, 4}:
        return np.asarray(cv2.flip(stored, {2: 1, 3: -1, 4: 0}[orientation]))
    if orientation == 7:
        return np.asarray(cv2.transpose(cv2.flip(stored, -1)))
    if orientation == 5:
        return np.asarray(cv2.transpose(stored))
    quarter = cv2.ROTATE_90_CLOCKWISE if orientation == 6 else cv2.ROTATE_90_COUNTERCLOCKWISE
    return np.asarray(cv2.rotate(stored, quarter))


def ends_early(parsed: jpeg.ParsedJpeg, pixels: _Array, *, block: int = 8) -> bool:
    """Whether a JPEG that does have its end marker lacks data before it, as after a rescue from a broken disk.

    Decoders leave what they have no data for mid-grey; so only where the last block is, a second look is worth while.
    A `block` has 4 pixels a side where they were decoded at half size.
    """
    rows, columns = (side % block or block for side in pixels.shape[:2])
    corners = (pixels[y, x] for y in (slice(rows), slice(-rows, None)) for x in (slice(columns), slice(-columns, None)))
    grey = any((corner == NO_DATA).all() for corner in corners)
    return grey and not parsed.is_progressive and not completes(parsed.data)


def filled_in(pixels: _Array) -> NDArray[np.bool_]:
    """Which pixels (H, W) are in rows (columns, if turned upright) that a truncated JPEG has no data for."""
    flat = pixels == NO_DATA if pixels.ndim == 2 else (pixels == NO_DATA).all(axis=2)
    return flat.all(axis=1)[:, None] | flat.all(axis=0)


def completes(data: bytes) -> bool:
    """Whether a JPEG has all of its picture, though its end marker be missing or come too early.

    A decoder that is short of data invents the rest, and takes it from whatever stands there. So the picture is
    whole if it comes out the same whatever is put behind its data. Passes of a progressive one cannot be told so.
    """
    data = jpeg.scanned(data).rstrip(b"\xff")  # half of something: with what is put behind it, it would end the data
    parsed = jpeg.ParsedJpeg(data)
    if parsed.is_progressive or data.endswith(_LOST) or 8 * len(data) < parsed.fewest_bits:
        return False
    ends = (b"\xff\xd9", b"\x55" * 64 + b"\xff\xd9", b"\xaa" * 64 + b"\xff\xd9")
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    found = [cv2.imdecode(np.frombuffer(data + end, np.uint8), flags) for end in ends]
    first = found[0]
    return first is not None and all(other is not None and np.array_equal(first, other) for other in found[1:])
