"""Photographs on disk: read whole, upright and in RGB; written whole or not at all.

The face of this room: formats are known in `formats`, metadata in `metadata`, and the writing itself is left to
`files.writing`. Knows nothing of colour spaces beyond carrying a profile.
"""

import mmap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from lab_colorize.colour import icc
from lab_colorize.errors import OutputError, PhotoOutOfReach, PhotoTooLarge, UnreadablePhoto, UnsupportedFormat
from lab_colorize.photos import exif, xmp
from lab_colorize.photos.formats import decoding, encoding, jpeg, tiff
from lab_colorize.photos.formats.base import WHOLE_COPY, Damaged, Header, Metadata, Page, Parsed, Unsupported
from lab_colorize.photos.formats.recognition import parse, recognise
from lab_colorize.photos.kinds import MAX_PIXELS, Format
from lab_colorize.photos.metadata import sound

_SIGNATURE = 512  # bytes that tell formats apart
_HEAD = 1 << 20  # bytes that hold the header of nearly every file
_TRUNCATED = "Get an intact copy of it, or give --accept-truncated to take what is there."


@dataclass(frozen=True)
class Photo:
    """A photograph as read, or as it is to be written."""

    pages: tuple[Page, ...]  # one, save for multi-page TIFF
    format: Format
    metadata: Metadata
    truncated: bool = False  # a part of the file was missing, and that was accepted
    lossless: bool = False  # read from a WebP that had lost nothing
    bare: bool = False  # of JPEG 2000: a codestream alone


@dataclass(frozen=True, eq=False)
class Encoded:
    """A photograph's bytes, taken apart as far as was needed; its header is sound, and not a pixel is decoded."""

    name: str  # what messages call it
    data: bytes
    format: Format
    parsed: Parsed

    @property
    def header(self) -> Header:
        """All that the header claims."""
        return self.parsed.header


def read_bytes(path: Path) -> bytes:
    """The whole file as it is, for those who also need its hash; UnreadablePhoto says why it cannot be had."""
    return _contents(path, str(path))


def probe_photo(path: Path, *, max_pixels: int = MAX_PIXELS) -> tuple[Format, int, int]:
    """Format, width and height as seen, from the header alone; damage further on goes unnoticed."""
    format, header = probe_header(path, max_pixels=max_pixels)
    return format, *header.seen


def probe_header(path: Path, *, max_pixels: int = MAX_PIXELS) -> tuple[Format, Header]:
    """All that the header claims."""
    name = str(path)
    data = _contents(path, name, _HEAD)
    if len(data) < _HEAD:
        return _claimed(data, name, max_pixels)
    if data.startswith(tiff.SIGNATURES):  # its directory may stand anywhere
        return _headed_far(path, name, max_pixels)
    return _headed_near(data, path, name, max_pixels)


def read_photo(
    source: Path | bytes, *, name: str = "", max_pixels: int = MAX_PIXELS, accept_truncated: bool = False
) -> Photo:
    """Read every page of a photograph.

    `name` is what messages call it, the path itself where none is given. More than `max_pixels` on all pages
    are refused before any is decoded. With `accept_truncated` the part of a JPEG that is there will do.
    """
    called = name or (str(source) if isinstance(source, Path) else "the photograph")
    data = _contents(source, called) if isinstance(source, Path) else source
    return decode_photo(parse_photo(data, called, max_pixels), accept_truncated=accept_truncated)


def decode_photo(found: Encoded, *, accept_truncated: bool = False) -> Photo:
    """The same for a photograph that was taken apart already."""
    called = found.name
    found, truncated = _whole(found, accept_truncated=accept_truncated)
    try:
        pages = decoding.decode(found.data, found.format, found.parsed)
    except Damaged as broken:
        raise UnreadablePhoto(f"{called!r} is damaged: {broken}.", remedy=broken.remedy) from None
    except Unsupported as kind:
        raise UnsupportedFormat(f"{called!r} is {kind}.", remedy=kind.remedy) from None
    except MemoryError:
        remedy = "Close other programs, or scale it down."
        raise PhotoTooLarge(f"{called!r} does not fit into memory.", remedy=remedy) from None
    parsed = found.parsed
    if isinstance(parsed, jpeg.ParsedJpeg) and not truncated and decoding.ends_early(parsed, pages[0].pixels):
        if not accept_truncated:
            raise UnreadablePhoto(f"{called!r} is truncated: its image data end too early.", remedy=_TRUNCATED)
        truncated = True
    header = found.header
    return Photo(pages, found.format, sound(parsed.metadata), truncated, lossless=header.lossless, bare=header.bare)


