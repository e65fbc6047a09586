"""Files written whole or not at all. Knows nothing of what is in them."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from lab_colorize.errors import DiskFull, OutputError, OutputExists
from lab_colorize.files.lock import try_lock

TEMPORARY_PREFIX = ".lab-colorize-"  # with 16 hexadecimal digits 30 bytes, which fit wherever any name does

_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EACCES})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_REMEDIES = {
    errno.ENOSPC: "Free some space there, or write elsewhere.",
    errno.EDQUOT: "Your quota there is used up: free some space, or write elsewhere.",
    errno.EACCES: "Check the permissions of the folder, or write elsewhere.",
    errno.EPERM: "Check the permissions of the folder, or write elsewhere.",
    errno.EROFS: "The disk is read-only: write elsewhere.",
    errno.ENOENT: "Create the folder first.",
    errno.ENOTDIR: "A part of the path is a file: choose another place.",
    errno.ENAMETOOLONG: "Names, the result's included, may have at most 255 bytes: choose a shorter one.",
    errno.EINVAL: "Such names are not allowed there: choose another name, or write elsewhere.",
    errno.EFBIG: "The disk cannot hold a file of this size: write elsewhere.",
    errno.EISDIR: "A folder has that name: choose another.",
}


def write_whole(path: Path, data: bytes, *, overwrite: bool = False, like: Path | None = None) -> None:
    """Put data at a path so that nobody ever sees a part of it, not even after a power cut.

    The data go into a temporary file in the same folder, reach the disk, and only then get the name. Without
    `overwrite` an existing file is never replaced, even if it appears meanwhile. A symbolic link at the path is
    replaced itself; what it points to is not touched. Times and permissions are taken from `like`.
    """

    def fill(file: BinaryIO) -> None:
        file.write(data)
        if like is not None:
            file.flush()
            _take_after(Path(file.name), like)

    fill_whole(path, fill, overwrite=overwrite)


def fill_whole(
    path: Path, fill: Callable[[BinaryIO], None], *, overwrite: bool = False, workshop: Path | None = None
) -> None:
    """Do the same with what `fill` puts into a file that is still nameless: for contents too large for memory.

    It is made in the folder of `path`, or in a `workshop` on the same disk that somebody clears up after a crash.
    """
    if not overwrite and os.path.lexists(path):
        raise _exists(path)
    temporary = (workshop or path.parent) / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        _write(temporary, fill)
        _name(temporary, path, overwrite=overwrite)
        _settle(path.parent)
    except OSError as problem:
        raise unwritten(path, problem) from problem
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def name_whole(temporary: Path, path: Path) -> None:
    """Do the same with a file that somebody else wrote beside the path, replacing what is there."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    _settle(path.parent)


def rename_whole(path: Path, new: Path) -> None:
    """Give a file another name on the same disk; OutputExists if somebody has it."""
    try:
        _name(path, new, overwrite=False)
        path.unlink(missing_ok=True)  # the name was linked to, unless there are no links
        _settle(new.parent)
        _settle(path.parent)
    except OSError as problem:
        raise unwritten(new, problem) from problem


def check_writable(folder: Path, named: Path) -> None:
    """OutputError if a file `named` could not be made in a folder; long before it is made.

    It is tried with a file without a name: permissions do not tell of disks that are read-only.
    """
    try:
        TemporaryFile(dir=folder).close()
        with contextlib.suppress(FileNotFoundError):
            named.lstat()  # a name that is too long is found out by this
    except OSError as error:
        raise unwritten(named, error) from error


def unwritten(path: Path, problem: OSError) -> OutputError:
    """Say what kept a file or folder from being made, and the way out."""
    reason = problem.strerror or str(problem)
    remedy = _REMEDIES.get(problem.errno or 0, "Check the disk, or write elsewhere.")
    kind = DiskFull if problem.errno in FULL else OutputError
    return kind(f"{str(path)!r} could not be written: {reason}.", remedy=remedy)


def _exists(path: Path) -> OutputExists:
    return OutputExists(f"{str(path)!r} exists already.", remedy="Give --overwrite to replace it.")


def _write(temporary: Path, fill: Callable[[BinaryIO], None]) -> None:
    """Fill a new file and see it onto the disk; its lock says that it is no crash's leftover."""
    with temporary.open("xb") as file:
        try_lock(file.fileno())
        fill(file)
        file.flush()
        os.fsync(file.fileno())


def _take_after(temporary: Path, like: Path) -> None:
    """Carry permissions and times; the new file stays the owner's to read and write.

    Some file systems (FAT, network shares) hold no permissions: that is no reason to fail.
    """
    found = like.stat()
    with contextlib.suppress(PermissionError):
        temporary.chmod(stat.S_IMODE(found.st_mode) & 0o777 | stat.S_IRUSR | stat.S_IWUSR)
    with contextlib.suppress(PermissionError):
        os.utime(temporary, ns=(found.st_atime_ns, found.st_mtime_ns))


def _name(temporary: Path, path: Path, *, overwrite: bool) -> None:
    """Give the file its name; without `overwrite` only if nobody has it."""
    if overwrite:
        temporary.replace(path)
        return
    try:
        os.link(temporary, path, follow_symlinks=False)
    except FileExistsError:
        raise _exists(path) from None
    except (OSError, NotImplementedError) as problem:
        if isinstance(problem, OSError) and problem.errno not in _NO_LINKS:
            raise
        _claim(temporary, path)


def _claim(temporary: Path, path: Path) -> None:
    """Where the file system has no links: take the name with an empty file first, then replace that."""
    try:
        path.open("xb").close()
    except FileExistsError:
        raise _exists(path) from None
    try:
        temporary.replace(path)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _settle(folder: Path) -> None:
    """See the name onto the disk too, where folders can be opened for that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
