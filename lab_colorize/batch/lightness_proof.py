"""Whether a result holds the coded lightness of its photograph, bit for bit: told by both files, not by the journal."""

import hashlib
from pathlib import Path


def holds_lightness(result: Path, source: Path, source_sha256: str | None, *, claimed: bool) -> bool | None:
    """Compare the coded lightness of both files; None where there is nothing to compare.

    That is where the photograph has changed or gone, and where the lightness of the result has no scans of its own, as
    only a copy has, and nobody `claimed` that it was copied. A result that is broken does not hold it.
    """
    from lab_colorize.photos.formats.base import Damaged
    from lab_colorize.photos.formats.jpeg import SIGNATURE
    from lab_colorize.photos.formats.jpeg_digest import lightness_digest

    content = result.read_bytes()
    try:
        found = lightness_digest(content) if content.startswith(SIGNATURE) else None
        if found is None and not claimed:
            return None
        original = _unchanged(source, source_sha256)
        return None if original is None else found is not None and found == lightness_digest(original)
    except Damaged:
        return False


def _unchanged(source: Path, sha256: str | None) -> bytes | None:
    """The photograph, if it is still the one that was coloured."""
    try:
        content = source.read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None
