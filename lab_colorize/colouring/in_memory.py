"""Encoded photographs, coloured in memory: bytes in, bytes out, with metadata and provenance. Opens no file."""

from dataclasses import replace

import numpy as np

from lab_colorize.colour.depth import rescaled
from lab_colorize.colour.lightness import lightness_through
from lab_colorize.colour.tone import is_bilevel, tone_of
from lab_colorize.colouring.around_scan import already_a_result, colour_around_scan
from lab_colorize.colouring.colorizer import Colorizer, require_colour
from lab_colorize.colouring.hints import NO_HINTS
from lab_colorize.colouring.options import ANEW, ColorizeOptions
from lab_colorize.colouring.result import Result, provenance_of
from lab_colorize.errors import AlreadyInColour, NothingToColour
from lab_colorize.photos import regions
from lab_colorize.photos.formats import decoding
from lab_colorize.photos.formats.base import Header, Page
from lab_colorize.photos.formats.encoding import LOSSLESS_WEBP, depth_kept
from lab_colorize.photos.formats.jpeg import ParsedJpeg
from lab_colorize.photos.formats.jpeg_scans import NotCopied
from lab_colorize.photos.kinds import Format, format_named
from lab_colorize.photos.metadata import is_stamped, stamped
from lab_colorize.photos.photo import Photo, decode_photo, encode_photo, left_behind, parse_photo
from lab_colorize.why import about, tell

BARE = "a bare JPEG 2000 codestream has no place for metadata: what XMP says of the result is in a comment"


def colorize_bytes(content: bytes, *, name: str, colorizer: Colorizer, options: ColorizeOptions) -> Result:
    """Colour an encoded photograph; `name` is what errors call it."""
    with about(name):
        source = parse_photo(content, name, options.max_pixels)
        tell(_in_words(source.format, source.header))
        reason = _why_encoded_anew(source.format, options)
        if reason is None and isinstance(source.parsed, ParsedJpeg):
            try:
                return colour_around_scan(source.parsed, name=name, colorizer=colorizer, options=options)
            except NotCopied as obstacle:
                reason = str(obstacle)
        photo = decode_photo(source, accept_truncated=options.accept_truncated)
        result = colorize_read(photo, name=name, colorizer=colorizer, options=options)
        if reason is None:
            return result
        tell(ANEW + reason)
        return replace(result, lightness=ANEW + reason)


def _in_words(format: Format, header: Header) -> str:
    pages = f", {header.pages} pages" if header.pages > 1 else ""
    kind = {1: "grey", 3: "RGB"}.get(header.channels, f"{header.channels} channels")
    return f"{format.value}, {header.width} x {header.height}, {kind}, {header.bits} bits per channel{pages}"


def _why_encoded_anew(format: Format, options: ColorizeOptions) -> str | None:
    """What the options say about a JPEG's coded lightness."""
    if format is not Format.JPEG:
        return None
    if options.reencode:
        return "was asked for"
    return None if options.format == "same" or format_named(options.format) is format else "becomes another format"


def colorize_read(photo: Photo, *, name: str, colorizer: Colorizer, options: ColorizeOptions) -> Result:
    """Colour a photograph that was read already; `name` is what errors call it."""
    if is_stamped(photo.metadata) and not options.force:
        raise already_a_result(name)
    bilevel = [not options.force and is_bilevel(page.pixels) for page in photo.pages]
    if all(bilevel):
        raise NothingToColour(
            f"{name} is {NothingToColour.WHY}, and was left alone.", remedy="--force tries it anyway."
        )
    in_colour = [not options.force and _is_in_colour(page, number) for number, page in enumerate(photo.pages, start=1)]
    left = [one or other for one, other in zip(bilevel, in_colour, strict=True)]
    if all(left):
        raise AlreadyInColour(f"{name} is already in colour and was left alone.", remedy="--force colours it anyway.")
    kind = photo.format.written if options.format == "same" else format_named(options.format)
    options.hints.check(photo.pages[0].width, photo.pages[0].height, name)
    pages = tuple(
        page
        if kept
        else _coloured(page, photo.metadata.of_page(number).icc, colorizer, _for_page(options, number), kind)
        for number, (page, kept) in enumerate(zip(photo.pages, left, strict=True))
    )
    if photo.truncated:
        pages = tuple(map(_grey_where_missing, pages, photo.pages))
    upright = regions.upright(photo.metadata, tuple((page.width, page.height) for page in photo.pages))
    metadata = stamped(upright, provenance_of(colorizer.model, options))
    finished = Photo(pages=pages, format=kind, metadata=metadata, bare=photo.bare)
    notes = _notes(photo, finished)
    if photo.truncated:
        notes = (*notes, "the file is truncated, and the missing part was left grey")
    for why, pages_left in (("already in colour", in_colour), (NothingToColour.WHY, bilevel)):
        if any(pages_left):
            numbers = ", ".join(str(number) for number, kept in enumerate(pages_left, start=1) if kept)
            notes = (*notes, f"{why} and kept as they are: pages {numbers}")
    stays_lossless = photo.lossless and kind is photo.format
    coded = encode_photo(finished, quality=LOSSLESS_WEBP if stays_lossless else options.quality)
    return Result(coded, kind, pages[0].width, pages[0].height, len(pages), notes)


def _is_in_colour(page: Page, number: int) -> bool:
    tone = tone_of(page.pixels)
    tell(f"page {number}: {tone}")
    return tone.in_colour


def _for_page(options: ColorizeOptions, number: int) -> ColorizeOptions:
    """Hints are the first page's; the others are coloured without."""
    return replace(options, hints=NO_HINTS) if number else options


def _coloured(page: Page, profile: bytes | None, colorizer: Colorizer, options: ColorizeOptions, kind: Format) -> Page:
    lightness = lightness_through(page.pixels, profile)
    bits, dtype = (16, np.uint16) if depth_kept(kind, page.depth) > 8 else (8, np.uint8)
    ab = colorizer.predict(lightness, hints=options.hints.points, saturation=options.saturation)
    require_colour(colorizer.model, ab)
    by_opencv = kind is not Format.TIFF and page.alpha is None
    pixels = colorizer.joined(lightness, ab, dtype, saturation=options.saturation, blue_first=by_opencv)
    return Page(pixels, None if page.alpha is None else rescaled(page.alpha, page.depth, bits))


def _grey_where_missing(coloured: Page, read: Page) -> Page:
    """The network colours whatever it is shown; what a decoder filled in is grey, and stays so."""
    grey = rescaled(np.full(1, decoding.NO_DATA, np.uint8), 8, coloured.depth)
    pixels = coloured.pixels.copy()
    pixels[decoding.filled_in(read.pixels)] = grey
    return replace(coloured, pixels=pixels)


def _notes(photo: Photo, finished: Photo) -> tuple[str, ...]:
    """What of the original could not be kept, in words for a person."""
    notes = left_behind(replace(finished, pages=photo.pages))
    if photo.format is finished.format:
        return (*notes, BARE) if photo.bare else notes
    fewer = depth_kept(finished.format, photo.pages[0].depth) < photo.pages[0].depth
    depth = f" with {depth_kept(finished.format, 16)} bits per channel" if fewer else ""
    return (f"{photo.format.value} written as {finished.format.value}{depth}", *notes)
