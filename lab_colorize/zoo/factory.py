"""From a row of the catalog to a Keras model. The only place where a network's module is found by name."""

from importlib import import_module

import keras

from lab_colorize.errors import UsageProblem
from lab_colorize.zoo.catalog import Row, check_side


def build(row: Row, *, side: int | None = None, encoder_weights: str = "none") -> keras.Model:
    """The row's network, for one side or (None) for any: lightness (N, H, W, 1) in [-1, 1] -> raw output."""
    if side is not None:
        check_side(row, side)
    elif not row.resizable:
        raise UsageProblem(f"{row.name} needs to know its side.", remedy=f"Give one, such as {row.side}.")
    network = import_module(f"lab_colorize.zoo.networks.{row.module}")
    model: keras.Model = network.build(side, encoder_weights)
    return model
