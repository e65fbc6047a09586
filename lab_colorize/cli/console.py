"""Words on standard error. Results go to standard output and are the commands' own business."""

import click

from lab_colorize.errors import ColorizeError


def complain(error: ColorizeError) -> None:
    """Say what happened and, on a line of its own, what to do."""
    click.secho(f"error: {printable(error.what)}", fg="red", err=True)
    if error.remedy:
        click.echo(f"       {printable(error.remedy)}", err=True)


def mention(text: str) -> None:
    """Say something worth knowing that is no failure."""
    click.echo(f"note: {printable(text)}", err=True)


def printable(text: str) -> str:
    """`text` on one line and encodable: file names may hold line breaks and bytes that are no characters."""
    shown = text.replace("\n", "\\n").replace("\r", "\\r").replace("\x1b", "\\x1b")
    return shown.encode("utf-8", "backslashreplace").decode()
