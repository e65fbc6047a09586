"""What a run leaves behind epoch by epoch: history, the best weights, pictures and curves.

Everything but the weights follows from the history in the checkpoint, and is written anew from it when a run goes on.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import keras

from lab_colorize.errors import OutputError
from lab_colorize.files.writing import TEMPORARY_PREFIX, name_whole, write_whole
from lab_colorize.training.checkpoint import State
from lab_colorize.training.objectives import Objective
from lab_colorize.training.pictures import draw_curves, paint
from lab_colorize.training.validation import Metrics, Validator

HISTORY_NAME = "history.csv"
DRAWN_EVERY = 60.0  # seconds; matplotlib takes about one, and short epochs are no reason to wait for it
BEST_NAME = "best.weights.h5"
FIGURES = tuple(figure.name for figure in fields(Metrics))
COLUMNS = ("epoch", "stage", "step", "side", "learning_rate", "loss", "critic_loss", *FIGURES)


class Record:
    """The written side of a run."""

    def __init__(self, folder: Path, validator: Validator, state: State, *, picture_epochs: int) -> None:
        self._folder = folder
        self._validator = validator
        self._picture_epochs = picture_epochs
        self._drawn = time.monotonic()
        if state.history:
            self._write_history(state.history)

    def note(self, objective: Objective, state: State, row: dict[str, float]) -> None:
        """The weights as they are now have been validated; `row` goes into the history."""
        state.history.append(row)
        if row["psnr"] >= state.best_psnr:  # where only what takes hints learns, all are equal
            state.best_psnr = row["psnr"]
            save_weights(objective.network, self._folder / BEST_NAME)
        self._write_history(state.history)
        if len(state.history) % self._picture_epochs == 0 or len(state.history) == 1:
            paint(self._folder, objective.painter, self._validator, math.ceil(row["epoch"]))
        if time.monotonic() - self._drawn > DRAWN_EVERY:
            self.draw(state)

    def draw(self, state: State) -> None:
        """Bring the curves up to date."""
        draw_curves(self._folder, state.history)
        self._drawn = time.monotonic()

    def _write_history(self, history: Sequence[dict[str, float]]) -> None:
        lines = [",".join(COLUMNS)]
        lines += [",".join(f"{row[name]:.8g}" if name in row else "" for name in COLUMNS) for row in history]
        write_whole(self._folder / HISTORY_NAME, ("\n".join(lines) + "\n").encode(), overwrite=True)


def save_weights(network: keras.Model, path: Path) -> None:
    """Keras's own weights file, replaced whole."""
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{path.name}")
    try:
        network.save_weights(temporary)
        name_whole(temporary, path)
    except (OSError, RuntimeError) as error:  # h5py's word for a full disk depends on where it meets it
        temporary.unlink(missing_ok=True)
        number = getattr(error, "errno", None)  # h5py's own words are a paragraph
        raise OutputError(
            f"The weights {path} could not be written: {os.strerror(number) if number else error}.",
            remedy="Free some space, then continue with --resume.",
        ) from error
