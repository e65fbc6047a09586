"""Photograph files coloured: the one path of the command line, of batches and of programs that call `colorize_photo`.

Knows nothing of folders, journals or terminals.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.comparison import comparison
from lab_colorize.colouring.in_memory import colorize_bytes
from lab_colorize.colouring.names import compare_path
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import OutputError
from lab_colorize.files.writing import write_whole
from lab_colorize.photos.kinds import PHOTO_SUFFIXES, Format, format_for_suffix
from lab_colorize.photos.photo import read_bytes


@dataclass(frozen=True, slots=True)
class Coloured:
    """A photograph that was coloured and written."""

    target: Path
    width: int
    height: int
    pages: int
    source_sha256: str
    target_sha256: str
    notes: tuple[str, ...] = ()
    """What a person should know: a depth or format that could not be kept."""
    lightness: str | None = None
    """Of a JPEG: "copied" where its coded lightness was copied bit for bit, else why it was encoded anew."""
    lightness_sha256: str | None = None
    """Of the coded lightness that was copied."""
    hints: str = ""
    """The hints that were followed, in words."""


def colorize_photo(
    source: Path | str,
    target: Path | str,
    *,
    colorizer: Colorizer | None = None,
    options: ColorizeOptions | None = None,
) -> Coloured:
    """Colour the photograph `source` and write it whole to `target`, with its metadata and its provenance.

    Raises `lab_colorize.errors`: AlreadyInColour when it has colours of its own (and not `options.force`),
    UnreadablePhoto, OutputExists and their kin. Nothing is written then, and `source` is never touched.
    """
    source, target = Path(source), Path(target)
    options = options or ColorizeOptions()
    content = read_bytes(source)
    if os.path.exists(target) and os.path.samefile(target, source):  # noqa: PTH110, PTH121  # Path.exists fails on long names
        raise OutputError(f"{target} is the photograph itself, which is never replaced.", remedy="Name another file.")
    result = colorize_bytes(content, name=str(source), colorizer=colorizer or Colorizer(), options=options)
    write_whole(target, result.content, overwrite=options.overwrite, like=source)
    if options.compare:
        marks = options.hints.points if options.show_hints else ()
        beside = comparison(content, result.content, max_pixels=options.max_pixels, marks=marks)
        write_whole(compare_path(target), beside, overwrite=options.overwrite, like=source)
    return Coloured(
        target=target,
        width=result.width,
        height=result.height,
        pages=result.pages,
        source_sha256=hashlib.sha256(content).hexdigest(),
        target_sha256=hashlib.sha256(result.content).hexdigest(),
        notes=(*result.notes, *_misnamed(target, result.format, options)),
        lightness=result.lightness,
        lightness_sha256=result.lightness_sha256,
        hints=str(options.hints),
    )


def _misnamed(target: Path, kind: Format, options: ColorizeOptions) -> tuple[str, ...]:
    """Own up to a name that promises another format: the photograph's own, as a rule, which its result keeps."""
    if options.format != "same" or target.suffix.lower() not in PHOTO_SUFFIXES:
        return ()
    if format_for_suffix(target.suffix) is kind:
        return ()
    return (f"the result is {kind.value}, whatever its name says",)
