"""The formats of photograph files by name and suffix. Opens no file and decodes nothing, so that names cost no time."""

from enum import Enum

from lab_colorize.errors import UsageProblem


class Format(Enum):
    """The formats that are read and written; the value is the name for people."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    WEBP = "WebP"
    AVIF = "AVIF"
    BMP = "BMP"
    JPEG2000 = "JPEG 2000"

    @property
    def suffix(self) -> str:
        """The usual suffix of a file in this format, with its dot."""
        return SUFFIXES[self][0]


# The usual suffix first.
SUFFIXES: dict[Format, tuple[str, ...]] = {
    Format.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    Format.PNG: (".png",),
    Format.TIFF: (".tif", ".tiff"),
    Format.WEBP: (".webp",),
    Format.AVIF: (".avif",),
    Format.BMP: (".bmp", ".dib"),
    Format.JPEG2000: (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
}
_BY_SUFFIX = {suffix: format for format, suffixes in SUFFIXES.items() for suffix in suffixes}
# Photographs too, though not read: they must end as "not supported", not be passed over in silence.
_KNOWN_ONLY = frozenset({".heic", ".heif", ".hif", ".jxl"})
PHOTO_SUFFIXES = frozenset(_BY_SUFFIX) | _KNOWN_ONLY

MAX_PIXELS = 500_000_000  # a 50 x 60 cm plate at 1200 dpi has 670 million; 500 need 1.5 GB for 8-bit RGB alone


def format_named(name: str) -> Format:
    """The format that people call by a suffix: "jpg", "png", "tif", "webp", "avif" and their likes."""
    found = format_for_suffix("." + name.removeprefix("."))
    if found is None:
        raise UsageProblem(f"Unsupported output format {name!r}.", remedy="Use jpg, png, tif, webp or avif.")
    return found


def format_for_suffix(suffix: str) -> Format | None:
    """The format that a suffix promises, in either case; None for others."""
    return _BY_SUFFIX.get(suffix.lower())
