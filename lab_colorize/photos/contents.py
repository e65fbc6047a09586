"""Which files are photographs by their contents, where their names do not say. Reads a few bytes of each, no more."""

from pathlib import Path, PurePath

from lab_colorize.photos.kinds import OTHER_ENDINGS, OTHER_SUFFIXES, Format, format_for_suffix

_SIGNATURE = 512  # bytes


def is_photograph_inside(path: Path) -> bool:
    """Whether a file without a photograph's suffix is one; what may not be read is none."""
    return not _is_other(path.name) and _recognised(path) is not None


def format_inside(path: Path) -> Format | None:
    """The format of a file whose suffix leaves in doubt in which one its result is written; None if it does not."""
    promised = format_for_suffix(path.suffix)
    return None if promised is not None and promised is promised.written else _recognised(path)


def _is_other(name: str) -> bool:
    return PurePath(name).suffix.lower() in OTHER_SUFFIXES or name.endswith(OTHER_ENDINGS)


def _recognised(path: Path) -> Format | None:
    from lab_colorize.photos.formats.base import Damaged, Unsupported
    from lab_colorize.photos.formats.recognition import recognise

    try:
        with path.open("rb") as file:
            return recognise(file.read(_SIGNATURE))
    except (OSError, ValueError, Damaged, Unsupported):
        return None
