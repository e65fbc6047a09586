"""The options that `colorize` and `batch` share: their names, their limits and their help, once.

    @click.command()
    @shared_options
    @click.pass_context
    def colorize(context: click.Context, model: str | None, as_json: bool, quiet: bool, **_: Any) -> None:
        options = colorize_options(context.params)

Owns no behaviour: what an option means is decided by `ColorizeOptions`, where its default is, too.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import click

from lab_colorize.cli.console import say_why
from lab_colorize.colouring.options import FORMATS, MOST_SATURATED, SOURCE_TYPES, ColorizeOptions

DEFAULTS = ColorizeOptions()
Command = TypeVar("Command", bound=Callable[..., Any])
model = click.option(
    "--model",
    metavar="NAME_OR_PATH",
    help="Model to colour with: a name from `lab-colorize models`, or a .tflite file with its card.",
)


def finite(_context: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    """Numbers have "nan" and "inf" among them, and a range lets them pass."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("expected a number, such as 0.8")
    return value


FACTOR = click.FloatRange(min=0, max=MOST_SATURATED)
saturation = click.option(
    "--saturation",
    type=FACTOR,
    callback=finite,
    metavar="X",
    help="Strength of the colours: 0 is grey, 1 the network's own answer.  [default: as the model's card recommends]",
)
format_ = click.option(
    "--format",
    type=click.Choice(FORMATS, case_sensitive=False),
    default=DEFAULTS.format,
    show_default=True,
    help="File format of the results.",
)
quality = click.option(
    "--quality",
    type=click.IntRange(1, 100),
    default=DEFAULTS.quality,
    show_default=True,
    help="Quality of JPEG, WebP and AVIF results; for grey JPEGs, whose lightness is copied, of their colours only.",
)
reencode = click.option(
    "--reencode",
    is_flag=True,
    help="Re-encode the lightness of grey JPEGs, with full colour detail, instead of copying it.",
)
show_hints = click.option("--show-hints", is_flag=True, help="Mark the hints in the side-by-side comparison.")
compare = click.option("--compare", is_flag=True, help="Also write a side-by-side comparison, before and after.")
overwrite = click.option("--overwrite", is_flag=True, help="Replace existing files.")
force = click.option("--force", is_flag=True, help="Also colour photographs that are already in colour.")
accept_truncated = click.option(
    "--accept-truncated",
    is_flag=True,
    help="Colour as much of a truncated JPEG as can be read, instead of refusing it.",
)
source_type = click.option(
    "--source-type",
    type=click.Choice(SOURCE_TYPES),
    default=DEFAULTS.source_type,
    show_default=True,
    help="IPTC digital source type written into the results.",
)
max_pixels = click.option(
    "--max-pixels",
    type=click.IntRange(min=1),
    default=DEFAULTS.max_pixels,
    show_default=True,
    help="Refuse photographs with more pixels than this, before decoding them.",
)
as_json = click.option(
    "--json", "as_json", is_flag=True, help="Write one JSON object per photograph to standard output."
)
verbose = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=say_why,
    help="Say why each photograph is treated the way it is: its tone, what the network sees, how it is written.",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="Print only failures.")

_SHARED = (
    model, saturation, format_, quality, reencode, compare, show_hints, overwrite, force,
    accept_truncated, source_type, max_pixels, as_json, verbose, quiet,
)  # fmt: skip  # the order of --help


def shared_options(command: Command) -> Command:
    """Give a command all options that say how photographs are coloured and reported."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


def colorize_options(params: Mapping[str, Any]) -> ColorizeOptions:
    """Pick out of click's parameters those that `ColorizeOptions` has, by name."""
    return ColorizeOptions(
        **{field.name: params[field.name] for field in fields(ColorizeOptions) if field.name in params}
    )
