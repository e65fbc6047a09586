"""`lab-colorize models` lists the zoo, with no Keras, and knows what there is to colour with."""

import io
import json
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner
from rich.console import Console

from lab_colorize.cli.models import _table, models
from lab_colorize.colouring.models import MODELS_VARIABLE
from lab_colorize.zoo.catalog import ROWS


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A models folder of one's own."""
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def trained(mine, tiny_model):
    """A model called `harbour` in it, that claims to be a unet-512."""
    shutil.copy(tiny_model, mine / "harbour.tflite")
    card = json.loads(tiny_model.with_suffix(".json").read_text())
    (mine / "harbour.json").write_text(json.dumps(card | {"architecture": "unet-512", "name": "harbour"}))


def run(*arguments):
    return CliRunner().invoke(models, arguments, catch_exceptions=False)


def test_every_network_has_a_line_with_its_count(mine):
    lines = run().stdout.splitlines()
    for row in ROWS:
        (line,) = (line for line in lines if line.startswith(f"{row.name} "))
        assert f"{row.parameters:,}" in line
        assert row.objective in line


def test_a_line_names_the_models_of_its_network_under_the_option_that_takes_them(mine, trained):
    heading, *lines = run().stdout.splitlines()
    for line in lines:
        assert (line.find("harbour") == heading.index("--model")) == line.startswith("unet-512 ")
        assert (line.find("default") == heading.index("--model")) == line.startswith("palette-unet ")


def test_json_has_the_whole_catalog(mine, trained):
    rows = {row["name"]: row for row in json.loads(run("--json").stdout)}
    assert list(rows) == [row.name for row in ROWS]
    assert rows["unet-512"]["parameters"] == 560_331
    assert rows["unet-512"]["reports"] == ["R0"]
    assert rows["unet-512"]["trained"] == ["harbour"]
    assert rows["gan"]["trained"] == []


def test_a_damaged_card_hides_no_network(mine):
    (mine / "broken.tflite").write_bytes(b"")
    (mine / "broken.json").write_text("{")
    done = run()
    assert done.exit_code == 0
    assert "broken.json" in done.stderr
    assert "unet-512" in done.stdout


def test_the_table_fits_into_eighty_columns():
    """The last column folds; no other may be cut."""
    shown = io.StringIO()
    Console(width=80, file=shown).print(_table(ROWS, {row.name: [] for row in ROWS}))
    assert "pix2pix-mobilenet 10,124,866 ab      mae + patch critic  256 R2     -" in shown.getvalue()
    assert max(map(len, shown.getvalue().splitlines())) <= 80


def test_listing_loads_no_keras():
    arguments = [sys.executable, "-X", "importtime", "-m", "lab_colorize", "models"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & {"keras", "tensorflow", "cv2", "numpy"}
