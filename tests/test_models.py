"""Laws of models on disk: found by name or path, and refused when they are not what their card says."""

import json
import shutil

import pytest

from lab_colorize.colouring.models import MODELS_VARIABLE, find_model, installed_models
from lab_colorize.errors import ModelDamaged, ModelMissing


@pytest.fixture
def own_models(tmp_path, tiny_model, monkeypatch):
    """The user's model folder with one model in it, called mine."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(tiny_model, folder / "mine.tflite")
    shutil.copy(tiny_model.with_suffix(".json"), folder / "mine.json")
    monkeypatch.setenv(MODELS_VARIABLE, str(folder))
    return folder


def test_a_model_is_found_by_its_path(tiny_model):
    assert find_model(tiny_model).name == "tiny"
    assert find_model(str(tiny_model)).content == tiny_model.read_bytes()


def test_a_model_of_the_user_is_found_by_its_name(own_models):
    assert find_model("mine").path == own_models / "mine.tflite"
    assert "mine" in {model.name for model in installed_models()}


def test_a_name_that_nobody_has_is_refused_with_the_names_there_are(own_models):
    with pytest.raises(ModelMissing, match=r"no model called 'yours'.*mine"):
        find_model("yours")


def test_a_path_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelMissing):
        find_model(tmp_path / "none.tflite")


@pytest.mark.parametrize("place", [0, 200, -1])
def test_one_flipped_bit_is_refused(own_models, place):
    path = own_models / "mine.tflite"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelDamaged, match="SHA-256"):
        find_model("mine").content  # noqa: B018


def test_a_model_without_its_card_is_refused(own_models):
    (own_models / "mine.json").unlink()
    with pytest.raises(ModelMissing, match="card"):
        find_model("mine")


@pytest.mark.parametrize(
    "change", [{"side": 0}, {"side": "wide"}, {"step": 0}, {"sha256": None, "side": None}, {"fraction": 0}]
)
def test_a_card_without_sense_is_refused(own_models, change):
    path = own_models / "mine.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelDamaged):
        find_model("mine")


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "{}"])
def test_a_card_that_is_none_is_refused(own_models, text):
    (own_models / "mine.json").write_text(text)
    with pytest.raises(ModelDamaged):
        find_model("mine")
