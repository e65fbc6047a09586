"""Whether what training needs is installed, and how TensorFlow is set. Imports nothing before it is asked."""

import os
from importlib import import_module

from lab_colorize.errors import MissingPackage

NEEDED = ("keras", "matplotlib")
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
            missing = error.name or package
            raise MissingPackage(
                f"Training needs {missing}, which is not installed.", remedy="pip install 'lab-colorize[train]'"
            ) from error
