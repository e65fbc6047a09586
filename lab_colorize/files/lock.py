"""One batch at a time on one OUT: a lock on an open file, which the system drops with the program, however it ends."""

import errno
import os
import sys

# Network and FUSE file systems that know no locks answer with these.
_NO_LOCKS_HERE = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL})

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 40  # Windows keeps others from reading what is locked, so a byte is locked where no journal reaches

    def _try(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def try_lock(descriptor: int) -> bool:
    """Take the lock, until the file is closed; False if somebody has it. Without locks on this system: go on."""
    try:
        _try(descriptor)
    except OSError as error:
        return error.errno in _NO_LOCKS_HERE
    return True
