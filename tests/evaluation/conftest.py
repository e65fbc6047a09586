"""A small set of colour photographs, and contenders whose figures are known beforehand."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from lab_colorize.colour.join import join
from lab_colorize.colour.lab import lab_of
from lab_colorize.colour.lightness import Lightness, lightness_through
from lab_colorize.colouring.hints import Hint
from lab_colorize.evaluation.contenders import Contender
from lab_colorize.evaluation.measure import Evaluation, measure
from lab_colorize.evaluation.photographs import PhotoSet, list_photographs, read_set
from lab_colorize.evaluation.settings import Settings

SIDE = 48
SMALL = Settings(side=SIDE)


def scene(seed: int, height: int = 60, width: int = 80) -> np.ndarray:
    """Soft patches of many colours with some grain: enough like a photograph for every figure to be ordinary."""
    rng = np.random.default_rng(seed)
    patches = cv2.resize(
        rng.uniform(30, 225, (5, 6, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    return np.clip(patches + rng.normal(0, 4, patches.shape), 0, 255).astype(np.uint8)


def write(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    path.write_bytes(cv2.imencode(path.suffix, stored)[1].tobytes())


@pytest.fixture(scope="session")
def colour_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six photographs in colour; tests that add others copy it."""
    folder = tmp_path_factory.mktemp("colour")
    for number in range(6):
        write(folder / f"{'deep/' if number > 3 else ''}{number}.png", scene(number))
    return folder


@pytest.fixture(scope="session")
def photo_set(colour_folder: Path) -> PhotoSet:
    return read_set(list_photographs(colour_folder), SMALL, workers=2)


def knowing(photo_set: PhotoSet, *, share: float = 1.0, label: str = "truth") -> Contender:
    """What answers that share of the true a and b; it knows the photographs by their lightness."""
    answers = {}
    for photograph in photo_set.photographs:
        lab = lab_of(photo_set.pixels_of(photograph))
        answers[np.rint(lightness_through(photo_set.pixels_of(photograph))[:]).tobytes()] = lab[..., 1:] * np.float32(
            share
        )

    def colour(lightness: Lightness, _hints: Sequence[Hint]) -> np.ndarray:
        return join(lightness, answers[np.rint(lightness[:]).tobytes()], np.uint8)

    return Contender(label, lambda: colour)


@pytest.fixture(scope="session")
def evaluated(photo_set: PhotoSet) -> Callable[[Sequence[float]], Evaluation]:
    """An evaluation of contenders that answer these shares of the truth."""

    def evaluate(shares: Sequence[float]) -> Evaluation:
        contenders = [knowing(photo_set, share=share, label=f"share {share:g}") for share in shares]
        return measure(photo_set, contenders, workers=2)

    return evaluate
