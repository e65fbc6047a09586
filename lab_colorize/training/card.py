"""What a trained model's card says of its training: everything that decided it, and what was measured."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import keras

from lab_colorize.training.checkpoint import State
from lab_colorize.training.dataset import Found, counted
from lab_colorize.training.options import TrainOptions
from lab_colorize.training.record import FIGURES
from lab_colorize.training.split import Parts
from lab_colorize.training.validation import Validator
from lab_colorize.version import versions

PACKAGES = ("keras", "numpy", "opencv-python-headless", "tensorflow", "jax", "torch")
PRIVATE = frozenset({"photos", "run", "validation_folder", "init_from", "encoder_weights"})  # paths of this machine


def facts(options: TrainOptions, found: Found, parts: Parts, validator: Validator, state: State) -> dict[str, Any]:
    """The part of the card that only training knows; no path on this machine is in it."""
    best = max(state.history, key=lambda row: row["psnr"])
    return {
        "training": {
            **_plain(asdict(options)),
            "encoder_weights": _place(options.encoder_weights),
            "init_from": options.init_from and _place(options.init_from),
            "objective": "supervised" if options.row.critic == "none" else f"adversarial, {options.row.critic} critic",
            "epochs": round(max(row["epoch"] for row in state.history), 2),
            "steps": state.total,
            "minutes_spent": round(state.seconds / 60, 1),
            "finished": datetime.now(UTC).strftime("%Y-%m-%d"),
            "machine": machine(),
            "backend": keras.backend.backend(),
            "versions": versions(PACKAGES),
        },
        "data": {
            "training": {"photographs": len(parts.train), "by_folder": counted(parts.train)},
            "validation": {
                "photographs": len(parts.validation),
                "by_folder": counted(parts.validation),
                "names": [example.name for example in parts.validation],
            },
            "left_out": {
                "grey": len(found.grey),
                "unreadable": len(found.unreadable),
                "copies_of_validation": len(parts.dropped),
            },
        },
        "figures": {
            "protocol": validator.protocol,
            "photographs": len(validator.samples),
            "epoch": round(best["epoch"], 2),
            **{name: round(best[name], 4) for name in FIGURES},
        },
    }


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in PRIVATE}


def _place(weights: str) -> str:
    """Weights by the name of their file, without the folders that lead to it."""
    return Path(weights).name


def machine() -> str:
    """What kind of machine this is, in words that tell nobody whose."""
    if accelerators := _accelerators():
        return f"{len(accelerators)} {accelerators[0].split(':')[0].upper()}, {os.cpu_count()}-core CPU"
    return f"{os.cpu_count()}-core CPU"


def _accelerators() -> list[str]:
    """Devices that are no CPU, as `gpu:0`; Keras cannot list PyTorch's."""
    if keras.backend.backend() == "torch":
        return [f"gpu:{number}" for number in range(import_module("torch").cuda.device_count())]
    return [name for name in keras.distribution.list_devices() if not name.startswith("cpu")]
