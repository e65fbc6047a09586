"""The state of a run in one file, replaced whole: weights, optimiser, running mean, history, and the step they are of.

A run that was killed goes on from it and ends as if it had not been.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from lab_colorize.errors import OutputError, TrainingError
from lab_colorize.files.writing import write_whole
from lab_colorize.training.average import WeightAverage

CHECKPOINT_NAME = "last.npz"


@dataclass(slots=True)
class State:
    """Where a run stands."""

    photos: str
    """Fingerprint of the photographs it learns from."""
    stage: int = 0
    step: int = 0
    """Steps done within the stage."""
    total: int = 0
    """Steps done within the run."""
    best_psnr: float = -math.inf
    seconds: float = 0.0
    """Time spent on training, over all sessions."""
    history: list[dict[str, float]] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)
    """Losses since the last epoch's end, added up, and `steps`, how many."""
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What `last.npz` holds."""

    weights: list[NDArray[Any]]
    optimizer: list[NDArray[Any]]
    average: dict[str, NDArray[np.float32]]
    state: State


def save(folder: Path, learner: keras.Model, average: WeightAverage, state: State) -> None:
    """Replace the checkpoint; if that fails, the former one is still there."""
    arrays: dict[str, Any] = _named("weights", learner.variables) | _named("optimizer", learner.optimizer.variables)
    arrays |= {f"average/{name}": value for name, value in average.state().items()}
    arrays["state"] = np.frombuffer(json.dumps(asdict(state)).encode(), np.uint8)
    content = io.BytesIO()
    np.savez(content, **arrays)
    path = folder / CHECKPOINT_NAME
    try:
        write_whole(path, content.getvalue(), overwrite=True)
    except OutputError as error:
        kept = "The one before it is intact." if path.exists() else "It would have been the first."
        raise OutputError(
            f"The checkpoint was not written. {error.what} {kept}",
            remedy="Free some space, then continue with --resume.",
        ) from error


def _named(group: str, variables: Iterable[Any]) -> dict[str, NDArray[Any]]:
    return {f"{group}/{i:04}": keras.ops.convert_to_numpy(variable) for i, variable in enumerate(variables)}


def read(folder: Path) -> Checkpoint | None:
    """The run's checkpoint, if it has come to one."""
    path = folder / CHECKPOINT_NAME
    if not path.exists():
        return None
    groups: dict[str, dict[str, Any]] = {"weights": {}, "optimizer": {}, "average": {}}
    try:
        with np.load(path, allow_pickle=False) as file:
            state = _state(json.loads(file["state"].tobytes()))
            for key in file.files:
                group, _, name = key.partition("/")
                if name:
                    groups[group][name] = file[key]
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise TrainingError(
            f"The checkpoint {path} cannot be understood: {error}.",
            remedy="Start another run with --init-from.",
        ) from error
    weights, optimizer = (list(groups[group].values()) for group in ("weights", "optimizer"))
    return Checkpoint(weights, optimizer, groups["average"], state)


def _state(told: dict[str, Any]) -> State:
    """What is told of a run; `chroma_share` was called otherwise in the first version."""
    for row in told["history"]:
        if "colourfulness" in row:
            row["chroma_share"] = row.pop("colourfulness")
    return State(**told)


def restore(checkpoint: Checkpoint, learner: keras.Model, average: WeightAverage) -> None:
    """Give a compiled learner, its optimiser and the running mean what the checkpoint holds."""
    _assign(learner.variables, checkpoint.weights)
    if not learner.optimizer.built:
        learner.optimizer.build(learner.trainable_variables)
    if checkpoint.optimizer:
        _assign(learner.optimizer.variables, checkpoint.optimizer)
    average.restore(checkpoint.average)


def _assign(variables: Iterable[Any], values: list[NDArray[Any]]) -> None:
    variables = list(variables)
    if [tuple(variable.shape) for variable in variables] != [value.shape for value in values]:
        raise TrainingError(
            "The checkpoint holds the weights of another network.",
            remedy="Give the run folder that belongs to this network.",
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
