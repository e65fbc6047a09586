"""Places that cannot be looked at: another user's folders, dead mounts, names too long. Says so; tries nothing."""

import errno
import os
from pathlib import Path

from lab_colorize.errors import NothingToDo, OutputError

_PERMISSIONS = "Give yourself permission to open its folders, or name another place."
_MOUNT = "Check the disk, or connect the network drive again, and run the same command again."
_REMEDIES = {
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.ENAMETOOLONG: "Names may have at most 255 bytes, paths 4096: choose a shorter one.",
    errno.ELOOP: "A link in the path leads to itself: name the place it should lead to.",
    errno.ENOTDIR: "A part of the path is a file: check the path.",
    errno.ENOENT: "Check the name; something may have moved it meanwhile.",
}


def out_of_reach(error: OSError) -> OutputError:
    """What to tell of an error of the system that nothing nearer to its cause explained."""
    place = repr(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes | os.PathLike) else "A file"
    return OutputError(f"{place} cannot be reached: {error.strerror or error}.", remedy=_remedy(error))


def check_opens(folder: Path) -> None:
    """NothingToDo unless the folder is there and can be listed, which says why; a file is NotADirectoryError."""
    try:
        os.scandir(folder).close()
    except FileNotFoundError:
        raise NothingToDo(f"There is no folder {folder}.", remedy="Check its name.") from None
    except NotADirectoryError:
        if _is_itself_there(folder):
            raise
        raise NothingToDo(f"There is no folder {folder}.", remedy=_REMEDIES[errno.ENOTDIR]) from None
    except OSError as error:
        raise NothingToDo(f"{folder} cannot be opened: {error.strerror or error}.", remedy=_remedy(error)) from error


def is_file(path: Path) -> bool:
    """Whether a file is there to be read; a folder that may not be looked into holds none."""
    return os.path.isfile(path)  # noqa: PTH113  # Path.is_file raises where the folder is closed to us


def _is_itself_there(path: Path) -> bool:
    """Whether it is a file itself, rather than beneath one."""
    try:
        return os.path.lexists(path)
    except OSError:
        return False


def _remedy(error: OSError) -> str:
    return _REMEDIES.get(error.errno or 0, _MOUNT)
