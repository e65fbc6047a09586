"""What a run looks like: its curves, and some validation photographs as grey, as predicted and as they truly are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import cv2
import keras
import numpy as np

from lab_colorize.files.writing import write_whole
from lab_colorize.training.validation import Validator, answers

PICTURES = "pictures"
CURVES_NAME = "curves.png"
SHOWN = 6  # photographs in a picture
PANELS = (
    ("loss", ("loss", "critic_loss")),
    ("PSNR, dB", ("psnr", "grey_psnr")),
    ("mean square a/b error", ("ab_error", "grey_ab_error")),
    ("chroma, share of the truth's", ("chroma_share",)),
)


def paint(folder: Path, painter: keras.Model, validator: Validator, epoch: int) -> None:
    """Write `pictures/epoch-NNN.png`: one row per photograph: grey, predicted, true."""
    step = max(1, len(validator.samples) // SHOWN)
    samples = validator.samples[::step][:SHOWN]
    rows = [
        np.hstack([sample.grey, sample.painted(ab), sample.truth])
        for sample, ab in zip(samples, answers(painter, samples, validator.hints), strict=True)
    ]
    _, data = cv2.imencode(".png", cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))
    (folder / PICTURES).mkdir(exist_ok=True)
    write_whole(folder / PICTURES / f"epoch-{epoch:03}.png", data.tobytes(), overwrite=True)


def draw_curves(folder: Path, history: Sequence[dict[str, float]]) -> None:
    """Write `curves.png`: losses and validation figures over the epochs."""
    from matplotlib.figure import Figure  # takes a second, and the Figure itself needs no display

    figure = Figure(figsize=(10, 7))
    for axes, (title, columns) in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
        for column in columns:
            points = [(row["epoch"], row[column]) for row in history if column in row]
            if points:
                axes.plot(*zip(*points, strict=True), ".-", label=column)
        axes.set(title=title, xlabel="epoch")
        axes.legend()
    figure.subplots_adjust(0.07, 0.07, 0.97, 0.95, hspace=0.3)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=100)
    write_whole(folder / CURVES_NAME, content.getvalue(), overwrite=True)
