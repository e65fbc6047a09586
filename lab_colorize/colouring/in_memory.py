"""Encoded photographs, coloured in memory: bytes in, bytes out, with metadata and provenance. Opens no file."""

from dataclasses import dataclass, replace

import numpy as np

from lab_colorize.colour.depth import rescaled
from lab_colorize.colour.join import join
from lab_colorize.colour.lightness import lightness_through
from lab_colorize.colour.tone import tone_of
from lab_colorize.colouring.colorizer import Colorizer, not_runnable
from lab_colorize.colouring.hint_plane import marked
from lab_colorize.colouring.hints import NO_HINTS, Hint
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import AlreadyInColour
from lab_colorize.photos.formats.base import Page
from lab_colorize.photos.formats.encoding import depth_kept
from lab_colorize.photos.kinds import Format, format_named
from lab_colorize.photos.metadata import Provenance, is_stamped, stamped
from lab_colorize.photos.photo import Photo, encode_photo, left_behind, read_photo
from lab_colorize.version import __version__

GAP = 0.02  # between the two halves of a comparison, as a share of their width


@dataclass(frozen=True, slots=True)
class Result:
    """A coloured photograph in memory: encoded, and with what a comparison needs."""

    photo: Photo
    content: bytes
    original: Page
    profile: bytes | None
    """The ICC profile that came with the original."""
    notes: tuple[str, ...]
    marks: tuple[Hint, ...] = ()
    """Hints to be shown in the comparison."""

    def comparison(self) -> bytes:
        """The first page before and after, side by side, in the result's own format."""
        after = self.photo.pages[0]
        before = lightness_through(self.original.pixels, self.profile)
        grey = join(before, np.zeros((1, 1, 2), np.float32), after.pixels.dtype)
        gap = np.full((after.height, max(1, round(after.width * GAP)), 3), np.iinfo(after.pixels.dtype).max, grey.dtype)
        coloured = marked(after.pixels, self.marks)
        page = Page(np.hstack([grey, gap, coloured]), None)
        return encode_photo(replace(self.photo, pages=(page,)), quality=90)


def colorize_bytes(content: bytes, *, name: str, colorizer: Colorizer, options: ColorizeOptions) -> Result:
    """Colour an encoded photograph; `name` is what errors call it."""
    photo = read_photo(content, name=name, max_pixels=options.max_pixels, accept_truncated=options.accept_truncated)
    return colorize_read(photo, name=name, colorizer=colorizer, options=options)


def colorize_read(photo: Photo, *, name: str, colorizer: Colorizer, options: ColorizeOptions) -> Result:
    """Colour a photograph that was read already; `name` is what errors call it."""
    if is_stamped(photo.metadata) and not options.force:
        raise AlreadyInColour(f"{name} is a result of lab-colorize and was left alone.", remedy="--force tries again.")
    left = [not options.force and tone_of(page.pixels).in_colour for page in photo.pages]
    if all(left):
        raise AlreadyInColour(f"{name} is already in colour and was left alone.", remedy="--force colours it anyway.")
    kind = photo.format if options.format == "same" else format_named(options.format)
    options.hints.check(photo.pages[0].width, photo.pages[0].height, name)
    pages = tuple(
        page
        if in_colour
        else _coloured(page, photo.metadata.of_page(number).icc, colorizer, _for_page(options, number), kind)
        for number, (page, in_colour) in enumerate(zip(photo.pages, left, strict=True))
    )
    provenance = Provenance(
        software=f"lab-colorize {__version__}",
        model=colorizer.model.name,
        model_sha256=colorizer.model.sha256,
        source_type=options.source_type,
        hints=str(options.hints),
    )
    finished = Photo(pages=pages, format=kind, metadata=stamped(photo.metadata, provenance))
    notes = _notes(photo, finished)
    if photo.truncated:
        notes = (*notes, "the file breaks off, and what is missing of it was left grey")
    if any(left):
        pages_left = ", ".join(str(number) for number, in_colour in enumerate(left, start=1) if in_colour)
        notes = (*notes, f"in colour already and kept as they are: pages {pages_left}")
    content = encode_photo(finished, quality=options.quality)
    marks = options.hints.points if options.show_hints else ()
    return Result(finished, content, photo.pages[0], photo.metadata.icc, notes, marks)


def _for_page(options: ColorizeOptions, number: int) -> ColorizeOptions:
    """Hints are the first page's; the others are coloured without."""
    return replace(options, hints=NO_HINTS) if number else options


def _coloured(page: Page, profile: bytes | None, colorizer: Colorizer, options: ColorizeOptions, kind: Format) -> Page:
    lightness = lightness_through(page.pixels, profile)
    bits, dtype = (16, np.uint16) if depth_kept(kind, page.depth) > 8 else (8, np.uint8)
    ab = colorizer.predict(lightness, hints=options.hints.points, saturation=options.saturation)
    if not ab.any():  # the result would be grey, and pass for coloured
        raise not_runnable(colorizer.model, "it answers without colours.")
    by_opencv = kind is not Format.TIFF and page.alpha is None
    pixels = colorizer.joined(lightness, ab, dtype, saturation=options.saturation, blue_first=by_opencv)
    return Page(pixels, None if page.alpha is None else rescaled(page.alpha, page.depth, bits))


def _notes(photo: Photo, finished: Photo) -> tuple[str, ...]:
    """What of the original could not be kept, in words for a person."""
    notes = left_behind(replace(finished, pages=photo.pages))
    if photo.format is finished.format:
        return notes
    fewer = depth_kept(finished.format, photo.pages[0].depth) < photo.pages[0].depth
    depth = f" with {depth_kept(finished.format, 16)} bits a channel" if fewer else ""
    return (f"{photo.format.value} written as {finished.format.value}{depth}", *notes)
