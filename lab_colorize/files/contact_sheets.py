"""How a contact sheet and its thumbnails are known among other files. Draws none: that is `report`'s business."""

import re
from pathlib import Path

GENERATOR = "lab-colorize contact sheet"
_HEAD = 512  # bytes that hold the mark at the beginning of the page
_THUMBNAIL = re.compile(r"[0-9a-f]{32}\.jpg")


def thumbnails_of(sheet: Path) -> Path:
    """The folder of a sheet's thumbnails."""
    return sheet.with_name(f"{sheet.stem}_thumbnails")


def is_thumbnail(name: str) -> bool:
    """Whether a file in that folder was put there by a sheet."""
    return _THUMBNAIL.fullmatch(name) is not None


def is_contact_sheet(file: Path) -> bool:
    """Whether a file says of itself that it is one."""
    if file.suffix.lower() not in {".html", ".htm"} or file.is_symlink():
        return False
    try:
        with file.open("rb") as page:
            return f'content="{GENERATOR}"'.encode() in page.read(_HEAD)
    except OSError:
        return False


def sheet_of(thumbnails: Path) -> str | None:
    """The name of the sheet that a folder holds the thumbnails of, and nothing else."""
    stem = thumbnails.name.removesuffix("_thumbnails")
    beside = (thumbnails.with_name(f"{stem}{suffix}") for suffix in (".html", ".htm", ".HTML", ".HTM"))
    sheet = next(filter(is_contact_sheet, beside), None)
    if stem == thumbnails.name or sheet is None or thumbnails.is_symlink():
        return None
    try:
        return sheet.name if all(is_thumbnail(path.name) for path in thumbnails.iterdir()) else None
    except OSError:
        return None
