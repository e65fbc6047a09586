"""TIFF files written: every page deflated, with the metadata in their tags and in an EXIF directory.

tifffile writes the pixels. It has no way to write EXIF and GPS directories, and refuses other tags too, so all
that describes the photograph is put at the end.
"""

import struct
from io import BytesIO
from typing import Any, Literal

from numpy.typing import NDArray

from lab_colorize.formats import ifd, tiff
from lab_colorize.formats.base import Damaged, Metadata

_BYTE, _UNDEFINED = 1, 7
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
            )
    _describe(file, content, metadata)
    return file.getvalue()  # which makes no copy


def _exif(exif: bytes | None) -> tuple[Literal["<", ">"], ifd.Tree]:
    try:
        s = ifd.structure(exif or b"")
        whole = ifd.tree(exif or b"", s, ifd.directory(exif or b"", s, s.first))
    except Damaged:
        return "<", ifd.Tree()
    return "<" if s.order == "<" else ">", whole


def _describe(file: BytesIO, content: ifd.Tree, metadata: Metadata) -> None:
    """Write the first page's directory anew at the end, with all that is to be said of the photograph."""
    data = file.getvalue()
    s = ifd.structure(data)
    first = ifd.directory(data, s, s.first)
    entries = {e.tag: e for e in tiff.descriptive(content) if e.tag not in _OWN}
    for tag, kind, block in ((_XMP, _BYTE, metadata.xmp), (_IPTC, _UNDEFINED, metadata.iptc)):
        if block:
            entries[tag] = ifd.Entry(tag, kind, len(block), block, 0)
    entries |= first.entries  # how the samples lie comes first
    described = ifd.Tree(tuple(entries.values()), content.children)
    at = len(data) + len(data) % 2
    anew = ifd.written(described, s.order, at=at, big=s.big, following=first.next)
    del data, first, entries, described  # the file grows in its place once nobody else holds its bytes
    file.seek(at)
    file.write(anew)
    file.seek(8 if s.big else 4)
    file.write(struct.pack(s.order + s.offset, at))
