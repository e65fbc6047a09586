"""Formats whose pixels need the extra `formats`: what it brings, and what to say where it is missing."""

from importlib.util import find_spec

from lab_colorize.photos.formats.base import Unsupported
from lab_colorize.photos.kinds import Format

PACKAGE_OF = {Format.HEIC: "pillow_heif", Format.JPEG_XL: "imagecodecs"}


def readable() -> list[Format]:
    """The formats that can be read with what is installed."""
    return [each for each in Format if each not in PACKAGE_OF or find_spec(PACKAGE_OF[each]) is not None]


def needs(package: str, what: str) -> None:
    """Refuse what cannot be decoded because a package is not installed."""
    if find_spec(package) is None:
        raise Unsupported(
            f"{what}, for which the extra `formats` is not installed",
            remedy="pip install 'lab-colorize[formats]', or convert it to TIFF, PNG or JPEG first.",
        )
