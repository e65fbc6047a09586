"""`lab-colorize train`: a folder of colour photographs becomes a model that colours."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, get_args

import click

from lab_colorize.cli.console import complain, mention
from lab_colorize.cli.signals import asked_to_stop, ended_by, say_at_once
from lab_colorize.errors import UsageProblem
from lab_colorize.training.options import Weights
from lab_colorize.zoo.catalog import DEFAULT, Loss

if TYPE_CHECKING:
    from lab_colorize.training.options import TrainOptions

A_FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("photos", metavar="FOLDER", required=False, type=A_FOLDER)
@click.option("--out", metavar="RUN_FOLDER", type=A_FOLDER, help="Run folder.  [default: runs/NETWORK-date-time]")
@click.option(
    "--network",
    metavar="NAME",
    help=f"Network to train; `lab-colorize models` lists them.  [default: {DEFAULT.name}]",
)
@click.option(
    "--epochs", type=click.FloatRange(min=0, min_open=True), metavar="N", help="Passes over the training photographs."
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    metavar="M",
    help="Train for about M minutes in total, instead of a given number of epochs: the speed is measured first.",
)
@click.option("--side", type=click.IntRange(min=1), metavar="PIXELS", help="Side of the square crops to train on.")
@click.option("--batch-size", type=click.IntRange(min=1), metavar="N", help="Photographs per training step.")
@click.option("--loss", type=click.Choice(get_args(Loss)), help="Loss function.")
@click.option("--learning-rate", type=click.FloatRange(min=0, min_open=True), metavar="X", help="Peak learning rate.")
@click.option(
    "--validation",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="SHARE",
    help="Share of each top-level folder's photographs that is held back for validation.  [default: 0.2]",
)
@click.option(
    "--validation-folder", metavar="FOLDER", type=A_FOLDER, help="Validate on the photographs of this folder instead."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Random seed: fixes the split, the crops and the initial weights.",
)
@click.option(
    "--init-from",
    metavar="NAME_OR_PATH",
    help="Start from the weights of a run folder, a .weights.h5 file, an installed model, or `default`."
    "  [default: for palette-unet `default`, the shipped model, unless --encoder-weights is given]",
)
@click.option(
    "--encoder-weights",
    metavar="imagenet|none|PATH",
    help="Initial weights of the encoder: downloaded once, random, or a file.  [default: imagenet]",
)
@click.option(
    "--freeze-encoder",
    type=click.FloatRange(min=0),
    metavar="N",
    help="Keep the encoder frozen for the first N epochs.",
)
@click.option(
    "--mixed-precision/--no-mixed-precision", default=None, help="Compute in bfloat16 where its precision suffices."
)
@click.option("--distribute", is_flag=True, default=None, help="Use all GPUs of this machine.")
@click.option(
    "--config",
    "file",
    metavar="FILE.toml",
    type=A_FOLDER,
    help="Read options from a file, such as the config.toml of an earlier run.",
)
@click.option("--resume", is_flag=True, help="Resume the interrupted run in --out exactly where it stopped.")
@click.option("--name", metavar="NAME", help="Name of the trained model.  [default: the network's name]")
@click.option(
    "--export-weights",
    type=click.Choice(get_args(Weights)),
    help="Number format of the exported weights.  [default: float16]",
)
@click.option("--install", is_flag=True, default=None, help="Install the model, so that `--model NAME` finds it.")
@click.option("-q", "--quiet", is_flag=True, help="Print only failures.")
def train(out: Path | None, file: Path | None, resume: bool, quiet: bool, **flags: Any) -> None:
    """Train a network on a folder of colour photographs and export it as a model.

    The run folder keeps options, history, weights, curves and pictures. A run that was stopped by Ctrl-C, or killed,
    continues with --resume exactly where it stopped.
    """
    began = time.monotonic()  # what takes time before the first step is part of --minutes
    from lab_colorize.cli.train_progress import watcher
    from lab_colorize.training.packages import require_packages

    options = options_for(out, file, flags, resume=resume)
    if options.install:
        tell_of_namesake(options.model_name)
    refuse_early(options, resume=resume)
    require_packages()
    from lab_colorize.training.fit import Interrupted
    from lab_colorize.training.run import train as run

    with watcher(quiet=quiet) as watch, asked_to_stop(_stopping, _stop_at_once) as signals:
        try:
            trained = run(options, resume=resume, tell=watch, stop=lambda: bool(signals), began=began)
        except Interrupted as error:
            complain(error)
            sys.exit(ended_by(signals[0]))
    if not quiet:
        figures = trained.figures
        click.echo(
            f"{trained.installed or trained.model.path}: PSNR {figures['psnr']:.2f} dB "
            f"(grey {figures['grey_psnr']:.2f}), epoch {figures['epoch']:.3g}"
        )
    if trained.figures["psnr"] <= trained.figures["grey_psnr"]:
        mention("It is no better than no colour at all: train longer, or on more photographs.")


def refuse_early(options: TrainOptions, *, resume: bool) -> None:
    """What can be seen without TensorFlow is refused before it is loaded, which takes seconds."""
    from lab_colorize.training.dataset import names_in
    from lab_colorize.training.folder import require_fresh

    if not resume:
        require_fresh(options.run)
    names_in(options.photos, options.run)
    if options.validation_folder is not None:
        names_in(options.validation_folder, options.run)


def tell_of_namesake(name: str) -> None:
    """Say before a long run what installing under this name will replace; the shipped model keeps its own."""
    from lab_colorize.colouring.models import DEFAULT_NAME, SUFFIX, user_models_folder

    if name == DEFAULT_NAME:
        raise UsageProblem(f"{name!r} is the model that comes with lab-colorize.", remedy="Choose another --name.")
    if (user_models_folder() / f"{name}{SUFFIX}").exists():
        mention(f"An installed model is called {name!r} already; this one will replace it.")


def options_for(out: Path | None, file: Path | None, flags: dict[str, Any], *, resume: bool) -> TrainOptions:
    """Complete options out of the command line, the file and the network's row."""
    from lab_colorize.training import config
    from lab_colorize.training.folder import resumed

    request = config.read(file) if file is not None else None
    if resume:
        if out is None:
            raise UsageProblem("--resume needs to know which run.", remedy="Give its folder with --out.")
        return resumed(out, flags, request)
    if flags.get("photos") is None and "photos" not in (request or {}):
        raise UsageProblem("No FOLDER of photographs was given.", remedy="lab-colorize train FOLDER")
    network = flags.get("network") or (request or {}).get("network") or DEFAULT.name
    run = out or Path("runs") / f"{network}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    return config.resolved(flags | {"run": run}, request or {})


def _stopping() -> None:
    say_at_once("\nStopping after this step. Ctrl-C again stops at once.\n")


def _stop_at_once(number: int) -> NoReturn:
    say_at_once("\nInterrupted.\n")
    sys.exit(ended_by(number))
