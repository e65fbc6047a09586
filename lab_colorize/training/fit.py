"""The main path of training, readable in one sitting: stages, steps, validation, checkpoints, resumption.

The state of a run is one file, `last.npz`, replaced whole: weights, optimiser, running mean, history and the
step they belong to. A run that was killed goes on from it and ends as if it had not been.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from lab_colorize.errors import TrainingError
from lab_colorize.training.average import WeightAverage
from lab_colorize.training.dataset import Batches, Example
from lab_colorize.training.judge import Judge, Verdict
from lab_colorize.training.objectives import compiled_for
from lab_colorize.training.options import Stage, TrainOptions
from lab_colorize.zoo.encoders import ENCODER

WARM_UP = 0.03  # share of a stage's steps over which the rate rises
FLOOR = 0.02  # share of the rate that the cosine ends on


@dataclass(frozen=True, slots=True)
class Progress:
    """What a watcher is told after each step."""

    stage: int
    step: int
    steps: int
    epoch: float
    loss: float
    rate: float
    """Photographs a second since this session of the run began."""
    verdict: Verdict | None


Watcher = Callable[[Progress], None]


@dataclass(slots=True)
class State:
    """Where a run stands."""

    stage: int = 0
    step: int = 0
    best_psnr: float = -math.inf
    history: list[dict[str, float]] | None = None


def fit(
    model: keras.Model,
    train: Sequence[Example],
    judge: Judge,
    options: TrainOptions,
    watch: Watcher,
) -> None:
    """Train `model` through all stages, from the run folder's checkpoint if there is one."""
    state = State(history=[])
    average = WeightAverage(model, options.averaging)
    checkpoint = _read(options.run / "last.npz")
    for number, stage in enumerate(options.stages):
        compiled_for(model, stage, options)
        if checkpoint is not None:
            if checkpoint["state"]["stage"] > number:
                continue
            state = _restore(checkpoint, model, average)
            checkpoint = None
        state.stage = number
        _stage(model, stage, train, judge, options, state, average, watch)
        state.step = 0
    with average.applied():
        model.save_weights(options.run / "final.weights.h5")


def _stage(
    model: keras.Model,
    stage: Stage,
    train: Sequence[Example],
    judge: Judge,
    options: TrainOptions,
    state: State,
    average: WeightAverage,
    watch: Watcher,
) -> None:
    """The steps of one stage that are still to be done."""
    steps = max(1, round(stage.epochs * len(train) / options.batch_size))
    per_epoch = max(1, len(train) // options.batch_size)
    ab_side = model.compute_output_shape((None, stage.side, stage.side, 1))[1]
    seed = options.seed * 1000 + state.stage
    batches = Batches(train, stage.side, ab_side, options.batch_size, seed, options.augmentation)
    started = saved = time.monotonic()
    done = 0
    losses: list[float] = []
    for lightness, ab in batches.ahead(state.step, steps):
        model.optimizer.learning_rate = rate_at(state.step, steps, stage.learning_rate)
        loss = float(model.train_on_batch(lightness, ab))
        if not math.isfinite(loss):
            raise TrainingError(
                f"The loss is no longer a number at step {state.step} of stage {state.stage + 1}; "
                "the weights of the last checkpoint are kept.",
                remedy="Go on from it with a lower --learning-rate and without --mixed-precision.",
            )
        losses.append(loss)
        state.step += 1
        done += 1
        average.update(state.step)
        verdict = None
        if state.step % per_epoch == 0 or state.step == steps:
            with average.applied():
                verdict = judge(model)
                _keep(model, state, verdict, float(np.mean(losses)), stage, options)
            losses.clear()
        if verdict is not None or time.monotonic() - saved > options.checkpoint_minutes * 60:
            _write(options.run / "last.npz", model, state, average)
            saved = time.monotonic()
        photos_a_second = done * options.batch_size / (time.monotonic() - started)
        watch(Progress(state.stage, state.step, steps, state.step / per_epoch, loss, photos_a_second, verdict))


def rate_at(step: int, steps: int, highest: float) -> float:
    """A short linear rise, then half a cosine down to nearly nothing."""
    rise = max(1, round(WARM_UP * steps))
    if step < rise:
        return highest * (step + 1) / rise
    along = (step - rise) / max(1, steps - rise)
    return highest * (FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * along)) / 2)


def freeze(model: keras.Model, frozen: bool) -> None:
    """Leave the encoder as it is, or let it learn; its batch statistics stay ImageNet's either way."""
    names = {layer.name for layer in model.layers}
    if ENCODER not in names:
        return
    encoder = model.get_layer(ENCODER)
    encoder.trainable = not frozen
    for layer in encoder.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _keep(
    model: keras.Model, state: State, verdict: Verdict, loss: float, stage: Stage, options: TrainOptions
) -> None:
    """Note an epoch's verdict; save the weights if no earlier ones were better."""
    assert state.history is not None
    row = {"stage": state.stage + 1, "step": state.step, "side": stage.side, "loss": loss, **asdict(verdict)}
    state.history.append(row)
    lines = [",".join(row), *(",".join(f"{value:.6g}" for value in row.values()) for row in state.history)]
    (options.run / "history.csv").write_text("\n".join(lines) + "\n")
    if verdict.psnr > state.best_psnr:
        state.best_psnr = verdict.psnr
        model.save_weights(options.run / "best.weights.h5")


def _write(path: Path, model: keras.Model, state: State, average: WeightAverage) -> None:
    arrays: dict[str, Any] = {f"weights/{i:04}": value for i, value in enumerate(model.get_weights())}
    for i, variable in enumerate(model.optimizer.variables):
        arrays[f"optimizer/{i:04}"] = keras.ops.convert_to_numpy(variable)
    arrays |= {f"average/{name}": value for name, value in average.state().items()}
    arrays["state"] = np.frombuffer(json.dumps(asdict(state)).encode(), np.uint8)
    temporary = path.with_suffix(".partial.npz")
    np.savez(temporary, **arrays)
    temporary.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    with np.load(path) as file:
        groups: dict[str, Any] = {"weights": {}, "optimizer": {}, "average": {}}
        for key in file.files:
            group, _, name = key.partition("/")
            if name:
                groups[group][name] = file[key]
        groups["state"] = json.loads(file["state"].tobytes())
    return groups


def _restore(checkpoint: dict[str, Any], model: keras.Model, average: WeightAverage) -> State:
    model.set_weights(list(checkpoint["weights"].values()))
    model.optimizer.build(model.trainable_variables)
    for variable, value in zip(model.optimizer.variables, checkpoint["optimizer"].values(), strict=True):
        variable.assign(value)
    average.restore(checkpoint["average"])
    return State(**checkpoint["state"])
