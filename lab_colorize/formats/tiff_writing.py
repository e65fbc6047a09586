"""TIFF files written: every page deflated, with the metadata in their tags and in an EXIF directory.

tifffile writes pixels and tags; the EXIF and GPS directories, for which it has no way, are put at the end.
"""

import struct
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab_colorize.formats import ifd, tiff
from lab_colorize.formats.base import Damaged, Metadata

_BYTE, _LONG, _UNDEFINED, _IFD8 = 1, 4, 7, 18
_XMP, _IPTC = 700, 33723
_OWN = frozenset({ifd.X_RESOLUTION, ifd.Y_RESOLUTION, ifd.RESOLUTION_UNIT})  # written by tifffile
_CLASSIC_LIMIT = 2**32 - 2**25  # beyond it offsets need BigTIFF; tifffile's own margin
_ROWS_BYTES = 256 << 10  # of a strip, before compression


def encode(pages: list[NDArray[Any]], metadata: Metadata, *, alpha: list[bool]) -> bytes:
    """Write pages, each (H, W) or (H, W, C) of uint8 or uint16; the last channel is alpha where it says so."""
    from tifffile import TiffWriter  # late: colouring a JPEG needs none of it

    order, content = _exif(metadata.exif)
    file = BytesIO()
    big = sum(page.nbytes for page in pages) > _CLASSIC_LIMIT
    with TiffWriter(file, bigtiff=big, byteorder=order) as writer:
        for number, page in enumerate(pages):
            colours = (page.shape[2] if page.ndim == 3 else 1) - alpha[number]
            writer.write(
                page,
                photometric="rgb" if colours == 3 else "minisblack",
                planarconfig="contig" if page.ndim == 3 else None,
                extrasamples=["unassalpha"] if alpha[number] else None,
                compression="adobe_deflate",
                predictor=True,
                rowsperstrip=max(1, _ROWS_BYTES // max(1, page[0].nbytes)),
                resolution=metadata.dpi or (1, 1),
                resolutionunit="INCH" if metadata.dpi else "NONE",
                software=False,
                metadata=None,
                iccprofile=metadata.icc,
                extratags=_tags(content, metadata, big=big) if number == 0 else [],
            )
    return _with_directories(file.getvalue(), content)


def _exif(exif: bytes | None) -> tuple[str, ifd.Tree]:
    try:
        s = ifd.structure(exif or b"")
        whole = ifd.tree(exif or b"", s, ifd.directory(exif or b"", s, s.first))
    except Damaged:
        return "<", ifd.Tree()
    return s.order, whole


def _tags(content: ifd.Tree, metadata: Metadata, *, big: bool) -> list[tuple[int, int, int, bytes, bool]]:
    """Everything for IFD0, pointers as zeros that are set later."""
    found = [(e.tag, e.kind, e.count, e.value, True) for e in tiff.descriptive(content) if e.tag not in _OWN]
    pointer = (_IFD8, 1, bytes(8)) if big else (_LONG, 1, bytes(4))
    found += [(tag, *pointer, True) for tag in content.children]
    if metadata.xmp:
        found.append((_XMP, _BYTE, len(metadata.xmp), metadata.xmp, True))
    if metadata.iptc:
        found.append((_IPTC, _UNDEFINED, len(metadata.iptc), metadata.iptc, True))
    return found


def _with_directories(data: bytes, content: ifd.Tree) -> bytes:
    """Append the EXIF and GPS directories, and point to them."""
    if not content.children:
        return data
    s = ifd.structure(data)
    entries = ifd.directory(data, s, s.first).entries
    out = bytearray(data)
    for tag, child in content.children.items():
        out += b"\0" * (len(out) % 2)
        struct.pack_into(s.order + s.offset, out, entries[tag].at, len(out))
        out += ifd.written(child, s.order, at=len(out), big=s.big)
    return bytes(out)
