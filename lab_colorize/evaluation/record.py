"""An evaluation written down: JSON, in the form of `docs/evaluation-schema.json`, and CSV, one line per photograph.

Two runs give the same bytes, apart from the time. What is infinite or undefined is null in JSON and empty in CSV.
"""

import csv
import io
import json
import math
from datetime import UTC, datetime
from typing import Any

from lab_colorize.evaluation.contenders import Contender
from lab_colorize.evaluation.figures import FIGURES
from lab_colorize.evaluation.measure import Evaluation, Measured
from lab_colorize.evaluation.pairing import CONFIDENCE, RESAMPLES, SEED, Difference, Pairing, pair
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
        "mean_ab": [_number(value) for value in photo_set.mean_ab],
        "grey": list(photo_set.grey),
        "unreadable": [{"name": one.name, "reason": one.reason, "remedy": one.remedy} for one in photo_set.unreadable],
        "contenders": [_contender(contender) for contender in evaluation.contenders],
        "summary": {label: _summary(summarize(evaluation, label)) for label in evaluation.labels},
        "pairing": _pairings(pair(evaluation)),
        "photographs": [_photograph(one) for one in evaluation.measured],
    }
    return (json.dumps(told, indent=1, allow_nan=False) + "\n").encode("ascii")


def csv_of(evaluation: Evaluation) -> bytes:
    """A header and a line for each photograph; a column for each figure of each contender."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    columns = [(label, figure.key) for label in evaluation.labels for figure in FIGURES]
    writer.writerow(["photograph", "width", "height", "colourfulness of truth", *map(" ".join, columns)])
    for one in evaluation.measured:
        size = (one.photograph.width, one.photograph.height)
        values = (_number(one.figures[label][key]) for label, key in columns)
        writer.writerow([one.name, *size, _number(one.colourfulness), *values])
    return file.getvalue().encode("utf-8", "backslashreplace")


def _number(value: float) -> float | None:
    return round(value, DECIMALS) if math.isfinite(value) else None


def _contender(contender: Contender) -> dict[str, Any]:
    told: dict[str, Any] = {"label": contender.label, "kind": "baseline" if contender.model is None else "model"}
    if contender.model is not None:
        card = contender.model.card
        told |= {"name": card.name, "sha256": card.sha256, "architecture": card.architecture, "side": card.side}
    return told


def _summary(summary: Summary) -> dict[str, Any]:
    spreads = {
        key: {
            "mean": _number(spread.mean),
            "median": _number(spread.median),
            "worst_ten": None if spread.worst_ten is None else _number(spread.worst_ten),
        }
        for key, spread in summary.spreads.items()
    }
    return {
        **spreads,
        "psnr_of_mean_mse": _number(summary.psnr_of_mean_mse),
        "lab8_psnr_of_mean_mse": _number(summary.lab8_psnr_of_mean_mse),
        "worst": list(summary.worst),
    }


def _pairings(pairings: list[Pairing]) -> dict[str, Any] | None:
    if not pairings:
        return None
    return {
        "first": pairings[0].label,
        "confidence": CONFIDENCE,
        "resamples": RESAMPLES,
        "seed": SEED,
        "models": {one.label: {"best": _rounded(one.best), "difference": _differences(one)} for one in pairings},
    }


def _rounded(shares: dict[str, float]) -> dict[str, float | None]:
    return {key: _number(share) for key, share in shares.items()}


def _differences(pairing: Pairing) -> dict[str, dict[str, float | None]]:
    def told(difference: Difference) -> dict[str, float | None]:
        return {name: _number(getattr(difference, name)) for name in ("mean", "low", "high")}

    return {key: told(difference) for key, difference in pairing.differences.items()}


def _photograph(one: Measured) -> dict[str, Any]:
    figures = {
        label: {figure.key: _number(values[figure.key]) for figure in FIGURES} for label, values in one.figures.items()
    }
    photograph = one.photograph
    return {
        "name": one.name,
        "width": photograph.width,
        "height": photograph.height,
        "colourfulness": _number(one.colourfulness),
        "figures": figures,
    }
