"""`-` as the name of standard input and of standard output, which holds one result and nothing else."""

import sys
from pathlib import Path

from lab_colorize.errors import OutputError, UsageProblem

STREAM = Path("-")


def to_standard_output(content: bytes) -> None:
    """Write a whole result there."""
    if sys.stdout is None:
        raise OutputError("There is no standard output.", remedy="Name a file instead of `-`.")
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def refuse_terminal() -> None:
    """A picture on a terminal is noise, some of which the terminal obeys."""
    if sys.stdout is not None and sys.stdout.isatty():
        raise UsageProblem(
            "A photograph cannot be shown on the terminal.",
            remedy="Send it to a file with `> colour.jpg`, or name one with -o.",
        )


def called(photo: Path) -> str:
    """What messages call a photograph."""
    return "standard input" if photo == STREAM else str(photo)
