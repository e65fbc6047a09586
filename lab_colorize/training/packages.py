"""Whether what training needs is installed, and how TensorFlow is set. Imports nothing before it is asked."""

import os
from importlib import import_module
from importlib.util import find_spec

from lab_colorize.errors import MissingPackage

NEEDED = ("keras", "matplotlib")
EXPORTER = "tensorflow"  # whatever trains
TENSORFLOW = {
    # Its greeting is for its developers, and so is its complaint of a missing GPU, which it calls an error; what goes
    # wrong in earnest is an exception.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # It takes these kernels by itself only where the processor has AVX-512 VNNI; they are faster without it, too.
    "TF_ENABLE_ONEDNN_OPTS": "1",
}
"""Read from the environment when TensorFlow is imported."""


def require_packages() -> None:
    """Import them, TensorFlow set as suits training unless the user's environment says otherwise.

    Refuse, with the way out, if Keras, its backend or matplotlib is missing.
    """
    for name, value in TENSORFLOW.items():
        os.environ.setdefault(name, value)
    for package in NEEDED:
        try:
            import_module(package)
        except ImportError as error:  # keras imports its backend, so this names TensorFlow where that is missing
            raise _missing(error.name or package) from error


def require_installed() -> None:
    """Refuse the same without importing them, which takes seconds, for a program that trains later or in another."""
    for package in (*NEEDED, EXPORTER):
        if find_spec(package) is None:
            raise _missing(package)


def _missing(package: str) -> MissingPackage:
    return MissingPackage(
        f"Training needs {package}, which is not installed.", remedy="pip install 'lab-colorize[train]'"
    )
