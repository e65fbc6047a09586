"""TIFF files written: every page deflated, with the metadata in their tags and in an EXIF directory.

tifffile writes the pixels. It has no way to write EXIF and GPS directories, and refuses other tags too, so all
that describes the photograph is put at the end.
"""

import struct
from dataclasses import replace
from io import BytesIO
from typing import Any, Literal

from numpy.typing import NDArray

from lab_colorize.photos.formats import ifd
from lab_colorize.photos.formats.base import Damaged, Metadata
from lab_colorize.photos.formats.tiff_metadata import descriptive

_BYTE, _UNDEFINED = 1, 7
_XMP, _IPTC = 700, 33723
_OWN = frozenset({ifd.X_RESOLUTION, ifd.Y_RESOLUTION, ifd.RESOLUTION_UNIT})  # written by tifffile
_CLASSIC_LIMIT = 2**32 - 2**25  # beyond it offsets need BigTIFF; tifffile's own margin
_ROWS_BYTES = 256 << 10  # of a strip, before compression
_LEVEL = 3  # of deflate: photographs become no smaller at the usual 6, but take twice the time (measured)


def encode(pages: list[NDArray[Any]], metadata: Metadata, *, alpha: list[bool]) -> bytes:
    """Write pages, each (H, W) or (H, W, C) of uint8 or uint16; the last channel is alpha where it says so."""
    from tifffile import TiffWriter  # late: colouring a JPEG needs none of it

    described = [_exif(metadata.of_page(number).exif) for number in range(len(pages))]
    order = next((order for order, content in described if content.entries), "<")
    file = BytesIO()
    big = sum(page.nbytes for page in pages) > _CLASSIC_LIMIT
    with TiffWriter(file, bigtiff=big, byteorder=order) as writer:
        for number, page in enumerate(pages):
            held = metadata.of_page(number)
            colours = (page.shape[2] if page.ndim == 3 else 1) - alpha[number]
            writer.write(
                page,
                photometric="rgb" if colours == 3 else "minisblack",
                planarconfig="contig" if page.ndim == 3 else None,
                extrasamples=["unassalpha"] if alpha[number] else None,
                compression="adobe_deflate",
                compressionargs={"level": _LEVEL},
                predictor=True,
                rowsperstrip=max(1, _ROWS_BYTES // max(1, page[0].nbytes)),
                resolution=held.dpi or (1, 1),
                resolutionunit="INCH" if held.dpi else "NONE",
                software=False,
                metadata=None,
                iccprofile=held.icc,
            )
    contents = [content if own == order else ifd.Tree() for own, content in described]
    _describe(file, [_directory(metadata.of_page(number), content) for number, content in enumerate(contents)])
    return file.getvalue()  # which makes no copy


def _exif(exif: bytes | None) -> tuple[Literal["<", ">"], ifd.Tree]:
    try:
        s = ifd.structure(exif or b"")
        whole = ifd.tree(exif or b"", s, ifd.directory(exif or b"", s, s.first))
    except Damaged:
        return "<", ifd.Tree()
    return "<" if s.order == "<" else ">", whole


def _directory(metadata: Metadata, content: ifd.Tree) -> ifd.Tree:
    """All that is to be said of a page beside how its samples lie."""
    entries = {e.tag: e for e in descriptive(content) if e.tag not in _OWN}
    for tag, kind, block in ((_XMP, _BYTE, metadata.xmp), (_IPTC, _UNDEFINED, metadata.iptc)):
        if block:
            entries[tag] = ifd.Entry(tag, kind, len(block), block, 0)
    return ifd.Tree(tuple(entries.values()), content.children)


def _describe(file: BytesIO, said: list[ifd.Tree]) -> None:
    """Write every page's directory anew at the end, with what is to be said of the page."""
    data = file.getvalue()
    s = ifd.structure(data)
    pages = [{e.tag: replace(e, source=e.value, at=0) for e in d.entries.values()} for d in ifd.chain(data, s)]
    at = len(data) + len(data) % 2
    del data  # the file grows in its place once nobody else holds its bytes
    pointer = 8 if s.big else 4
    for lying, page in zip(pages, said, strict=True):
        described = ifd.Tree(tuple(({e.tag: e for e in page.entries} | lying).values()), page.children)
        anew = ifd.written(described, s.order, at=at, big=s.big)
        _point(file, pointer, at, s)
        file.seek(at)
        file.write(anew)
        pointer = ifd.directory(anew, s, 0).next_at + at
        at += len(anew) + len(anew) % 2


def _point(file: BytesIO, pointer: int, at: int, s: ifd.Structure) -> None:
    file.seek(pointer)
    file.write(struct.pack(s.order + s.offset, at))
