"""Folders of small colour photographs made on the spot, and runs that take seconds."""

import os
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before anything imports TensorFlow

import cv2
import numpy as np
import pytest

from lab_colorize.training import config, dataset

QUICK = {"network": "cifar-cnn", "epochs": 2.0, "side": 8, "batch_size": 4, "seed": 3}  # under a second of steps


def scene(seed: int, height: int = 40, width: int = 48) -> np.ndarray:
    """RGB (H, W, 3): a sky, a ground and two things upon it, in colours that lightness does not give away."""
    rng = np.random.default_rng(seed)
    small = rng.uniform(20, 235, (3, 4, 3)).astype(np.float32)
    rgb = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(2):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(rgb, centre, int(rng.integers(4, 10)), rng.uniform(0, 255, 3).tolist(), -1, cv2.LINE_AA)
    return np.clip(rgb + rng.normal(0, 3, rgb.shape), 0, 255).astype(np.uint8)


def save(path: Path, rgb: np.ndarray, quality: int = 95) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    parameters = [cv2.IMWRITE_JPEG_QUALITY, quality] if path.suffix == ".jpg" else []
    assert cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), parameters)
    return path


def fill(folder: Path, count: int, *, first: int = 0, **size: int) -> Path:
    for number in range(first, first + count):
        save(folder / f"{number:03}.png", scene(number, **size))
    return folder


def load(folder: Path, *, short_side: int = 32, memory: float = 1e9, apart_from: Path | None = None):
    return dataset.load(folder, short_side=short_side, memory=memory, apart_from=apart_from or folder / "run")


@pytest.fixture
def photos(tmp_path):
    """Twelve photographs in two folders."""
    fill(tmp_path / "photos" / "harbour", 6)
    fill(tmp_path / "photos" / "market", 6, first=6)
    return tmp_path / "photos"


@pytest.fixture
def options_for(tmp_path, photos):
    """Options of a quick run, changed as asked: options_for(seed=4)."""

    def make(run="run", **asked):
        return config.resolved({"photos": photos, "run": tmp_path / run}, QUICK | asked)

    return make


@pytest.fixture
def command(tmp_path):
    """Runs `lab-colorize train` in a process of its own, or only starts it."""

    def run(*words, wait=True, **environment):
        arguments = [sys.executable, "-m", "lab_colorize", "train", *map(str, words)]
        settings = {
            "args": arguments,
            "cwd": tmp_path,
            "env": os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"} | environment,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
        }
        process = subprocess.Popen(**settings)
        if not wait:
            return process
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    return run


def history(run: Path) -> list[dict[str, str]]:
    lines = (run / "history.csv").read_text().splitlines()
    return [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]


def session(options, *, stop=lambda: False, tell=lambda _event: None):
    """What `run.train` does, up to and without the export."""
    from lab_colorize.training import checkpoint, run

    options.run.mkdir(exist_ok=True)
    before = checkpoint.read(options.run)
    _, parts = run.photographs(options, tell)
    training = run.prepared(options, parts, before, tell, stop, began=time.monotonic())
    training.run(before)
    return training


def after(steps: int):
    """A wish to stop that comes true once that many steps are done."""
    asked = iter(range(steps))
    return lambda: next(asked, None) is None
