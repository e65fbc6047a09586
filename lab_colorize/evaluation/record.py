"""An evaluation written down: JSON, in the form of `docs/evaluation-schema.json`, and CSV, one line per photograph.

Two runs give the same bytes, apart from the time. What is infinite or undefined is null in JSON and empty in CSV.
"""

import csv
import io
import json
import math
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from lab_colorize.evaluation.contenders import Contender
from lab_colorize.evaluation.figures import FIGURES
from lab_colorize.evaluation.measure import Evaluation, Measured
from lab_colorize.evaluation.pairing import CONFIDENCE, RESAMPLES, SEED, Pairing, pair
from lab_colorize.evaluation.summary import Summary, summarize
from lab_colorize.version import versions

FORM = 1  # of the JSON; grows when a reader of the former one would stumble
DECIMALS = 6
PACKAGES = ("numpy", "opencv-python-headless", "ai-edge-litert", "scikit-image")  # what figures can depend on


def json_of(evaluation: Evaluation, *, created: datetime | None = None) -> bytes:
    """The whole evaluation as JSON, ASCII only, so that file names of any bytes survive as surrogate escapes."""
    photo_set = evaluation.photo_set
    told = {
        "form": FORM,
        "created": (created or datetime.now(UTC)).isoformat(timespec="seconds"),
        "versions": versions(PACKAGES),
        "protocol": {
            "name": photo_set.settings.name,
            "side": photo_set.settings.side,
            "saturation": photo_set.settings.saturation,
            "description": photo_set.settings.description,
        },
        "figures": {figure.key: {"better": figure.better, "meaning": figure.meaning} for figure in FIGURES},
        "folder": str(photo_set.folder),
        "mean_ab": photo_set.mean_ab,
        "grey": photo_set.grey,
        "unreadable": [asdict(one) for one in photo_set.unreadable],
        "contenders": [_contender(contender) for contender in evaluation.contenders],
        "summary": {label: _summary(summarize(evaluation, label)) for label in evaluation.labels},
        "pairing": _pairings(pair(evaluation)),
        "photographs": [_photograph(one) for one in evaluation.measured],
    }
    return (json.dumps(_rounded(told), indent=1, allow_nan=False) + "\n").encode("ascii")


def csv_of(evaluation: Evaluation) -> bytes:
    """A header and a line for each photograph; a column for each figure of each contender."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    columns = [(label, figure.key) for label in evaluation.labels for figure in FIGURES]
    writer.writerow(["photograph", "width", "height", "colourfulness of truth", *map(" ".join, columns)])
    for one in evaluation.measured:
        values = (one.figures[label][key] for label, key in columns)
        row = (one.name, one.photograph.width, one.photograph.height, one.colourfulness, *values)
        writer.writerow(_rounded(row))
    return file.getvalue().encode("utf-8", "backslashreplace")


def _rounded(told: Any) -> Any:
    """The same with few decimals, and None for numbers that are none."""
    if isinstance(told, float):
        return round(told, DECIMALS) if math.isfinite(told) else None
    if isinstance(told, dict):
        return {key: _rounded(value) for key, value in told.items()}
    return [_rounded(value) for value in told] if isinstance(told, list | tuple) else told


def _contender(contender: Contender) -> dict[str, Any]:
    told: dict[str, Any] = {"label": contender.label, "kind": "baseline" if contender.model is None else "model"}
    if contender.model is not None:
        card = contender.model.card
        told |= {"name": card.name, "sha256": card.sha256, "architecture": card.architecture, "side": card.side}
    return told


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        **{key: asdict(spread) for key, spread in summary.spreads.items()},
        "psnr_of_mean_mse": summary.psnr_of_mean_mse,
        "lab8_psnr_of_mean_mse": summary.lab8_psnr_of_mean_mse,
        "worst": summary.worst,
    }


def _pairings(pairings: list[Pairing]) -> dict[str, Any] | None:
    if not pairings:
        return None
    differences = {one.label: {key: asdict(told) for key, told in one.differences.items()} for one in pairings}
    return {
        "first": pairings[0].label,
        "confidence": CONFIDENCE,
        "resamples": RESAMPLES,
        "seed": SEED,
        "models": {one.label: {"best": one.best, "difference": differences[one.label]} for one in pairings},
    }


def _photograph(one: Measured) -> dict[str, Any]:
    return {
        "name": one.name,
        "width": one.photograph.width,
        "height": one.photograph.height,
        "colourfulness": one.colourfulness,
        "figures": {label: asdict(values) for label, values in one.figures.items()},
    }
