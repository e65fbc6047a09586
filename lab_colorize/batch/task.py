"""One file that a batch works on: the unit that plans list and workers take."""

from dataclasses import dataclass

from lab_colorize.batch.options import Recipe

COPIED = "not coloured but copied as it is"


@dataclass(frozen=True, slots=True)
class Task:
    """One file to be coloured, or to be copied; paths are relative to FOLDER and to OUT."""

    source: str
    target: str
    copy_only: bool = False
    own_recipe: Recipe | None = None  # where the settings ask for another than that of the batch
