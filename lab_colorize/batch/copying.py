"""Files copied as they are: whole or not at all, in pieces, so that a film beside the photographs fits in memory."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.errors import OutputExists, UnreadablePhoto
from lab_colorize.files.hashing import same_contents, sha256_of
from lab_colorize.files.writing import fill_whole

_PIECE = 1 << 20


def copy_whole(source: Path, target: Path, *, overwrite: bool) -> str:
    """Copy contents, times, permissions and other attributes, and give the SHA-256 of what was written."""
    if os.path.lexists(target) and not overwrite:
        return _accept(source, target)
    copied = hashlib.sha256()

    def fill(writing: BinaryIO) -> None:
        for piece in _pieces(source, reading):
            copied.update(piece)
            writing.write(piece)
        writing.flush()
        with suppress(PermissionError):  # FAT and network shares hold no permissions
            shutil.copystat(source, writing.name)

    try:
        with source.open("rb") as reading:
            fill_whole(target, fill, overwrite=overwrite)
    except OutputExists:
        return _accept(source, target)  # another worker, which was thought lost, came first
    return copied.hexdigest()


def _pieces(source: Path, reading: BinaryIO) -> Iterator[bytes]:
    """Read to the end; a disk that fails here is not to be taken for the one that is written to."""
    try:
        while piece := reading.read(_PIECE):
            yield piece
    except OSError as error:
        raise UnreadablePhoto(
            f"{source} could not be read: {error.strerror or error}.", remedy="Get an intact copy of the file."
        ) from error


def refusal(target: Path, made: Outcome | None) -> OutputExists:
    """Why a file is not replaced of which the journal tells this; one that was accepted as it is, no batch wrote."""
    return foreign(target) if made is None or made.status is Status.KEPT else changed(target)


def foreign(target: Path) -> OutputExists:
    """The refusal to replace a file that no batch wrote."""
    return OutputExists(
        f"{target} exists already, and is not what a batch wrote there.",
        remedy="Move it away, or give --overwrite to replace it.",
    )


def changed(target: Path) -> OutputExists:
    """The refusal to replace a result that is no longer what a batch wrote: it may have been retouched."""
    return OutputExists(
        f"{target} was changed since a batch wrote it.",
        remedy="Move it away, or give --overwrite to have it made again; --exclude its photograph to keep it.",
    )


def _accept(source: Path, target: Path) -> str:
    """A copy that is already there needs no second one: a crash may have come before its line in the journal."""
    if target.is_symlink() or not target.is_file() or not same_contents(source, target):
        raise foreign(target)
    return sha256_of(target)
