"""How counts and reasons are said to people."""

from collections.abc import Sequence
from pathlib import Path

_NAMED = 3


def number_of(count: int, one: str, many: str = "") -> str:
    """Say 1 photograph, but 2 photographs; `many` for what takes more than an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def named(names: Sequence[object]) -> str:
    """The first few of them, and whether there are more."""
    return ", ".join(str(name) for name in names[:_NAMED]) + (" and more" if len(names) > _NAMED else "")


def of_it(file: Path, what: str) -> str:
    """What an error says of a file, where that file is named already: "It is empty." for "'a.jpg' is empty."."""
    for name in (repr(str(file)), str(file)):
        if what.startswith(f"{name} "):
            return f"It{what.removeprefix(name)}"
    return what
