"""Makes tiny.tflite and its card, for tests: an answer that is cheap, smooth, coloured and known.

    python tests/models/make.py      (needs the extra `train`)

a = 44 where the picture is dark and falls to 0 where it is bright, b the other way round, both averaged over 4 x 4.
"""

import hashlib
import json
from pathlib import Path

import keras
import numpy as np

from lab_colorize.training.export import Export, converted

HERE = Path(__file__).parent


def tiny() -> keras.Model:
    """lightness (N, H, W, 1) -> ab (N, H/4, W/4, 2)."""
    lightness = keras.Input((None, None, 1), name="lightness")
    x = keras.layers.AveragePooling2D(4)(lightness)
    ab = keras.layers.Conv2D(2, 1, activation="tanh", name="ab")
    model = keras.Model(lightness, ab(x))
    ab.set_weights([np.array([[[[-0.2, 0.2]]]], np.float32), np.array([0.2, 0.2], np.float32)])
    return model


def main() -> None:
    """Write both files."""
    wanted = Export("tiny", HERE, HERE / "tiny.tflite", side=64, weights="float32")
    content = converted(tiny(), wanted)
    wanted.target.write_bytes(content)
    card = {
        "name": "tiny",
        "architecture": "tiny",
        "side": 64,
        "resizable": True,
        "step": 4,
        "fraction": 4,
        "saturation": 1.0,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    wanted.target.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n")


if __name__ == "__main__":
    main()
