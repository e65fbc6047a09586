"""The default network can learn: eight photographs by heart, from nothing, through the command line."""

import json

import pytest

from lab_colorize.zoo.catalog import DEFAULT

from .conftest import fill

pytestmark = pytest.mark.slow

BY_HEART = """
network = "{network}"
encoder_weights = "none"  # no download in a test
batch_size = 8
validate_every = 50
averaging = 0.0           # so few steps have no settled mean
[augmentation]
smallest_crop = 1.0
wander = 0.0
aspect = 0.0
rotation = 0.0
mirror = 0.0
ageing = 0.0
emulsion = 0.0
sharpening = 0.0
hints = 0.0
recolouring = 0.0
[[stage]]
epochs = 100
side = 64
learning_rate = 3e-3
freeze_encoder = true     # tracing its gradients takes a minute; a random one shows enough to know eight pictures by
"""


def test_the_default_network_learns_eight_photographs_by_heart(tmp_path, command):
    photos = fill(tmp_path / "photos", 8, height=64, width=64)
    (tmp_path / "by-heart.toml").write_text(BY_HEART.format(network=DEFAULT.name))
    # Judged by the photographs it learns from, since that is the question; the grey baseline is the other side of it.
    done = command(photos, "--out", "run", "--validation-folder", photos, "--config", "by-heart.toml")
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "run" / f"{DEFAULT.name}.json").read_text())["figures"]
    assert figures["ab_error"] < figures["grey_ab_error"] / 4
