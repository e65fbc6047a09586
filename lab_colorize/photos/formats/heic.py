"""HEIC files, as telephones take them: AVIF's boxes around pictures coded by HEVC. Pixels by pillow-heif, an extra.

EXIF's orientation is ignored, as the standard has it: the properties irot and imir bind, and libheif follows them.
"""

import struct
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab_colorize.photos.formats import avif, extras
from lab_colorize.photos.formats.base import Damaged, Header, Metadata, Unsupported
from lab_colorize.photos.kinds import Format

metadata = avif.metadata
integrity_error = avif.integrity_error

_SHIFT = 4  # from 12 bits to the 16 that pillow-heif wants, of which it keeps 12
_SUBSAMPLED, _FULL = 420, 444
_PRESET = "ultrafast"  # a third of x265's usual time, and a file 7% larger at the same error (measured)


def header(data: bytes) -> Header:
    """Read the properties of the primary item; pictures that are made of tiles have theirs, too."""
    extras.needs(extras.PACKAGE_OF[Format.HEIC], "a HEIC photograph")
    width, height, orientation, found = avif.described(data)
    if b"clap" in found:
        width, height = _cropped(width, height, found[b"clap"])
    pixi = found.get(b"pixi", bytes(5))
    depths = tuple(pixi[5 : 5 + pixi[4]]) or (8, 8, 8)
    if max(depths) not in {8, 10, 12}:
        raise Unsupported(f"a HEIC of {max(depths)} bits per sample", remedy="Convert it to a 16-bit TIFF.")
    return Header(width, height, 1 if len(depths) == 1 else 3, max(depths), orientation=orientation)


def _cropped(width: int, height: int, clean_aperture: bytes) -> tuple[int, int]:
    across, by, down, also = struct.unpack_from(">4I", clean_aperture)
    if not (by and also):
        return width, height
    if across < by or down < also:
        raise Damaged("its header gives no size")
    return across // by, down // also


def decoded(data: bytes) -> NDArray[Any]:
    """What libheif makes of the primary picture: upright, grey, RGB or RGBA, 9 to 12 bits at their own range."""
    import pillow_heif

    try:
        picture = pillow_heif.open_heif(BytesIO(data), convert_hdr_to_8bit=False, hdr_to_16bit=False)
        pixels = np.asarray(picture)
    except (ValueError, EOFError, SyntaxError, RuntimeError, OSError, IndexError):
        raise Damaged("its image data cannot be decoded") from None
    return pixels


def encode(pixels: NDArray[Any], metadata: Metadata, quality: int, *, full_colour: bool) -> bytes:
    """Write RGB or RGBA of 8 bits, or of 12 in 16-bit samples."""
    extras.needs(extras.PACKAGE_OF[Format.HEIC], "to be a HEIC")
    import pillow_heif

    pillow_heif.options.SAVE_HDR_TO_12_BIT = True
    height, width, channels = pixels.shape
    deep = pixels.dtype == np.uint16
    mode = "RGBA"[:channels] + (";16" if deep else "")
    file = BytesIO()
    try:
        pillow_heif.encode(
            mode,
            (width, height),
            (pixels << _SHIFT if deep else pixels).tobytes(),
            file,
            quality=quality,
            enc_params={"preset": _PRESET},
            chroma=_FULL if full_colour else _SUBSAMPLED,
            exif=metadata.exif,
            xmp=metadata.xmp,
            icc_profile=metadata.icc,
        )
    except (ValueError, RuntimeError, OSError):
        raise Unsupported("one that libheif cannot write as HEIC", remedy="Give --format png or tif.") from None
    return file.getvalue()
