"""How fast `train` trains, against a bare Keras `fit` on random tensors that are already in memory.

The same network, batch, optimiser and loss, in one process, by turns; medians. The first figure includes reading
crops, ageing them and keeping the mean of the weights; validation and checkpoints are left out on both sides.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as `train` sets it; 0 measures without

import cv2
import keras
import numpy as np

from lab_colorize.training import config, run
from lab_colorize.training.fit import Training
from lab_colorize.zoo.catalog import DEFAULT

PHOTOS = 96


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, help="colour photographs; else made ones of 480 x 320")
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--steps", type=int, default=12, help="steps a turn")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--frozen", action="store_true", help="leave the encoder as it is")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photos = chosen.photos or made_photos(Path(folder) / "photos")
        training = prepared(photos, Path(folder) / "run", chosen.side, frozen=chosen.frozen)
        ours, bare = rates(training, chosen.steps, chosen.turns)
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    learning = "decoder alone" if chosen.frozen else "all of it"
    print(f"{DEFAULT.name} at side {chosen.side}, batch {DEFAULT.batch_size}, {learning}")
    print(f"train      {statistics.median(ours):6.1f} photos/s")
    print(f"bare fit   {statistics.median(bare):6.1f} photos/s")
    print(f"ratio      {statistics.median(ratios):6.3f}  ({', '.join(f'{ratio:.3f}' for ratio in ratios)})")


def made_photos(folder: Path) -> Path:
    """Smooth colourful pictures with a little noise."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(PHOTOS):
        small = rng.uniform(0, 255, (5, 7, 3)).astype(np.float32)
        photo = cv2.resize(small, (480, 320), interpolation=cv2.INTER_CUBIC) + rng.normal(0, 4, (320, 480, 3))
        cv2.imwrite(str(folder / f"{number}.jpg"), np.clip(photo, 0, 255).astype(np.uint8))
    return folder


def prepared(photos: Path, folder: Path, side: int, *, frozen: bool) -> Training:
    """A run as the command makes it, before its first step."""
    asked = {"photos": photos, "run": folder, "side": side, "encoder_weights": "none", "epochs": 1000.0}
    options = config.resolved(asked, {})
    options.run.mkdir()
    _, parts = run.photographs(options, lambda _event: None)
    training = run.prepared(options, parts, None, lambda _event: None, lambda: False, began=time.monotonic())
    training.ready_for(options.stages[0])
    if frozen:
        training.objective.network.get_layer("encoder").trainable = False
        training.objective.learner.compile(keras.optimizers.AdamW(1e-3), "mse", jit_compile=False)
    return training


def rates(training: Training, steps: int, turns: int) -> tuple[list[float], list[float]]:
    """Photos a second of `train`'s own loop and of `fit`, turn by turn, both warmed up."""
    batch = training.options.batch_size
    batches = training.batches(0)
    first = batches[0]
    rng = np.random.default_rng(0)
    seen = rng.uniform(-1, 1, (steps * batch, *first.lightness.shape[1:])).astype(np.float32)
    target = rng.uniform(-1, 1, (steps * batch, *first.target.shape[1:])).astype(np.float32)
    learner = training.objective.learner
    stream = batches.ahead(0, steps * (turns + 1))

    def ours() -> None:
        for _ in range(steps):
            losses = training.devices.step(learner, *training.objective.arguments(next(stream)))
            training._count(losses)  # noqa: SLF001  # the mean of the weights is part of a step

    def bare() -> None:
        learner.fit(seen, target, batch_size=batch, epochs=1, verbose=0)

    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns + 1):
        for times, work in zip(taken, (ours, bare), strict=True):
            began = time.perf_counter()
            work()
            if turn:  # the first compiles
                times.append(steps * batch / (time.perf_counter() - began))
    return taken


if __name__ == "__main__":
    main()
