"""What many tests need: a model that answers at once, and small photographs."""

from pathlib import Path

import pytest

MODELS = Path(__file__).parent / "models"


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """A .tflite file with its card, made by models/make.py: it answers at once, and always with colour."""
    return MODELS / "tiny.tflite"
