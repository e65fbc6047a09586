"""From a row of the catalog to a Keras model. The only place where a network's module is found by name."""

from importlib import import_module

import keras

from lab_colorize.errors import UsageProblem
from lab_colorize.zoo.catalog import Row


def build(row: Row, *, side: int | None = None, encoder_weights: str = "none") -> keras.Model:
    """The row's network, for one side or (None) for any."""
    if side is not None and side % row.step:
        raise UsageProblem(
            f"{row.name} cannot take a side of {side}.", remedy=f"Choose a multiple of {row.step}."
        )
    network = import_module(f"lab_colorize.zoo.networks.{row.module}")
    model: keras.Model = network.build(side, encoder_weights)
    return model
