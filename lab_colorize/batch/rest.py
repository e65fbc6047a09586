"""Files copied as they are: whole or not at all, in pieces, so that a film beside the photographs fits in memory."""

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from lab_colorize.batch.contents import same_contents, sha256_of
from lab_colorize.errors import OutputExists
from lab_colorize.writing import TEMPORARY_PREFIX


def copy_whole(source: Path, target: Path, *, overwrite: bool) -> str:
    """Copy contents, times and permissions, and give the SHA-256 of what was written."""
    if os.path.lexists(target) and not overwrite:
        return _accept(source, target)
    temporary = target.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}")
    try:
        _copy_flushed(source, temporary)
        copied = sha256_of(temporary)
        _publish(temporary, target, overwrite=overwrite)
    finally:
        with suppress(OSError):
            temporary.unlink()
    _flush_folder(target.parent)
    return copied


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


def _copy_flushed(source: Path, temporary: Path) -> None:
    with source.open("rb") as reading, temporary.open("xb") as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())
    shutil.copystat(source, temporary)


def _publish(temporary: Path, target: Path, *, overwrite: bool) -> None:
    """Give the file its name; without `overwrite` never in place of another one, even if that appears just now."""
    if overwrite:
        temporary.replace(target)
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise foreign(target) from None
    except OSError:  # no hard links on this file system
        if os.path.lexists(target):
            raise foreign(target) from None
        temporary.rename(target)


def _flush_folder(folder: Path) -> None:
    with suppress(OSError):  # Windows opens no folders, some file systems flush none
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
