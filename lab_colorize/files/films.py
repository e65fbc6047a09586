"""Films by their names, for those who meet them among photographs. Opens none: that is the room `video`'s business."""

from pathlib import PurePath

# fmt: off
FILM_SUFFIXES = frozenset({
    ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".vob", ".wmv", ".asf",
    ".flv", ".dv", ".mxf", ".ogv", ".3gp",
})
# fmt: on
COMMAND = "lab-colorize video"


def is_film(name: str) -> bool:
    """Whether a file is a film by its suffix."""
    return PurePath(name).suffix.lower() in FILM_SUFFIXES
