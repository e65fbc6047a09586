"""Makes the models that tests colour with, and their cards: answers that are cheap and known.

    python tests/models/make.py      (needs the extra `train`)

Each averages what it sees over 4 x 4 pixels, and answers tanh of a line through that.
`tiny`: a = 44 where the picture is dark and falls to 0 where it is bright, b the other way round.
`zero`: a = b = 0, whatever it sees.
`hinted`: as `tiny`, but where there is a hint it answers with that, cell by cell.
"""

import hashlib
import json
from pathlib import Path

import keras
import numpy as np

from lab_colorize.training.export import Export, converted

HERE = Path(__file__).parent
LINES = {"tiny": ([-0.2, 0.2], [0.2, 0.2]), "zero": ([0, 0], [0, 0])}  # slopes and offsets of a and b


def main() -> None:
    """Write both files of each."""
    for name, (slopes, offsets) in LINES.items():
        write(name, answering(slopes, offsets))
    write("hinted", obeying(answering(*LINES["tiny"])))


def answering(slopes: list[float], offsets: list[float]) -> keras.Model:
    """lightness (N, H, W, 1) -> ab (N, H/4, W/4, 2)."""
    lightness = keras.Input((None, None, 1), name="lightness")
    ab = keras.layers.Conv2D(2, 1, activation="tanh", name="ab")
    model = keras.Model(lightness, ab(keras.layers.AveragePooling2D(4)(lightness)))
    ab.set_weights([np.array([[[slopes]]], np.float32), np.array(offsets, np.float32)])
    return model


def obeying(model: keras.Model) -> keras.Model:
    """lightness, hints (N, H/4, W/4, 3) -> the colours of the hints, elsewhere the model's."""
    hints = keras.Input((None, None, 3), name="hints")
    known = hints[..., 2:]
    return keras.Model([*model.inputs, hints], hints[..., :2] * known + model.output * (1 - known))


def write(name: str, model: keras.Model) -> None:
    """Put NAME.tflite and NAME.json beside this file."""
    wanted = Export(name, HERE, HERE / f"{name}.tflite", side=64, weights="float32")
    content = converted(model, wanted)
    wanted.target.write_bytes(content)
    card = {
        "name": name,
        "architecture": name,
        "side": 64,
        "resizable": True,
        "step": 4,
        "fraction": 4,
        "hints": len(model.inputs) == 2,
        "saturation": 1.0,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    wanted.target.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n")


if __name__ == "__main__":
    main()
