"""Words on standard error. Results go to standard output and are the commands' own business."""

import re

import click

from lab_colorize.errors import ColorizeError

# Control characters, ends of lines, marks that turn the direction of writing, and bytes that are no characters.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def complain(error: ColorizeError) -> None:
    """Say what happened and, on a line of its own, what to do."""
    click.secho(f"error: {printable(error.what)}", fg="red", err=True)
    if error.remedy:
        click.echo(f"       {printable(error.remedy)}", err=True)


def mention(text: str) -> None:
    """Say something worth knowing that is not a failure."""
    click.echo(f"note: {printable(text)}", err=True)


def say_why(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # click's signature
    """Put on standard error, until the command ends, why each photograph is treated as it is."""
    if not wanted:
        return
    import logging  # late: 10 ms that nobody else needs

    from lab_colorize.why import LOG

    class Said(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            click.echo(printable(record.getMessage()), err=True)

    handler = Said()
    LOG.addHandler(handler)
    LOG.setLevel(logging.DEBUG)
    context.call_on_close(lambda: LOG.removeHandler(handler))
    context.call_on_close(lambda: LOG.setLevel(logging.NOTSET))


def printable(text: str) -> str:
    r"""`text` on one line and encodable, with nothing in it that steers a terminal: file names may hold anything.

    A byte that is no text is written as the shell reads it: $'caf\xe9.jpg' is the file itself.
    """
    return _STEERING.sub(lambda sign: _byte(sign[0]) or repr(sign[0])[1:-1], text)


def _byte(sign: str) -> str:
    """A byte that is no character, which Python keeps as a surrogate."""
    code = ord(sign) - 0xDC00
    return f"\\x{code:02x}" if 0x80 <= code <= 0xFF else ""
