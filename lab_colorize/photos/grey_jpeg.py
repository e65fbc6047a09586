"""Grey JPEGs whose coded lightness is copied: what is read of them, and how the coloured one is put together.

Only colours are encoded here, as two grey JPEGs of half the width and height. Which colours is not known here.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.photos.formats import decoding, jpeg
from lab_colorize.photos.formats.base import Damaged, Metadata
from lab_colorize.photos.formats.jpeg import ParsedJpeg
from lab_colorize.photos.formats.jpeg_coloured import with_colours
from lab_colorize.photos.formats.jpeg_digest import digest_of, lightness_parts
from lab_colorize.photos.formats.jpeg_scans import GreyScans, NotCopied, grey_scans
from lab_colorize.photos.metadata import sound
from lab_colorize.photos.photo import fitted_to_jpeg

Levels = NDArray[np.uint8]

COARSER = 1.6  # how many times as coarse as that for luma the standard's table for colours is, between the two means
OWN_TABLES = 500_000  # pixels of a plane, four times as many of the photograph
_BLOCK = 4  # pixels a side of a block that was decoded at half size


@dataclass(frozen=True, eq=False)
class GreyJpeg:
    """A whole grey JPEG whose scans may stand in a coloured one."""

    parsed: ParsedJpeg
    scans: GreyScans
    metadata: Metadata
    half: Levels
    """Its luma at half width and height, rounded up, as stored: orientation is not applied."""


def read_grey_jpeg(parsed: ParsedJpeg) -> GreyJpeg:
    """Read a JPEG whose header is sound; NotCopied says why its lightness cannot be copied.

    What is damaged is NotCopied too: reading it whole tells more of it.
    """
    scans = grey_scans(parsed)
    if 8 * scans.coded_bytes < parsed.fewest_bits:
        raise NotCopied("is not whole: it has too little image data for its size")
    try:
        half = decoding.half_of_grey_jpeg(parsed.data, parsed.header)
    except (Damaged, MemoryError):
        raise NotCopied("cannot be decoded") from None
    if decoding.ends_early(parsed, half, block=_BLOCK):
        raise NotCopied("is not whole: its image data end too early")
    return GreyJpeg(parsed, scans, sound(parsed.metadata), half)


def coloured_jpeg(grey: GreyJpeg, blue: Levels, red: Levels, metadata: Metadata, quality: int) -> tuple[bytes, str]:
    """The coloured JPEG, its Cb and Cr of half the size encoded at a quality, and the hash of its coded lightness.

    What is given is checked: all that the hash is of is the same in it.
    """
    head = jpeg.head(fitted_to_jpeg(metadata))
    planes = (_encoded(plane, quality, progressive=grey.scans.progressive) for plane in (blue, red))
    data = with_colours(grey.scans, head, *planes)
    made = ParsedJpeg(data)
    if made.header.orientation != grey.parsed.header.orientation:
        raise NotCopied("says its orientation in a block that cannot be kept")
    lightness = lightness_parts(grey.parsed)
    assert lightness, "the coded lightness has no scans of its own"
    assert lightness == lightness_parts(made), "the coded lightness is not what it was"
    return data, digest_of(lightness)


def _encoded(plane: Levels, quality: int, *, progressive: bool) -> bytes:
    """A grey JPEG. Huffman tables of its own save a seventh of its bytes or more, and take as long as the rest."""
    options = [cv2.IMWRITE_JPEG_QUALITY, _of_luma(quality), cv2.IMWRITE_JPEG_OPTIMIZE, int(plane.size <= OWN_TABLES)]
    done, coded = cv2.imencode(".jpg", plane, [*options, cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive)])
    if not done:
        raise NotCopied("is too large for its colours to be encoded")
    return coded.tobytes()


def _of_luma(quality: int) -> int:
    """At which quality the encoder's table for luma, all that it has for grey, is like that for colours at `quality`.

    By libjpeg's rule: the tables of the standard are scaled by 50 / quality below 50, and by 2 - quality / 50 above.
    """
    scale = COARSER * (50 / quality if quality < 50 else 2 - quality / 50)
    return max(1, round(50 / scale if scale > 1 else 100 - 50 * scale))
