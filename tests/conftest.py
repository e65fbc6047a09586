"""What many tests need: a model that answers at once, and small photographs."""

import sys
from pathlib import Path

import cv2
import hypothesis
import numpy as np
import pytest

MODELS = Path(__file__).parent / "models"

# Machines are shared and noisy: how long an example takes says nothing here.
hypothesis.settings.register_profile("lab-colorize", deadline=None)
hypothesis.settings.load_profile("lab-colorize")


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """A .tflite file with its card, made by models/make.py: it answers at once, and always with colour."""
    return MODELS / "tiny.tflite"


@pytest.fixture(scope="session")
def zero_model() -> Path:
    """The same without any colour: it answers a = b = 0."""
    return MODELS / "zero.tflite"


@pytest.fixture(scope="session")
def hinted_model() -> Path:
    """The tiny model, but for cells with hints, where it answers with those."""
    return MODELS / "hinted.tflite"


@pytest.fixture
def scene():
    """Makes smooth grey pictures with all lightnesses and a little grain: scene(seed, (H, W)) -> uint8."""

    def make(seed=0, shape=(60, 80)):
        rng = np.random.default_rng(seed)
        base = cv2.resize(rng.uniform(20, 235, (6, 8)).astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
        return np.clip(base + rng.normal(0, 4, shape), 0, 255).astype(np.uint8)

    return make


@pytest.fixture
def photo(tmp_path, scene):
    """A grey JPEG on disk."""
    path = tmp_path / "photo.jpg"
    cv2.imwrite(str(path), scene())
    return path


@pytest.fixture(scope="session")
def dask_cluster(tmp_path_factory):
    """A scheduler and two worker processes, for all tests that need some; one lost worker is enough to give a task up.

    Such tests are of one group, `cluster`, which pytest-xdist keeps in one process.
    """
    if sys.platform == "win32":
        pytest.skip("whole groups of processes are killed, which Windows does not know")
    from .programs import benchmark_called

    folder = tmp_path_factory.mktemp("dask")
    processes = benchmark_called("dask_processes").DaskProcesses(folder, workers=2, nanny=True, allowed_failures=0)
    with processes as cluster:
        yield cluster


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A real Chromium, for all pages."""
    from .browser import chromium

    with chromium(tmp_path_factory.mktemp("profile")) as chrome:
        yield chrome
