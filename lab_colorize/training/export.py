"""From a Keras network to the file that colours: LiteRT with the contract's signature, and its card.

The one room that imports TensorFlow, since only TensorFlow converts. Under another backend the network's weights
are saved and this module is run again, under TensorFlow, in a process of its own.
Nothing is written unless LiteRT gives the same answers as Keras.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np

from lab_colorize.colour.lab import AB_SCALE, Plane
from lab_colorize.colouring.models import Model, find_model
from lab_colorize.colouring.runtime import INPUTS, interpreter_for
from lab_colorize.errors import MissingPackage, TrainingError
from lab_colorize.files.writing import unwritten, write_whole
from lab_colorize.training.options import Weights
from lab_colorize.zoo import heads
from lab_colorize.zoo.catalog import Row, row_named
from lab_colorize.zoo.factory import build
from lab_colorize.zoo.hints import Spread
from lab_colorize.zoo.inputs import given, no_hints

WORST_DIFFERENCE = 1.0  # units of a/b, on average, that an export may be away from its network
SAMPLES = 16
HINTED = 0.01  # share of the cells that come with hints in every second sample


@dataclass(frozen=True, slots=True)
class Export:
    """What to export, and how: everything a second process needs to do it."""

    architecture: str
    keras_weights: Path
    """The trained network's weights, as Keras saved them."""
    target: Path
    """The .tflite file to write; its card goes beside it."""
    side: int
    weights: Weights = "float16"
    resizable: bool = True
    saturation: float = 1.0
    facts: Mapping[str, Any] | None = None
    """The rest of the card: how it was trained, on what, under which licence, and what was measured."""


def export(wanted: Export, photos: Sequence[Plane] | None = None) -> Model:
    """Write the model and its card, and answer with it; `photos` (H, W) in [-1, 1] are what it is checked on."""
    samples = _samples(wanted, photos)
    if keras.backend.backend() == "tensorflow":
        return _export(wanted, samples)
    return _export_elsewhere(wanted, samples)


def _export(wanted: Export, samples: Plane) -> Model:
    row = row_named(wanted.architecture)
    network = build(row, side=None if wanted.resizable else wanted.side)
    network.load_weights(wanted.keras_weights)
    model = heads.decoded(network, row)
    content = converted(model, wanted)
    given = _given(row, samples)
    answers = keras.ops.convert_to_numpy(model(given, training=False))  # `predict` would trace a deep graph for this
    difference = _difference(content, given, answers)
    if difference > WORST_DIFFERENCE:
        raise TrainingError(
            f"The export was not written: its colours are {difference:.2f} units of a/b away from the network's.",
            remedy="Export with --export-weights float16.",
        )
    card = {
        "name": wanted.target.stem,
        "architecture": row.name,
        "side": wanted.side,
        "resizable": wanted.resizable,
        "step": row.step,
        "fraction": samples.shape[1] // answers.shape[1],
        "hints": bool(row.hints),
        "saturation": wanted.saturation,
        "weights": wanted.weights,
        "parameters": network.count_params(),
        "difference_to_keras": round(difference, 4),
        "sha256": hashlib.sha256(content).hexdigest(),
        **(wanted.facts or {}),
    }
    _write(wanted.target, content)
    _write(wanted.target.with_suffix(".json"), (json.dumps(card, indent=1, ensure_ascii=False) + "\n").encode())
    return find_model(wanted.target.absolute())


def converted(model: keras.Model, wanted: Export) -> bytes:
    """The LiteRT file of a network lightness (and hints) -> ab."""
    try:
        import tensorflow as tf
    except ImportError as error:
        raise MissingPackage("Exporting needs TensorFlow.", remedy="pip install 'lab-colorize[train]'") from error

    sides = (None, None) if wanted.resizable else (wanted.side, wanted.side)
    variables = [variable.value for variable in model.variables]  # a Keras model hides them, and a clone loses some
    model = keras.models.clone_model(model, clone_function=lambda layer: _as_exported(layer, wanted.resizable))

    inputs = [tf.TensorSpec((None, *sides, 1), tf.float32, name="lightness")]
    if len(model.inputs) == 2:
        inputs.append(tf.TensorSpec((None, *model.inputs[1].shape[1:]), tf.float32, name="hints"))

    def answer(*given: Any) -> dict[str, Any]:
        return {"ab": model(list(given) if len(given) > 1 else given[0], training=False)}

    serve = tf.function(answer, input_signature=inputs)

    with tempfile.TemporaryDirectory() as folder:
        holder = tf.Module()
        holder.variables_of_model = variables
        holder.serve = serve
        tf.saved_model.save(holder, folder, signatures={"serving_default": serve})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if wanted.weights != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if wanted.weights == "float16":
            converter.target_spec.supported_types = [tf.float16]
        return bytes(converter.convert())


