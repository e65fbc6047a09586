"""How long the shipped model takes for one photograph at its own side, on one thread, beside MobileNetV2's encoder.

Both run in LiteRT, by turns, in one process. The encoder is Keras Applications' own, with random weights, which take as
long as trained ones, stored as float16 like the model's.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

import numpy as np

from lab_colorize.colouring.models import find_model
from lab_colorize.colouring.runtime import inputs_of, interpreter_for


def main() -> None:
    """Print both times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model")
    parser.add_argument("--turns", type=int, default=40)
    chosen = parser.parse_args()
    model = find_model(chosen.model)
    side = model.card.side
    contents = {"model": model.content, "encoder": encoder(side)}
    shapes: dict[str, dict[str, tuple[int, ...]]] = {
        "model": {"lightness": (1, side, side, 1)},
        "encoder": {"pixels": (1, side, side, 3)},
    }
    if model.card.hints:
        shapes["model"]["hints"] = (1, side // model.card.fraction, side // model.card.fraction, 3)
    taken: dict[str, list[float]] = {name: [] for name in contents}
    running = {name: interpreter_for(content, shapes[name], threads=1) for name, content in contents.items()}
    for _ in range(chosen.turns):
        for name, interpreter in running.items():
            for given, index in inputs_of(interpreter).items():
                interpreter.set_tensor(index, np.zeros(shapes[name][given], np.float32))
            began = time.perf_counter()
            interpreter.invoke()
            taken[name].append((time.perf_counter() - began) * 1e3)
    ratio = statistics.median(ours / bare for ours, bare in zip(taken["model"], taken["encoder"], strict=True))
    print(f"One photograph at side {side}, one thread, medians of {chosen.turns}")
    print(f"  {model.name:24} {statistics.median(taken['model']):6.1f} ms")
    print(f"  MobileNetV2's encoder    {statistics.median(taken['encoder']):6.1f} ms   ratio {ratio:.2f}")


def encoder(side: int) -> bytes:
    """MobileNetV2 1.0 without its top, as LiteRT runs it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    network = keras.applications.MobileNetV2(input_shape=(side, side, 3), include_top=False, weights=None)
    run = tf.function(lambda pixels: network(pixels, training=False))
    signature = run.get_concrete_function(tf.TensorSpec((1, side, side, 3), tf.float32))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([signature], network)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return converter.convert()


if __name__ == "__main__":
    main()
