"""Standard error kept for our own words: libraries in C write there what they think of a picture."""

import io
import os
import sys
from typing import Any


class _Unheard(io.FileIO):
    """A file that takes what cannot be written as well: no work stops because nobody reads how far it is."""

    def write(self, words: Any) -> int:
        """Write, or act as if."""
        try:
            return super().write(words)
        except OSError:
            return len(words)


def keep_standard_error() -> None:
    """Give Python a descriptor of its own for standard error, and let descriptor 2 lead nowhere.

    The decoders of JPEG and PNG know no other place for their complaints, which would stand between ours without a
    file's name. It is done once, before there are threads: nothing is switched back and forth. Python's own reports
    (-X, -v) go to descriptor 2 as well, and whoever asks for them gets them.
    """
    if sys._xoptions or sys.flags.verbose or sys.stderr is None:  # noqa: SLF001  # there is no public name for -X
        return
    try:
        if sys.stderr.fileno() != 2:  # somebody has taken care of it
            return
        ours = os.dup(2)
    except (OSError, ValueError):
        return
    kind = sys.stderr.encoding, sys.stderr.errors
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    buffer = io.BufferedWriter(_Unheard(ours, "w"))
    sys.stderr = io.TextIOWrapper(buffer, encoding=kind[0], errors=kind[1], line_buffering=True)
