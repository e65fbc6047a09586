"""`-` as the name of standard input and of standard output, which holds one result and nothing else."""

import sys
from pathlib import Path

from lab_colorize.errors import OutputError

STREAM = Path("-")


def to_standard_output(content: bytes) -> None:
    """Write a whole result there."""
    if sys.stdout is None:
        raise OutputError("There is no standard output.", remedy="Name a file instead of `-`.")
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