def encode_photo(photo: Photo, *, quality: int = 95) -> bytes:
    """Write a photograph in its format, with its metadata; depth is lost only where the format holds less.

    Pages are upright, so EXIF is made to say so. A profile of another kind than the pixels is left out.
    """
    metadata, *later = (_true_of(page, photo.metadata.of_page(number)) for number, page in enumerate(photo.pages))
    metadata = replace(metadata, later=tuple(later))
    if photo.format is Format.JPEG:
        metadata = fitted_to_jpeg(metadata)
    if metadata.exif is None and metadata.dpi and photo.format in {Format.WEBP, Format.AVIF, Format.HEIC}:
        metadata = replace(metadata, exif=exif.resolution(metadata.dpi))
    try:
        return encoding.encode(photo.pages, photo.format, metadata, quality, bare=photo.bare)
    except Unsupported as kind:
        raise OutputError(f"The photograph is {kind}.", remedy=kind.remedy) from None


def fitted_to_jpeg(metadata: Metadata) -> Metadata:
    """With as much of the XMP as a segment holds."""
    if metadata.xmp is None or jpeg.holds_xmp(metadata.xmp):
        return metadata
    return replace(metadata, xmp=xmp.essence(metadata.xmp))


def _true_of(page: Page, metadata: Metadata) -> Metadata:
    """Metadata that say of a page what is so: upright, with a profile of its own kind or none."""
    suits = metadata.icc is not None and icc.suits(metadata.icc, 1 if page.pixels.ndim == 2 else 3)
    return replace(metadata, exif=exif.upright(metadata.exif), icc=metadata.icc if suits else None)


def left_behind(photo: Photo) -> tuple[str, ...]:
    """What the photo's format will not hold of it, and what could not be read of it, in words for a person."""
    return photo.metadata.notes + encoding.left_behind(photo.pages, photo.format, photo.metadata)


def _contents(path: Path, name: str, most: int = -1) -> bytes:
    """Read a file, or its beginning; links are followed, folders and devices are not."""
    try:
        if not path.is_file() and path.exists():
            kind = "a folder" if path.is_dir() else "not an ordinary file"
            raise UnreadablePhoto(f"{name!r} is {kind}.", remedy="Give a photograph, or use batch for a folder.")
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        raise PhotoOutOfReach(f"{name!r} does not exist.", remedy="Check the name.") from None
    except PermissionError:
        what = f"{name!r} cannot be opened: permission denied."
        raise PhotoOutOfReach(what, remedy="Check its permissions.") from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        remedy = "Check the disk and the name."
        raise PhotoOutOfReach(f"{name!r} cannot be read: {reason}.", remedy=remedy) from problem


def _headed_near(data: bytes, path: Path, name: str, max_pixels: int) -> tuple[Format, Header]:
    """From the beginning of a large file; from all of it where metadata fill the beginning."""
    try:
        return _claimed(data, name, max_pixels)
    except (PhotoTooLarge, UnsupportedFormat):
        raise
    except UnreadablePhoto:
        return _claimed(_contents(path, name), name, max_pixels)


def _headed_far(path: Path, name: str, max_pixels: int) -> tuple[Format, Header]:
    """The same for a large TIFF, of which only the parts that are looked at get read."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return _claimed(cast("bytes", view), name, max_pixels)


def _claimed(data: bytes, name: str, max_pixels: int) -> tuple[Format, Header]:
    found = parse_photo(data, name, max_pixels)
    return found.format, found.header


def parse_photo(data: bytes, name: str, max_pixels: int) -> Encoded:
    """Recognise the format and read the header, before a pixel is decoded; `name` is what messages call it."""
    try:
        format = recognise(data[:_SIGNATURE])
        parsed = parse(data, format)
        header = parsed.header
    except Damaged as broken:
        raise UnreadablePhoto(f"{name!r} cannot be read: {broken}.", remedy=broken.remedy) from None
    except Unsupported as kind:
        raise UnsupportedFormat(f"{name!r} is {kind}.", remedy=kind.remedy) from None
    if header.total > max_pixels:
        raise PhotoTooLarge(
            f"{name!r} has {header.width} x {header.height} pixels"
            + (f" on {header.pages} pages" if header.pages > 1 else "")
            + f", more than the limit of {max_pixels / 1e6:g} megapixels.",
            remedy="If it really is a photograph, raise --max-pixels, or scale it down or split it.",
        )
    return Encoded(name, data, format, parsed)


def _whole(found: Encoded, *, accept_truncated: bool) -> tuple[Encoded, bool]:
    """Check that nothing is missing; what is missing of a JPEG can be accepted, is then left grey, and owned up to."""
    integrity_error = found.parsed.integrity_error
    if integrity_error is None:
        return found, False
    if found.format is Format.JPEG:
        complete = decoding.completes(found.data)
        if complete or accept_truncated:
            data = jpeg.completed(found.data)
            return replace(found, data=data, parsed=parse(data, found.format)), not complete
        raise UnreadablePhoto(f"{found.name!r} is truncated: {integrity_error}.", remedy=_TRUNCATED)
    raise UnreadablePhoto(f"{found.name!r} is damaged: {integrity_error}.", remedy=WHOLE_COPY)
