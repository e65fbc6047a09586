"""Every row of the zoo trains for an epoch at its smallest side, validates, exports, and its export colours."""

import gc
import json

import cv2
import keras
import numpy as np
import pytest

from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.training import config
from lab_colorize.training.options import Stage
from lab_colorize.training.run import train
from lab_colorize.zoo.catalog import ROWS

from .conftest import fill, history, scene

pytestmark = pytest.mark.slow

COUNT = 64
BATCH = 17  # of 51 to learn from: three steps


@pytest.fixture(scope="module")
def many_photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    fill(folder / "harbour", COUNT // 2, height=36, width=40)
    fill(folder / "market", COUNT // 2, first=COUNT // 2, height=36, width=40)
    return folder


@pytest.fixture(autouse=True)
def _forgetful():
    """What TensorFlow traced for one network is of no use to the next, and fills memory."""
    yield
    keras.backend.clear_session()
    gc.collect()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_trains_validates_exports_and_its_export_colours(row, many_photos, tmp_path):
    options = config.resolved(
        {
            "photos": many_photos,
            "run": tmp_path / "run",
            "network": row.name,
            "batch_size": BATCH,
            "encoder_weights": "none",
        },
        # Encoders are left frozen: tracing their gradients takes most of a minute, and `test_overfit` trains one.
        {"stage": (Stage(1, row.smallest, row.learning_rate, freeze_encoder=bool(row.encoder)),)},
    )
    trained = train(options)
    (epoch,) = history(options.run)
    assert np.isfinite(float(epoch["psnr"]))
    assert bool(epoch["critic_loss"]) == (row.critic != "none")
    card = json.loads((options.run / f"{row.name}.json").read_text())
    assert card["difference_to_keras"] < 1
    assert card["data"]["training"]["photographs"] + card["data"]["validation"]["photographs"] == COUNT
    assert len(card["data"]["validation"]["names"]) == card["data"]["validation"]["photographs"]
    grey = cv2.cvtColor(scene(5, 45, 70), cv2.COLOR_RGB2GRAY)
    result = Colorizer(trained.model).colorize(grey)
    assert result.shape == (45, 70, 3)
