"""Where a network's first weights come from: a run, an installed or the shipped model, an encoder's file, or chance."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

from lab_colorize.colouring.models import model_folders
from lab_colorize.errors import TrainingError, UsageProblem
from lab_colorize.training.options import TrainOptions
from lab_colorize.training.record import BEST_NAME
from lab_colorize.zoo.factory import build

WEIGHTS_SUFFIX = ".weights.h5"


def network_for(options: TrainOptions, *, restored: bool) -> keras.Model:
    """The run's network with its first weights; with those of chance if a checkpoint's will replace them."""
    keras.utils.set_random_seed(options.seed)
    random = restored or options.init_from is not None
    with _precision(mixed=options.mixed_precision):
        side = None if options.row.resizable else max(options.sides)
        network = build(options.row, side=side, encoder_weights="none" if random else _encoder_weights(options))
    if options.init_from is not None and not restored:
        _load(network, weights_named(options.init_from))
    return network


def _encoder_weights(options: TrainOptions) -> str:
    return options.encoder_weights if options.row.encoder else "none"


def weights_named(name_or_path: str) -> Path:
    """The Keras weights of that path, of the run in that folder, or of the model of that name."""
    path = Path(name_or_path)
    if path.is_file():
        return path
    candidates = [path / BEST_NAME, *(folder / f"{name_or_path}{WEIGHTS_SUFFIX}" for folder in model_folders())]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise UsageProblem(
        f"There are no weights called {name_or_path!r} to start from.",
        remedy=f"Give a *{WEIGHTS_SUFFIX} file, the folder of a run that has finished an epoch, "
        "or the name of an installed model.",
    )


def _load(network: keras.Model, path: Path) -> None:
    try:
        with warnings.catch_warnings():
            # Keras only warns where a part of the network finds no weights in the file, and leaves it random.
            warnings.simplefilter("error", UserWarning)
            network.load_weights(path)
    except (ValueError, OSError, KeyError, UserWarning) as error:
        raise TrainingError(
            f"{path} does not hold weights of {network.name}.", remedy="Start from weights of the same network."
        ) from error


@contextmanager
def _precision(*, mixed: bool) -> Iterator[None]:
    """Layers made within compute in bfloat16 if `mixed`; their weights are float32 all the same."""
    before = keras.config.dtype_policy()
    if mixed:
        keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
