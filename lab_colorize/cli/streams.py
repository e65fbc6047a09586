"""Standard input and output, both called `-`: what may be written there, and how."""

import os
import sys
from pathlib import Path

import click

from lab_colorize.cli.console import printable
from lab_colorize.errors import OutputError, UsageProblem

STREAM = Path("-")


def to_standard_output(content: bytes) -> None:
    """Write a whole result, beside which nothing else may be written."""
    if sys.stdout is None:
        raise OutputError("There is no standard output.", remedy="Name a file instead of `-`.")
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def refuse_terminal() -> None:
    """A picture on a terminal is noise, some of which the terminal obeys."""
    if _on_terminal():
        raise UsageProblem(
            "A photograph cannot be shown on the terminal.",
            remedy="Send it to a file with `> colour.jpg`, or name one with -o.",
        )


def say_path(path: Path) -> None:
    """A path on a line of its own: for people on a terminal, and elsewhere for scripts, with the bytes that it has."""
    name = str(path)
    click.echo(printable(name) if _on_terminal() else os.fsencode(name.replace("\n", "\\n")))


def _on_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def called(photo: Path) -> str:
    """What messages call a photograph."""
    return "standard input" if photo == STREAM else str(photo)
