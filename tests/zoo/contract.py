"""What every network of the zoo must be able to do, as functions that a test can hold any of them to."""

import keras
import numpy as np

from lab_colorize.colour.lab import AB_SCALE
from lab_colorize.zoo import heads
from lab_colorize.zoo.catalog import Row
from lab_colorize.zoo.inputs import given

LOSSES = {"bins": "categorical_crossentropy"}  # of a single plain step; training has finer ones


def lightness(height: int, width: int, count: int = 1) -> np.ndarray:
    """Pictures (count, height, width, 1) in [-1, 1], the same each time."""
    return np.random.default_rng(0).uniform(-1, 1, (count, height, width, 1)).astype(np.float32)


def hints(row: Row, height: int, width: int) -> np.ndarray:
    """A few known colours for one picture of that size, for a row that takes hints."""
    known = np.zeros((1, height // row.hints, width // row.hints, 3), np.float32)
    known[:, ::5, ::3] = 0.3, -0.2, 1
    return known


def shown(row: Row, height: int, width: int, *, hinted: bool = False) -> np.ndarray | list[np.ndarray]:
    """A picture as a row's network takes it, with hints or with blank ones."""
    return given(lightness(height, width), row.hints, hints(row, height, width) if hinted else None)


def answer(network: keras.Model, seen: np.ndarray | list[np.ndarray]) -> np.ndarray:
    """What the network makes of `seen`; eager, since compiling a graph for one answer takes longer than all else."""
    return keras.ops.convert_to_numpy(network(seen, training=False))


def learn_one_step(network: keras.Model, row: Row, side: int) -> float:
    """Show the network two greens, and say how wrong it was."""
    height, width = answer(network, shown(row, side, side)).shape[1:3]
    ab = np.broadcast_to(np.float32([-0.3, 0.2]), (2, height, width, 2))
    wanted = heads.target(row.head, np.zeros((2, height, width, 1), np.float32), ab)
    network.compile(keras.optimizers.Adam(1e-4), LOSSES.get(row.head, "mse"), run_eagerly=True)
    return float(network.train_on_batch(given(lightness(side, side, 2), row.hints), wanted))


def values(variables: list) -> list[np.ndarray]:
    """Copies of weights, that later steps leave alone."""
    return [keras.ops.convert_to_numpy(variable).copy() for variable in variables]


def litert_answer(painter: keras.Model, seen: np.ndarray | list[np.ndarray]) -> np.ndarray:
    """What LiteRT's built-in operations alone make of `seen`, the painter being built for its side.

    Converted by the shortest way; `training.export` has a longer one, with signature and card.
    """
    import tensorflow as tf
    from ai_edge_litert.interpreter import Interpreter

    inputs = seen if isinstance(seen, list) else [seen]
    specifications = [tf.TensorSpec(each.shape, tf.float32) for each in inputs]
    graph = tf.function(
        lambda *given: painter(list(given) if len(given) > 1 else given[0], training=False)
    ).get_concrete_function(*specifications)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([graph])  # frozen: Keras hides its variables
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    interpreter = Interpreter(model_content=converter.convert())
    interpreter.allocate_tensors()
    for details in interpreter.get_input_details():
        (wanted,) = (each for each in inputs if each.shape == tuple(details["shape"]))
        interpreter.set_tensor(details["index"], wanted)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Mean difference of two answers in units of a/b."""
    assert first.shape == second.shape
    return float(np.abs(first - second).mean() * AB_SCALE)
