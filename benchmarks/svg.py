"""The sheet that the plots are drawn on."""

from __future__ import annotations

from collections.abc import Iterable


def sheet(width: int, height: int, marks: Iterable[str]) -> str:
    """An SVG picture of `marks` on white."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
        f' font-size="12"><rect width="100%" height="100%" fill="white"/>{"".join(marks)}</svg>\n'
    )
