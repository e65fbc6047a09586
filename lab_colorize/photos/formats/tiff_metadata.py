"""What a page of a TIFF says beside its pixels: blocks out, and which of its tags travel to the result."""

from collections.abc import Iterator

from lab_colorize.photos.formats import ifd, photoshop
from lab_colorize.photos.formats.base import Metadata

ICC = 34675
_XMP, _IPTC, _PHOTOSHOP = 700, 33723, 34377
_PHOTOMETRIC, _CMYK, _LAB = 262, 5, frozenset({8, 9})
_LONG = 4

# What travels: what people and programs wrote about the photograph, not how its samples lie in the file.
_DESCRIPTIVE = frozenset({269, 270, 271, 272, 274, 282, 283, 285, 286, 287, 296, 297, 305, 306, 315, 316})
# Blocks carried as such; Photoshop's resources and layers; DNG's description of a sensor.
_NOT_CARRIED = frozenset({_IPTC, _PHOTOSHOP, ICC, 37724, *range(50706, 52600)})
_FIRST_PRIVATE = 32768  # private tags of scanners and archives begin here
_LONGEST = 64 << 10  # bytes of one private tag


def page_metadata(data: bytes, s: ifd.Structure, page: ifd.Directory) -> Metadata:
    """The blocks of one page."""
    whole = ifd.tree(data, s, page)
    carried = ifd.Tree(tuple(descriptive(whole)), whole.children)
    exif = ifd.block(carried, s.order) if carried.entries or carried.children else None
    return Metadata(
        exif=exif,
        xmp=_block(page, _XMP),
        iptc=_iptc(page),
        icc=_block(page, ICC),
        dpi=ifd.dpi(exif),
        notes=_became_rgb(page, s),
    )


def _became_rgb(page: ifd.Directory, s: ifd.Structure) -> tuple[str, ...]:
    """That the samples were of another kind is worth a note."""
    entry = page.entries.get(_PHOTOMETRIC)
    kind = next(iter(entry.numbers(s.order, most=1)), 0) if entry is not None else 0
    if kind == _CMYK:
        by = "through its profile" if ICC in page.entries else "by the plain formula, as it has no profile"
        return (f"its CMYK inks were converted to RGB {by}",)
    return ("its CIE Lab was converted to RGB",) if kind in _LAB else ()


def descriptive(whole: ifd.Tree) -> Iterator[ifd.Entry]:
    """The tags of an IFD0 that say something of the photograph itself."""
    for entry in whole.entries:
        private = entry.tag >= _FIRST_PRIVATE and entry.tag not in _NOT_CARRIED and entry.length <= _LONGEST
        if entry.count and (entry.tag in _DESCRIPTIVE or private):
            yield entry


def _block(page: ifd.Directory, tag: int) -> bytes | None:
    return (page.entries[tag].value or None) if tag in page.entries else None


def _iptc(page: ifd.Directory) -> bytes | None:
    """IPTC's own tag, in which some programs swap the bytes of each LONG; else among Photoshop's resources."""
    entry = page.entries.get(_IPTC)
    if entry is None or not entry.value:
        resources = _block(page, _PHOTOSHOP)
        return photoshop.iptc(resources) if resources else None
    value = entry.value
    if entry.kind == _LONG and value[:1] != b"\x1c" and value[3:4] == b"\x1c":
        value = b"".join(value[i : i + 4][::-1] for i in range(0, len(value), 4))
    return value.rstrip(b"\0") if entry.kind == _LONG else value
