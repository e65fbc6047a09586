"""Grey JPEGs coloured around their coded lightness, which is copied bit for bit: only the colours are encoded.

The pixels are decoded at half size, for the network to look at and for colours that suit them, and never encoded.
"""

import numpy as np

from lab_colorize.colour.chroma import chroma_for
from lab_colorize.colour.icc import SRGB_PROFILE, grey_curve, with_tones
from lab_colorize.colour.lab import Plane, light_table, lightness_of_luminance
from lab_colorize.colour.lightness import Grey, light_through
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.options import COPIED, ColorizeOptions
from lab_colorize.colouring.result import Result, provenance_of
from lab_colorize.errors import AlreadyInColour
from lab_colorize.photos.formats import jpeg
from lab_colorize.photos.formats.decoding import as_stored, turned
from lab_colorize.photos.formats.jpeg import ParsedJpeg
from lab_colorize.photos.formats.jpeg_scans import NotCopied
from lab_colorize.photos.grey_jpeg import coloured_jpeg, read_grey_jpeg
from lab_colorize.photos.kinds import Format
from lab_colorize.photos.metadata import is_stamped, stamped
from lab_colorize.why import tell

SAME_TONES = 0.2  # units of L*: half of what one level is in the middle of the scale


def colour_around_scan(source: ParsedJpeg, *, name: str, colorizer: Colorizer, options: ColorizeOptions) -> Result:
    """Colour a JPEG and leave its coded lightness as it is; NotCopied says why that cannot be."""
    grey, header = read_grey_jpeg(source), source.header
    if is_stamped(grey.metadata) and not options.force:
        raise already_a_result(name)
    options.hints.check(*header.seen, name)
    light, profile = _tones(grey.metadata.icc)
    upright = turned(grey.half, header.orientation)
    lightness, hints = Grey(upright, lightness_of_luminance(light)), options.hints.in_percent(*header.seen)
    ab = colorizer.colours(lightness, hints=hints.points, saturation=options.saturation)
    blue, red = chroma_for(grey.half, as_stored(ab, header.orientation), light)
    metadata = stamped(grey.metadata, provenance_of(colorizer.model, options), turned=False, profile=profile)
    coloured, digest = coloured_jpeg(grey, blue, red, metadata, options.quality)
    tell("its coded lightness is copied bit for bit; only the colours are encoded")
    return Result(
        coloured,
        Format.JPEG,
        *header.seen,
        notes=metadata.notes + jpeg.left_behind(metadata),
        lightness=COPIED,
        lightness_sha256=digest,
    )


def already_a_result(name: str) -> AlreadyInColour:
    """The refusal to colour what this tool has coloured."""
    return AlreadyInColour(
        f"{name} is a result of lab-colorize and was left alone.", remedy="--force colours it again."
    )


def _tones(profile: bytes | None) -> tuple[Plane, bytes]:
    """What each level of a scan stands for, and a profile that says the same of the coloured one."""
    light, plain = light_through(profile), light_table(np.dtype(np.uint8))
    if (np.diff(light) < 0).any():
        raise NotCopied("has a profile whose tone curve does not only rise")
    curve = grey_curve(profile) if profile else None
    off = np.abs(lightness_of_luminance(light) - lightness_of_luminance(plain)).max()
    if curve is None or off < SAME_TONES:
        return plain, SRGB_PROFILE
    return light, with_tones(curve)
