"""Photoshop documents (PSD, and PSB for large ones): the merged picture, and the metadata among the image resources.

Layers are not looked at. The merged picture lies as a TIFF's strips do, so `tiff_pixels` reads it.
"""

import struct
from dataclasses import dataclass
from itertools import accumulate

from lab_colorize.photos.formats import photoshop, tiff
from lab_colorize.photos.formats.base import Damaged, Header, Metadata, Unsupported

SIGNATURE = b"8BPS"

_BITMAP, _GREY, _INDEXED, _RGB, _CMYK, _MULTICHANNEL, _DUOTONE, _LAB = 0, 1, 2, 3, 4, 7, 8, 9
_KINDS = {
    _BITMAP: (tiff.WHITE_IS_ZERO, 1),
    _GREY: (tiff.BLACK_IS_ZERO, 1),
    _DUOTONE: (tiff.BLACK_IS_ZERO, 1),
    _INDEXED: (tiff.PALETTE, 1),
    _RGB: (tiff.RGB, 3),
}
_DEPTHS = {_BITMAP: (1,), _INDEXED: (8,)}
_RAW, _PACKED = 0, 1
_MOST_CHANNELS = 56
_RESOLUTION, _ICC, _EXIF, _XMP, _VERSION = 0x03ED, 0x040F, 0x0422, 0x0424, 0x0421
_FLATTEN = "Save it with its merged picture (Maximize Compatibility), or as TIFF."


@dataclass(frozen=True)
class _Parts:
    """What the header claims, and where the sections behind it begin."""

    large: bool  # PSB
    channels: int
    width: int
    height: int
    bits: int
    mode: int
    palette: tuple[int, int]  # start and end, of this and of the resources
    resources: tuple[int, int]
    layers: tuple[int, int]

    @property
    def picture(self) -> int:
        """Where the merged picture begins."""
        return self.layers[1]


def _parts(data: bytes) -> _Parts:
    try:
        version, channels, height, width, bits, mode = struct.unpack_from(">H6xHIIHH", data, 4)
        palette = _section(data, 26, ">I")
        resources = _section(data, palette[1], ">I")
        layers = _section(data, resources[1], ">Q" if version == 2 else ">I")
    except struct.error:
        raise Damaged("it ends within its header") from None
    if version not in {1, 2} or not 1 <= channels <= _MOST_CHANNELS or not width or not height:
        raise Damaged("its header makes no sense")
    return _Parts(version == 2, channels, width, height, bits, mode, palette, resources, layers)


def _section(data: bytes, at: int, length: str) -> tuple[int, int]:
    start = at + struct.calcsize(length)
    return start, start + int(struct.unpack_from(length, data, at)[0])


def header(data: bytes) -> Header:
    """Read the header, and whether there is a merged picture."""
    parts = _parts(data)
    if parts.mode not in _KINDS or parts.bits not in _DEPTHS.get(parts.mode, (8, 16)):
        kind = f"a {parts.bits}-bit" if parts.mode in _KINDS else "a"
        other = {_CMYK: " CMYK", _LAB: " Lab", _MULTICHANNEL: " multichannel"}.get(parts.mode, "")
        raise Unsupported(
            f"{kind}{other} Photoshop document", remedy="Save it as TIFF, as grey or RGB of 8 or 16 bits."
        )
    if parts.channels < _KINDS[parts.mode][1]:
        raise Damaged("its header makes no sense")
    version = photoshop.found(data[slice(*parts.resources)], _VERSION)
    if version is not None and version[4:5] == b"\0":
        raise Unsupported("a Photoshop document without its merged picture", remedy=_FLATTEN)
    channels = 1 if _KINDS[parts.mode][1] == 1 and not _has_colours(data, parts) else 3
    return Header(parts.width, parts.height, channels, 16 if parts.bits == 16 else 8)


def _has_colours(data: bytes, parts: _Parts) -> bool:
    palette = _palette(data, parts)
    return palette[:256] != palette[256:512] or palette[256:512] != palette[512:]


def _palette(data: bytes, parts: _Parts) -> tuple[int, ...]:
    return tuple(data[slice(*parts.palette)][:768]) if parts.mode == _INDEXED else ()


def integrity_error(data: bytes) -> str | None:
    """Check that every row of the merged picture lies inside the file."""
    try:
        page = layout(data)
    except Damaged as broken:
        return str(broken)
    whole = page.offsets[-1] + page.counts[-1] <= len(data)
    return None if whole else "it is cut short"


def layout(data: bytes) -> tiff.Layout:
    """How the merged picture lies: each channel in a plane of its own, in rows that are packed, or all in one piece."""
    parts = _parts(data)
    photometric, colours = _KINDS[parts.mode]
    offsets, counts = _strips(data, parts)
    packed = _compression(data, parts) == _PACKED
    return tiff.Layout(
        parts.width,
        parts.height,
        bits=parts.bits,
        samples=parts.channels,
        photometric=photometric,
        compression=tiff.PACKBITS if packed else tiff.UNCOMPRESSED,
        predictor=1,
        separate=parts.channels > 1,
        extra=(0,) * (parts.channels - colours),
        orientation=1,
        reversed_bits=False,
        order=">",
        segment=(parts.width, 1 if packed else parts.height),
        tiled=False,
        offsets=offsets,
        counts=counts,
        palette=_palette(data, parts),
        index=0,
    )


def _compression(data: bytes, parts: _Parts) -> int:
    kind = int.from_bytes(data[parts.picture : parts.picture + 2].ljust(2, b"\xff"), "big")
    if kind not in {_RAW, _PACKED}:
        raise Damaged("its merged picture cannot be unpacked")
    return kind


def _strips(data: bytes, parts: _Parts) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where the rows or planes lie, and how long they are."""
    at = parts.picture + 2
    if _compression(data, parts) == _RAW:
        plane = -(-parts.width * parts.bits // 8) * parts.height
        return tuple(at + plane * number for number in range(parts.channels)), (plane,) * parts.channels
    rows = parts.channels * parts.height
    try:
        counts = struct.unpack_from(f">{rows}{'I' if parts.large else 'H'}", data, at)
    except struct.error:
        raise Damaged("it is cut short") from None
    start = at + rows * (4 if parts.large else 2)
    return tuple(accumulate(counts[:-1], initial=start)), counts


def metadata(data: bytes) -> Metadata:
    """Take the blocks out of the image resources."""
    try:
        parts = _parts(data)
    except Damaged:
        return Metadata()
    resources = data[slice(*parts.resources)]
    exif, xmp, icc = (photoshop.found(resources, kind) for kind in (_EXIF, _XMP, _ICC))
    notes = ("its layers were left behind: the merged picture was coloured",) if any(data[slice(*parts.layers)]) else ()
    return Metadata(exif, xmp, photoshop.iptc(resources), icc, _resolution(resources), notes=notes)


def _resolution(resources: bytes) -> tuple[float, float] | None:
    """Dots an inch with 16 bits behind the point; the units that stand beside are those of the display."""
    found = photoshop.found(resources, _RESOLUTION) or b""
    if len(found) < 12:
        return None
    across, down = (number / 65536 for number in struct.unpack_from(">I4xI", found))
    return (across, down) if across and down else None
