"""`lab-colorize serve`: a page in the browser to colour photographs on."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lab_colorize.cli.console import printable
from lab_colorize.cli.options import model as model_option
from lab_colorize.cli.options import quiet as quiet_option
from lab_colorize.errors import ExitCode, MissingPackage
from lab_colorize.serve.options import HOST, PORT, Limits, ServeOptions, is_loopback

LIMITS = Limits()
MILLION = 1_000_000
A_PATH = click.Path(path_type=Path)
EXAMPLE = f"""\b
From a program:
  curl --data-binary @photo.jpg -H 'Content-Type: image/jpeg' -o colour.jpg http://{HOST}:{PORT}/api/colorize"""


@click.command(epilog=EXAMPLE)
@click.option("--host", metavar="HOST", default=HOST, show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option("--open", "open_", is_flag=True, help="Open the page in a browser.")
@model_option
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="Photographs coloured at the same time.  [default: one per core, at most 8]",
)
@click.option(
    "--token",
    envvar="LAB_COLORIZE_TOKEN",
    metavar="SECRET",
    help="Token that clients must send.  [default: none on 127.0.0.1, else generated]",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="Another host name by which the server is reached. Can be repeated.",
)
@click.option("--train", metavar="FOLDER", type=A_PATH, help="Also serve a page for training on these photographs.")
@click.option(
    "--train-config", metavar="FILE.toml", type=A_PATH, help="Options for that training, as for `train --config`."
)
@click.option(
    "--max-megapixels",
    type=click.FloatRange(min=0, min_open=True),
    default=LIMITS.pixels / MILLION,
    show_default=True,
    help="Refuse larger photographs before decoding them.",
)
@click.option(
    "--max-megabytes",
    type=click.IntRange(min=1),
    default=LIMITS.body // MILLION,
    show_default=True,
    help="Refuse larger files.",
)
@click.option("-v", "--verbose", is_flag=True, help="Also log the names of photographs and the addresses of clients.")
@quiet_option
def serve(*, open_: bool, max_megapixels: float, max_megabytes: int, verbose: bool, quiet: bool, **asked: Any) -> int:
    """Colour photographs in the browser: serve a page to drop them on, and an HTTP interface.

    The server stores no photograph and passes none on. From other machines (--host 0.0.0.0) the page requires a
    token, which is printed. Ctrl-C and SIGTERM stop the server once the photographs in progress are finished.
    """
    _require_packages()
    from lab_colorize.serve.server import serve as run

    limits = Limits(pixels=round(max_megapixels * MILLION), body=max_megabytes * MILLION)
    options = options_of(asked, limits)
    if options.train is not None:
        options = _ready_to_train(options)
    tell = _silent if quiet else _tell

    def ready(address: str) -> None:
        click.echo(address)
        tell(_how_to_use(with_token=options.token is not None))
        if open_:
            import webbrowser

            webbrowser.open(address)

    # The server hears Ctrl-C itself and raises it again at its end; background jobs of a script are born deaf to it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run(options, ready=ready, tell=tell, verbose=verbose)
    except KeyboardInterrupt:  # how a server is meant to end
        tell("Stopped.")
        return ExitCode.INTERRUPTED
    return ExitCode.OK


def _how_to_use(*, with_token: bool) -> str:
    whole = " The token is part of it." if with_token else ""
    return f"Open this address in a browser; Ctrl-C stops.{whole}"


def options_of(asked: dict[str, Any], limits: Limits) -> ServeOptions:
    """What was asked for; from other machines a token is needed, so one is made up where none was chosen."""
    chosen = {name: value for name, value in asked.items() if value is not None}
    if not is_loopback(asked["host"]):
        from secrets import token_urlsafe

        chosen.setdefault("token", token_urlsafe(18))
    return ServeOptions(**chosen, limits=limits)


def _ready_to_train(options: ServeOptions) -> ServeOptions:
    """Refuse now what training would refuse once it is started from the page, and take its length from its options."""
    from lab_colorize.cli.train import options_for, refuse_early
    from lab_colorize.training.packages import require_installed

    require_installed()
    training = options_for(None, options.train_config, {"photos": options.train}, resume=False)
    refuse_early(training, resume=False)
    return options if training.minutes is None else replace(options, train_minutes=training.minutes)


def _require_packages() -> None:
    from importlib.util import find_spec

    for package in ("starlette", "uvicorn"):
        if find_spec(package) is None:
            raise MissingPackage(
                f"The server needs {package}, which is not installed.", remedy="pip install 'lab-colorize[serve]'"
            )


def _tell(line: str) -> None:
    click.echo(printable(line), err=True)


def _silent(_line: str) -> None:
    pass
