"""Makes zero.tflite and its card, for tests: a model that answers a = b = 0 whatever it sees.

python -m tests.evaluation.models.make_zero      (needs the extra `train`)
"""

import hashlib
import json
from pathlib import Path

import keras
import numpy as np

from lab_colorize.training.export import Export, converted

HERE = Path(__file__).parent


def zero() -> keras.Model:
    """lightness (N, H, W, 1) -> zeros (N, H/4, W/4, 2)."""
    lightness = keras.Input((None, None, 1), name="lightness")
    nothing = keras.layers.Conv2D(2, 1, name="ab")
    model = keras.Model(lightness, nothing(keras.layers.AveragePooling2D(4)(lightness)))
    nothing.set_weights([np.zeros((1, 1, 1, 2), np.float32), np.zeros(2, np.float32)])
    return model


def main() -> None:
    """Write both files."""
    wanted = Export("zero", HERE, HERE / "zero.tflite", side=64, weights="float32")
    content = converted(zero(), wanted)
    wanted.target.write_bytes(content)
    card = {
        "name": "zero",
        "architecture": "zero",
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
