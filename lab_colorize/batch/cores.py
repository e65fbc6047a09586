"""Processors and memory of a process with several workers: what its libraries are told before the first photograph."""

import ctypes
import sys
from contextlib import suppress

import cv2

# glibc's mallopt, by the numbers of malloc.h: above what size a block is a mapping of its own, how much may lie free at
# a heap's end, and how much more is asked for than is wanted.
_SETTINGS = {-3: 16 << 20, -1: 64 << 20, -2: 64 << 20}


def settle() -> None:
    """Let each worker have one thread, and what one photograph filled for the next one."""
    cv2.setNumThreads(1)  # the other cores have photographs of their own
    if sys.platform == "linux":
        _keep_memory()


def _keep_memory() -> None:
    """Else pages go back to the system with every photograph, and come again one by one: a tenth of all time.

    The C library is told, which knows nothing of it if it is not glibc: then all stays as it is.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        for setting, size in _SETTINGS.items():
            mallopt(setting, size)
