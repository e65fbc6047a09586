"""FOLDER and OUT as places: which pairs are refused, how OUT grows, what a crash left in it.

Nothing is ever written through a symbolic link below OUT: it might lead to the originals.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path, PurePosixPath

from lab_colorize.batch.journal import JOURNAL_NAME
from lab_colorize.errors import OutputError, UsageProblem
from lab_colorize.files.lock import is_locked
from lab_colorize.files.reach import check_opens
from lab_colorize.files.writing import TEMPORARY_PREFIX, unwritten


def check_folders(folder: Path, out: Path) -> None:
    """Refuse what could lose originals or has no sense, before anything is looked at."""
    try:
        check_opens(folder)
    except NotADirectoryError:
        remedy = f"For single photographs: lab-colorize colorize {folder}"
        raise UsageProblem(f"{folder} is a file.", remedy=remedy) from None
    _check_out(out)
    if _same(folder, out):
        raise UsageProblem(
            "FOLDER and --out are the same folder.", remedy="Choose another --out, inside FOLDER or elsewhere."
        )
    if any(_same(parent, out) for parent in Path(os.path.realpath(folder)).parents):
        raise UsageProblem(
            f"{folder} lies inside {out}, where results could replace originals.",
            remedy="Choose an --out that does not contain FOLDER.",
        )


def _check_out(out: Path) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISDIR(out.stat().st_mode):
            raise OutputError(f"{out} is not a folder.", remedy="Choose another --out.")


def _same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one directory, through links, mounts or another spelling."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    return one.exists() and other.exists() and one.samefile(other)


def make_folder_for(out: Path, target: str) -> Path:
    """Give the path of a target, its folder made; OutputError if a link or a file stands in the way."""
    folder = out
    for name in target.split("/")[:-1]:
        folder /= name
        if not os.path.lexists(folder):
            _make(folder)
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise OutputError(f"{folder} is a link or a file, not a folder.", remedy="Move it out of the way.")
    return out / target


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)  # another worker may just have made it
    except OSError as error:
        raise unwritten(folder, error) from error


def remove_empty(out: Path, target: str) -> None:
    """Remove the folders below OUT that held nothing but what was a target."""
    for folder in PurePosixPath(target).parents[:-1]:
        try:
            (out / folder).rmdir()
        except OSError:
            return  # something else lies in it


def ignores_case(out: Path) -> bool:
    """Whether OUT takes photo.jpg and PHOTO.JPG for one file; learnt from the journal's name, without writing."""
    journal = out / JOURNAL_NAME
    try:
        return journal.samefile(journal.with_name(JOURNAL_NAME.upper()))
    except OSError:
        return False


def clear_temporaries(out: Path) -> None:
    """Remove what a killed batch left half-written; only under the lock, or a running batch would lose its files.

    Where it had workers on other machines, some may still be finishing their last photographs: what they write, and
    hold the lock of, is left to them.
    """
    for folder, _, names in os.walk(out):  # does not follow links
        for name in names:
            if name.startswith(TEMPORARY_PREFIX):
                _clear(Path(folder, name))


def _clear(temporary: Path) -> None:
    with suppress(OSError):
        if temporary.is_symlink() or not is_locked(temporary):
            temporary.unlink()


def clear_folder(folder: Path) -> None:
    """Remove the temporary files of one folder; one that cannot be removed harms no result."""
    for temporary in folder.glob(f"{TEMPORARY_PREFIX}*"):
        with suppress(OSError):
            temporary.unlink()
