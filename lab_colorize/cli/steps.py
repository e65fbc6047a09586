"""Work that takes a step for each photograph, shown as `batch` shows its own."""

from collections.abc import Callable
from typing import TypeVar

from lab_colorize.cli.progress import progress
from lab_colorize.cli.tally import Tally

Result = TypeVar("Result")
OnStep = Callable[[bool], None]
"""Hears after each photograph whether all was well."""


def counted(total: int, work: Callable[[OnStep], Result], *, quiet: bool) -> Result:
    """Do some work on so many photographs, showing how far it is."""
    tally = Tally(up_to_date=0)
    with progress(total, quiet=quiet) as shown:

        def on_step(well: bool) -> None:
            tally.done += well
            tally.failed += not well
            shown(tally)

        return work(on_step)
