"""How counts and reasons are said to people."""

from pathlib import Path


def number_of(count: int, one: str, many: str = "") -> str:
    """Say 1 photograph, but 2 photographs; `many` for what takes more than an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def of_it(file: Path, what: str) -> str:
    """What an error says of a file, where that file is named already: "It is empty." for "'a.jpg' is empty."."""
    for name in (repr(str(file)), str(file)):
        if what.startswith(f"{name} "):
            return f"It{what.removeprefix(name)}"
    return what
