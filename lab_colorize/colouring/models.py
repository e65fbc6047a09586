"""Exported models on disk: found by name or path, checked against their cards, described.

A model is two files: NAME.tflite, which answers `lightness` with `ab`, and its card NAME.json, which says what
it is, what it was trained on and what its hash must be. Runs none; `colorizer` does that.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from lab_colorize.errors import ModelDamaged, ModelMissing
from lab_colorize.files.reach import is_file

DEFAULT_NAME = "default"  # what the package ships; any file in weights/ can also be named
MODELS_VARIABLE = "LAB_COLORIZE_MODELS"
SUFFIX = ".tflite"


@dataclass(frozen=True)
class Card:
    """What colouring needs to know of a model; `facts` is the whole card as it was written."""

    name: str
    architecture: str
    side: int
    """Pixels of the square whose area a photograph is shown to the network with."""
    resizable: bool
    """Whether the network takes any height and width, or only (side, side)."""
    step: int
    """Heights and widths must be multiples of this."""
    fraction: int
    """The colour's side is this part of the lightness's."""
    hints: bool
    """Whether the network takes hints: known colours at some places."""
    saturation: float
    """Factor on chroma that looks right to the eye."""
    sha256: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Model:
    """A model that was found. Its bytes are read, and held against the card, on first use."""

    path: Path
    card: Card

    @property
    def name(self) -> str:
        """The name it is called by."""
        return self.card.name

    @property
    def sha256(self) -> str:
        """Hash of the file, as the card says it must be."""
        return self.card.sha256

    @cached_property
    def content(self) -> bytes:
        """The checked bytes of the LiteRT file."""
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise ModelMissing(f"The model {self.path} cannot be read: {error.strerror}.") from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise ModelDamaged(
                f"The model {self.path} is not the file that its card describes (its SHA-256 differs).",
                remedy="Install it again; a file that was copied or downloaded may have been cut short.",
            )
        return content


def find_model(name_or_path: str | Path | None = None) -> Model:
    """The model of that name (yours, then the shipped ones) or at that path; None is the shipped default."""
    wanted = str(name_or_path or DEFAULT_NAME)
    if wanted.endswith(SUFFIX) or os.sep in wanted or is_file(Path(wanted)):
        return _model_at(Path(wanted))
    for folder in model_folders():
        path = folder / f"{wanted}{SUFFIX}"
        if is_file(path):
            return _model_at(path)
    raise ModelMissing(
        f"There is no model called {wanted!r}.",
        remedy=f"Known: {', '.join(model.name for model in installed_models()) or 'none'}. "
        "Give one of these, or the path of a .tflite file.",
    )


def installed_models() -> list[Model]:
    """Every model that can be called by name, yours first."""
    found: dict[str, Model] = {}
    for folder in model_folders():
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            found.setdefault(path.stem, _model_at(path))
    return list(found.values())


def model_folders() -> tuple[Path, Path]:
    """Where models are looked for by name: the user's own folder, then the package's."""
    return user_models_folder(), shipped_models_folder()


def shipped_models_folder() -> Path:
    """The models that come with the package."""
    (place,) = import_module("lab_colorize.weights").__path__
    return Path(place)


def user_models_folder() -> Path:
    """Where `train --install` puts models; LAB_COLORIZE_MODELS overrides it."""
    if chosen := os.environ.get(MODELS_VARIABLE):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library/Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    return base / "lab-colorize" / "models"


def _model_at(path: Path) -> Model:
    if path.suffix != SUFFIX or not is_file(path):
        raise ModelMissing(f"There is no model at {path}.", remedy="Give the path of a .tflite file with its card.")
    return Model(path, read_card(path.with_suffix(".json")))


def read_card(path: Path) -> Card:
    """The card at `path`, complete and of sane values."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        card = Card(
            name=path.stem,
            architecture=str(facts["architecture"]),
            side=int(facts["side"]),
            resizable=bool(facts["resizable"]),
            step=int(facts["step"]),
            fraction=int(facts["fraction"]),
            hints=bool(facts.get("hints", False)),  # cards from before there were hints do not say
            saturation=float(facts["saturation"]),
            sha256=str(facts["sha256"]),
            facts=facts,
        )
    except FileNotFoundError as error:
        raise ModelMissing(
            f"The model's card {path} is missing.", remedy="Keep NAME.tflite and NAME.json side by side."
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelDamaged(f"The model's card {path} cannot be understood: {error!r}.") from error
    if not 0 < card.saturation < math.inf:
        raise ModelDamaged(f"The model's card {path} gives an impossible saturation.", remedy="Export the model again.")
    if card.side < 1 or card.step < 1 or card.fraction < 1 or card.side % card.step:
        raise ModelDamaged(f"The model's card {path} gives impossible sides.", remedy="Export the model again.")
    return card
