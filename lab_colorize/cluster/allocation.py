"""Memory of a worker process: undoes a setting of Dask's nanny that doubles what a photograph costs."""

import ctypes
import os
from contextlib import suppress

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # <malloc.h>
# Where glibc's own thresholds come to once a program has freed large arrays.
_MMAP_THRESHOLD = 32 << 20
_TRIM_THRESHOLD = 2 * _MMAP_THRESHOLD
_VARIABLE = "MALLOC_TRIM_THRESHOLD_"


def keep_freed_memory() -> bool:
    """Let glibc keep what large arrays held for the next ones, as it does by itself; False where it does so anyway.

    The nanny sets MALLOC_TRIM_THRESHOLD_, so that memory goes back to the system at once. With that, glibc leaves all
    its thresholds where they are, and maps and clears fresh pages for each array above 128 KiB: every one of a
    photograph. Other systems do not know the variable.
    """
    if _VARIABLE not in os.environ:
        return False
    with suppress(OSError, AttributeError):  # not glibc
        mallopt = ctypes.CDLL(None).mallopt
        return bool(mallopt(_M_MMAP_THRESHOLD, _MMAP_THRESHOLD) and mallopt(_M_TRIM_THRESHOLD, _TRIM_THRESHOLD))
    return False
