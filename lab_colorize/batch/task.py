"""One file that a batch works on: the unit that plans list and workers take."""

from dataclasses import dataclass

COPIED = "not coloured but copied as it is"


@dataclass(frozen=True, slots=True)
class Task:
    """One file to be coloured, or to be copied; paths are relative to FOLDER and to OUT."""

    source: str
    target: str
    copy_only: bool = False
