"""What may be asked of a result. Loads nothing heavy: the command line takes its defaults and choices from here."""

from dataclasses import dataclass

from lab_colorize.colouring.hints import NO_HINTS, Hints
from lab_colorize.photos.kinds import MAX_PIXELS

FORMATS = ("same", "jpg", "png", "tif", "webp", "avif")
# Lightness is kept at any factor, but JPEG and WebP blur the lightness of neon colours when they are encoded.
MOST_SATURATED = 5
# The terms of IPTC's vocabulary "digitalsourcetype" that can be true of a photograph coloured by a network.
SOURCE_TYPES = (
    "compositeWithTrainedAlgorithmicMedia",
    "algorithmicallyEnhanced",
    "trainedAlgorithmicMedia",
    "compositeSynthetic",
    "humanEdits",
)

# What is said of the coded lightness of a JPEG.
COPIED = "copied"
ANEW = "encoded anew: it "  # and why


@dataclass(frozen=True, slots=True)
class ColorizeOptions:
    """What a person may choose about a result."""

    saturation: float | None = None
    """Factor on chroma; None is what the model's card recommends."""
    format: str = "same"
    quality: int = 95
    reencode: bool = False
    """Encode the lightness of grey JPEGs anew, instead of copying it bit for bit."""
    compare: bool = False
    """Also write NAME_compare beside the result: before and after, side by side."""
    sidecar: bool = False
    """Carry the XMP sidecar beside the photograph to the name of the result."""
    overwrite: bool = False
    force: bool = False
    """Colour photographs that have colours already."""
    accept_truncated: bool = False
    source_type: str = SOURCE_TYPES[0]
    hints: Hints = NO_HINTS
    """What a person knows of this photograph's colours."""
    show_hints: bool = False
    """Mark the hints in the comparison."""
    max_pixels: int = MAX_PIXELS
