"""What is written down: by the schema, the same bytes each time, and every figure of every photograph."""

import csv
import io
import json
import math
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab_colorize.evaluation.contenders import contenders_named
from lab_colorize.evaluation.figures import FIGURES
from lab_colorize.evaluation.measure import measure
from lab_colorize.evaluation.photographs import Unreadable, list_photographs, read_set
from lab_colorize.evaluation.record import csv_of, json_of
from lab_colorize.report.text import lines_of

from .conftest import SMALL

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/evaluation-schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def evaluation(photo_set, tiny_model, zero_model):
    return measure(photo_set, contenders_named([tiny_model, zero_model]), workers=2)


def validate(told):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(told, SCHEMA, cls=jsonschema.Draft202012Validator)


def test_json_is_as_the_schema_says(evaluation):
    validate(json.loads(json_of(evaluation)))


def test_json_of_one_model_and_of_odd_photographs_is_too(evaluated, photo_set):
    evaluation = evaluated([1.0])
    first = evaluation.measured[0]
    values = replace(first.figures["share 1"], psnr=math.inf, colourfulness_ratio=math.nan)
    odd = replace(first, figures={**first.figures, "share 1": values})
    odd_set = replace(photo_set, grey=("g.png",), unreadable=(Unreadable("b.jpg", "It is damaged.", ""),))
    told = json.loads(json_of(replace(evaluation, photo_set=odd_set, measured=(odd, *evaluation.measured[1:]))))
    validate(told)
    assert told["photographs"][0]["figures"]["share 1"]["psnr"] is None
    assert (told["grey"], told["pairing"]) == (["g.png"], None)


def test_the_schema_can_refuse(evaluation):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    for spoil in (
        lambda told: told["photographs"][0]["figures"]["tiny"].pop("ssim"),
        lambda told: told["contenders"][0].update(sha256="short"),
        lambda told: told.update(protocol={}),
        lambda told: told["pairing"]["models"]["zero"]["best"].update(psnr="much"),
    ):
        told = json.loads(json_of(evaluation))
        spoil(told)
        with pytest.raises(jsonschema.ValidationError):
            validate(told)


def test_json_holds_versions_hash_protocol_and_every_figure_of_every_photograph(evaluation, tiny_model):
    told = json.loads(json_of(evaluation))
    card = json.loads(tiny_model.with_suffix(".json").read_text())
    assert told["contenders"][0]["sha256"] == card["sha256"]
    assert told["versions"].keys() >= {"lab-colorize", "numpy", "opencv-python-headless", "ai-edge-litert"}
    assert (told["protocol"]["side"], told["protocol"]["saturation"]) == (SMALL.side, 1)
    for written, one in zip(told["photographs"], evaluation.measured, strict=True):
        for label in evaluation.labels:
            for figure in FIGURES:
                assert written["figures"][label][figure.key] == pytest.approx(one.figures[label][figure.key], abs=1e-6)


def test_two_runs_give_the_same_bytes_apart_from_the_time(colour_folder, tiny_model, zero_model):
    def run(workers, created):
        photo_set = read_set(list_photographs(colour_folder), SMALL, workers=workers)
        return json_of(measure(photo_set, contenders_named([tiny_model, zero_model]), workers=workers), created=created)

    first, second = run(1, datetime(2026, 1, 1, tzinfo=UTC)), run(3, datetime(2027, 2, 3, tzinfo=UTC))
    assert first != second
    assert first.replace(b"2026-01-01", b"2027-02-03") == second


def test_csv_has_a_line_a_photograph_and_a_column_for_each_figure_of_each_contender(evaluation):
    header, *lines = csv.reader(io.StringIO(csv_of(evaluation).decode()))
    assert len(lines) == len(evaluation.measured)
    assert header[4:] == [f"{label} {figure.key}" for label in evaluation.labels for figure in FIGURES]
    one = dict(zip(header, lines[2], strict=True))
    assert one["photograph"] == "2.png"
    assert float(one["zero ssim"]) == pytest.approx(evaluation.measured[2].figures["zero"].ssim, abs=1e-6)


def test_names_of_any_bytes_are_written(evaluation):
    name = os.fsdecode(b"caf\xe9 <\xff>,\n.jpg")
    first = evaluation.measured[0]
    odd = replace(first, photograph=replace(first.photograph, name=name))
    told = replace(evaluation, measured=(odd, *evaluation.measured[1:]))
    assert json.loads(json_of(told))["photographs"][0]["name"] == name
    assert len(list(csv.reader(io.StringIO(csv_of(told).decode())))) == 1 + len(told.measured)


def test_the_table_for_people_names_protocol_both_psnrs_and_lab8(evaluation):
    text = "\n".join(lines_of(evaluation))
    for words in (
        f"Protocol {SMALL.side}: ",
        "6 photographs measured, 0 grey ones left out, 0 unreadable.",
        "PSNR of the mean MSE",
        "lab8 MSE",
        "Lowest PSNR of tiny: ",
        "zero less tiny, photograph by photograph",
    ):
        assert words in text
