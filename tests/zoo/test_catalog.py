"""The catalog: a list that is right, and that costs nothing to read."""

import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from lab_colorize.errors import UsageProblem
from lab_colorize.zoo import catalog
from lab_colorize.zoo.catalog import DEFAULT, REPORTS, ROWS, row_named

ZOO = Path(catalog.__file__).parent


def test_the_catalog_loads_neither_keras_nor_numpy():
    script = "import sys, lab_colorize.zoo.catalog; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"keras", "tensorflow", "numpy", "cv2"} & set(done.stdout.split())


def test_nothing_in_the_zoo_imports_tensorflow():
    for path in ZOO.rglob("*.py"):
        assert "tensorflow" not in path.read_text().lower().replace("tensorflow's own u-net", ""), path


def test_names_are_unique_and_each_has_a_file():
    assert len({row.name for row in ROWS}) == len(ROWS)
    files = {path.stem for path in (ZOO / "networks").glob("*.py")} - {"__init__"}
    assert files == {row.module for row in ROWS}


def test_every_network_of_the_reports_is_there():
    assert [row.name for row in ROWS] == [
        "palette-unet", "mobilenet-unet", "lab-autoencoder", "cifar-cnn", "unet-512", "classifier-313", "inception-fusion",
        "pix2pix-mobilenet", "pix2pix-densenet", "vgg16-unet", "resnet18", "unet-stride2", "gan", "unet-gan",
    ]  # fmt: skip
    assert {code for row in ROWS for code in row.reports} == set(REPORTS)


def test_the_default_takes_hints_and_fits_into_sixteen_megabytes():
    assert DEFAULT.name == "palette-unet"
    assert DEFAULT.hints
    assert DEFAULT.parameters * 2 < 16_000_000  # in float16


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_takes_its_own_sides_and_no_others(row):
    assert row.takes(row.side)
    assert row.takes(row.smallest)
    assert not row.takes(row.smallest - row.step)
    assert row.step == 1 or not row.takes(row.side + 1)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_trained_for_what_its_head_says(row):
    assert (row.head == "bins") == (row.loss == "crossentropy")
    assert row.frozen_epochs <= row.epochs
    assert row.encoder or not row.frozen_epochs


def test_an_adversarial_row_names_its_critic_among_what_it_pleases():
    assert row_named("unet-gan").objective == "mae + image critic"
    assert row_named("unet-512").objective == "mse"


def test_an_unknown_name_is_refused_with_all_known_ones():
    with pytest.raises(UsageProblem, match=r"'unet-513'.*mobilenet-unet.*unet-gan"):
        row_named("unet-513")


def test_the_documented_table_is_the_catalog():
    words = {"ab": "a/b", "rgb": "RGB", "bins": "313 bins", "palette": "313 bins, mixed to a/b"}
    words |= {"crossentropy": "cross-entropy", "huber": "Huber"}
    rows = []
    for row in ROWS:
        name = f"`{row.name}`" + (", the default" if row is DEFAULT else "")
        loss = "cross-entropy + Huber" if row.loss == "palette" else words.get(row.loss, row.loss.upper())
        objective = loss if row.critic == "none" else f"{loss} + {row.critic} critic"
        cells = (name, f"{row.parameters:,}", words[row.head], objective, row.side, ", ".join(row.reports) or "own")
        rows.append(f"| {' | '.join(map(str, cells))} |")
    assert "\n".join(rows) in (ZOO.parents[1] / "docs/zoo.md").read_text(encoding="utf-8")


def test_a_row_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        ROWS[0].side = 1  # type: ignore[misc]
