"""Whether what training needs is installed. Imports nothing before it is asked."""

from importlib import import_module

from lab_colorize.errors import MissingPackage

NEEDED = ("keras", "matplotlib")


def require_packages() -> None:
    """Refuse, with the way out, if Keras, its backend or matplotlib is missing."""
    for package in NEEDED:
        try:
            import_module(package)
        except ImportError as error:  # keras imports its backend, so this names TensorFlow where that is missing
            missing = error.name or package
            raise MissingPackage(
                f"Training needs {missing}, which is not installed.", remedy="pip install 'lab-colorize[train]'"
            ) from error
