"""Several devices learn what one device learns. Two virtual CPUs stand in for GPUs, in a process of their own."""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from lab_colorize.errors import UsageProblem

STEPS = """
import os, sys
import keras
if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], two)
from pathlib import Path
import numpy as np
from lab_colorize.training import config, run
from tests.training.conftest import session

photos, target, network, side = sys.argv[1:]
for distribute in (False, True):
    options = config.resolved(
        {"photos": Path(photos), "run": Path(target) / str(distribute), "network": network, "side": int(side)},
        {"epochs": 2.0, "batch_size": 4, "distribute": distribute, "averaging": 0.0},
    )
    training = session(options)
    assert training.devices.count == (2 if distribute else 1), training.devices.count
    np.savez(Path(target) / f"{distribute}.npz", *training.objective.learner.get_weights())
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
@pytest.mark.parametrize(("network", "side"), [("cifar-cnn", 8)])
def test_two_devices_learn_what_one_learns(tmp_path, photos, backend, network, side):
    if not find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    environment = {"KERAS_BACKEND": backend, "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    done = subprocess.run(
        [sys.executable, "-c", STEPS, photos, tmp_path, network, str(side)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "False.npz") as one, np.load(tmp_path / "True.npz") as two:
        for name in one.files:
            np.testing.assert_allclose(one[name], two[name], atol=1e-5)


def test_a_batch_that_cannot_be_shared_out_equally_is_refused(monkeypatch):
    from lab_colorize.training import devices

    class Three(devices.Devices):
        count = 3

    monkeypatch.setitem(devices.KINDS, "tensorflow", Three)
    monkeypatch.setattr("keras.backend.backend", lambda: "tensorflow")
    with pytest.raises(UsageProblem, match="multiple of 3"):
        devices.devices_for(distribute=True, batch_size=4)
    assert devices.devices_for(distribute=True, batch_size=6).count == 3


def test_a_backend_without_distribution_says_so(monkeypatch):
    from lab_colorize.training import devices

    monkeypatch.setattr("keras.backend.backend", lambda: "torch")
    with pytest.raises(UsageProblem, match="torch"):
        devices.devices_for(distribute=True, batch_size=4)
