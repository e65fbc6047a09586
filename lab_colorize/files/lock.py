"""Who is at work on a file: a lock on it while it is open, which the system drops with the program, however it ends.

The journal's lets one batch at a time write to OUT; a temporary file's tells the living from what a crash left.
"""

import errno
import os
import sys
from pathlib import Path

# Network and FUSE file systems that know no locks answer with these.
_NO_LOCKS_HERE = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL})

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 40  # Windows keeps others from reading what is locked, so a byte is locked where no journal reaches

    def _try(descriptor: int) -> None:
        here = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, here, os.SEEK_SET)
else:
    import fcntl

    def _try(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_locked(file: Path) -> bool:
    """Whether somebody holds the lock of a file at this moment; OSError if it cannot be opened."""
    try:
        descriptor = os.open(file, os.O_RDWR)  # network file systems lock only what may be written
    except PermissionError:
        descriptor = os.open(file, os.O_RDONLY)  # another user's
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Take the lock, until the file is closed; False if somebody has it. Without locks on this system: go on."""
    try:
        _try(descriptor)
    except OSError as error:
        return error.errno in _NO_LOCKS_HERE
    return True
