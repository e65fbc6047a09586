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
from lab_colorize.colouring.names import compare_path, misnamed
from lab_colorize.colouring.options import COPIED, ColorizeOptions
from lab_colorize.colouring.result import Result, provenance_of
from lab_colorize.colouring.sidecars import carried, shared_stems, sidecar_name, sidecar_names, sidecar_of
from lab_colorize.errors import OutputError, OutputExists
from lab_colorize.files.writing import write_whole
from lab_colorize.photos.metadata import Provenance
from lab_colorize.photos.photo import parse_photo, read_bytes


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
        raise OutputError(
            f"{target} is the photograph itself, which is never replaced.", remedy="Choose another name for the result."
        )
    colorizer = colorizer or Colorizer()
    result = colorize_bytes(content, name=str(source), colorizer=colorizer, options=options)
    write_whole(target, result.content, overwrite=options.overwrite, like=source)
    if options.compare:
        marks = options.hints.points if options.show_hints else ()
        beside = comparison(content, result.content, max_pixels=options.max_pixels, marks=marks)
        write_whole(compare_path(target), beside, overwrite=options.overwrite, like=source)
    notes = (*result.notes, *misnamed(target, result.format, kind=options.format))
    if options.sidecar:
        provenance = provenance_of(colorizer.model, options)
        notes += _carry_sidecar(source, target, result, _orientation(content, result, options), provenance)
    return Coloured(
        target=target,
        width=result.width,
        height=result.height,
        pages=result.pages,
        source_sha256=hashlib.sha256(content).hexdigest(),
        target_sha256=hashlib.sha256(result.content).hexdigest(),
        notes=notes,
        lightness=result.lightness,
        lightness_sha256=result.lightness_sha256,
        hints=str(options.hints),
    )


def _orientation(content: bytes, result: Result, options: ColorizeOptions) -> int:
    """How the photograph was turned to become the result: not at all where its coded lightness was copied."""
    if result.lightness == COPIED:
        return 1
    return parse_photo(content, "", options.max_pixels).header.orientation


def _carry_sidecar(
    source: Path, target: Path, result: Result, orientation: int, provenance: Provenance
) -> tuple[str, ...]:
    """Put the photograph's sidecar beside the result, unless something is there; what to know about it."""
    if not any(os.path.lexists(source.with_name(name)) for name in sidecar_names(source.name)):
        return ()
    names = [path.name for path in source.parent.iterdir()]
    name = sidecar_of(source.name, names, shared_stems(names))
    if name is None:
        return ()
    beside = target.with_name(sidecar_name(name, source.name, target.name))
    packet, notes = carried(
        read_bytes(source.with_name(name)), provenance, size=(result.width, result.height), orientation=orientation
    )
    try:
        write_whole(beside, packet, like=source.with_name(name))
    except OutputExists:
        return (f"its sidecar was not carried along: {beside.name} exists already",)
    return tuple(f"its sidecar: {note}" for note in notes)
