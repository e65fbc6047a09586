"""The version of lab-colorize, which results, cards and reports name, and those of what it works with."""

from collections.abc import Iterable

__version__ = "0.1.0"
SOFTWARE = f"lab-colorize {__version__}"  # as results, bags and reports name what made them


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Of this tool, of Python, and of those packages that are installed."""
    import platform  # late: every start of the command line comes through this file
    from importlib.metadata import PackageNotFoundError, version

    known = {"lab-colorize": __version__, "python": platform.python_version()}
    for package in packages:
        try:
            known[package] = version(package)
        except PackageNotFoundError:
            continue
    return known