def _as_exported(layer: keras.Layer, resizable: bool) -> keras.Layer:  # noqa: FBT001
    """The layer, or one with the same weights and answers that suits LiteRT better."""
    layer = _only_with_hints(layer)
    return _sizing_itself(layer) if resizable else layer


def _sizing_itself(layer: keras.Layer) -> keras.Layer:
    """The same layer, but one that enlarges takes its size from what it is given, not from a constant.

    Keras's own refuses sizes that are known only when the graph runs.
    """
    import tensorflow as tf

    if not isinstance(layer, keras.layers.UpSampling2D):
        return layer
    factor, method = np.asarray(layer.size), layer.interpolation

    def enlarge(x: Any) -> Any:
        return tf.image.resize(x, tf.shape(x)[1:3] * factor, method=method)

    return keras.layers.Lambda(enlarge, name=layer.name)


def _only_with_hints(layer: keras.Layer) -> keras.Layer:
    """The same layer, but attention to hints is paid where there is one.

    Without any hint its answer is zeros, and took a tenth of the network's time.
    """
    import tensorflow as tf

    if not isinstance(layer, Spread):
        return layer

    def told(inputs: list[Any]) -> Any:
        silence = tf.zeros_like(inputs[0][..., :1]) * tf.zeros((layer.heads * 3,))
        return tf.cond(tf.reduce_max(inputs[1][..., 2]) > 0, lambda: layer(inputs), lambda: silence)

    return keras.layers.Lambda(told, name=layer.name)


def _given(row: Row, samples: Plane) -> list[Plane] | Plane:
    """`samples` as the network takes them; where it takes hints, every second one comes with some."""
    if not row.hints:
        return samples
    hints = no_hints(samples, row.hints)
    rng = np.random.default_rng(0)
    told = rng.random(hints[1::2].shape[:3]) < HINTED
    hints[1::2][told] = np.append(rng.uniform(-0.5, 0.5, 2), 1)
    return given(samples, row.hints, hints)


def _difference(content: bytes, given: list[Plane] | Plane, answers: Plane) -> float:
    """Mean absolute difference in units of a/b between LiteRT and Keras."""
    inputs = dict(zip(INPUTS, given if isinstance(given, list) else [given], strict=False))
    interpreter = interpreter_for(content, {name: (1, *values.shape[1:]) for name, values in inputs.items()}, threads=1)
    runner = interpreter.get_signature_runner("serving_default")
    every = range(len(answers))
    litert = np.concatenate([runner(**{k: v[i : i + 1] for k, v in inputs.items()})["ab"] for i in every])
    return float(np.abs(litert - answers).mean() * AB_SCALE)


def _samples(wanted: Export, photos: Sequence[Plane] | None) -> Plane:
    """(N, side, side, 1) lightness to compare on: photographs if there are any, else smooth random pictures."""
    size = (wanted.side, wanted.side)
    if not photos:
        rng = np.random.default_rng(0)
        photos = [rng.uniform(-1, 1, (8, 8)).astype(np.float32) for _ in range(SAMPLES)]
    return np.stack([cv2.resize(photo, size, interpolation=cv2.INTER_LINEAR) for photo in photos[:SAMPLES]])[..., None]


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritten(path.parent, error) from error
    write_whole(path, content, overwrite=True)


def _export_elsewhere(wanted: Export, samples: Plane) -> Model:
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "samples.npy", samples)
        order = {field: getattr(wanted, field) for field in Export.__slots__}
        order |= {"keras_weights": str(wanted.keras_weights), "target": str(wanted.target)}
        (Path(folder) / "order.json").write_text(json.dumps(order))
        done = subprocess.run(
            [sys.executable, "-m", "lab_colorize.training.export", folder],
            env=os.environ | {"KERAS_BACKEND": "tensorflow"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise TrainingError(f"The export under TensorFlow failed: {done.stderr.strip().splitlines()[-1]}")
    return find_model(wanted.target.absolute())


def _main(folder: Path) -> None:
    order = json.loads((folder / "order.json").read_text())
    order |= {"keras_weights": Path(order["keras_weights"]), "target": Path(order["target"])}
    _export(Export(**order), np.load(folder / "samples.npy"))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
