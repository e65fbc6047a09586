"""Training runs on any Keras backend, and always ends in a LiteRT file."""

from importlib.util import find_spec

import pytest

from lab_colorize.colouring.models import find_model

from .conftest import history

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize("network", ["cifar-cnn", "gan"])
def test_another_backend_trains_and_exports(tmp_path, photos, command, backend, network):
    if not find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    words = (photos, "--network", network, "--side", "32", "--batch-size", "4", "--epochs", "2", "--out", "run")
    done = command(*words, KERAS_BACKEND=backend)
    assert done.returncode == 0, done.stderr
    assert len(history(tmp_path / "run")) == 2
    model = find_model(tmp_path / "run" / f"{network}.tflite")
    assert model.card.facts["training"]["backend"] == backend
