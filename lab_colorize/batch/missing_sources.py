"""What the journal tells of and a batch did not find among the photographs: not chosen, moved, elsewhere, or gone.

Whoever removes a photograph for good removes its result as well; a batch that finds neither forgets both. While one
of them is there, or could be, nothing is forgotten: a disk that is not mounted is no loss of thousands of files.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from lab_colorize.batch.options import BatchOptions
from lab_colorize.batch.outcome import Outcome


@dataclass(frozen=True)
class MissingSources:
    """Outcomes of earlier batches whose photographs this one did not find."""

    options: BatchOptions
    outcomes: tuple[Outcome, ...]

    @cached_property
    def vanished(self) -> tuple[Outcome, ...]:
        """Those whose photographs are certainly not where they were, though that place can be looked at."""
        return tuple(one for one in self.outcomes if self.can_be_missed(one) and is_absent(self.path(one)))

    def without(self, found: Collection[str]) -> "MissingSources":
        """The same but for those that were found after all, under other names."""
        return replace(self, outcomes=tuple(one for one in self.outcomes if one.source not in found))

    def can_be_missed(self, one: Outcome) -> bool:
        """Whether the folder that its name starts from is there; a box itself may be renamed."""
        return is_folder(self.place(one) if one.folder is None else Path(one.folder))

    def is_of_this_batch(self, one: Outcome) -> bool:
        """Whether it was found in one of the folders that this batch was given."""
        return (one.folder, one.box) in self._here or (one.folder is None and self._holds(one.source))

    @cached_property
    def _here(self) -> frozenset[tuple[str | None, str]]:
        return frozenset((str(box.root), box.name) for box in self.options.boxes.boxes)

    def _holds(self, source: str) -> bool:
        return self.options.boxes.holding(source) is not None

    def place(self, one: Outcome) -> Path:
        """The folder that must be there for its photograph to be missed."""
        if one.folder is None:
            box = self.options.boxes.holding(one.source)
            return Path() if box is None else box.folder
        return Path(one.folder, one.box)

    def path(self, one: Outcome) -> Path:
        """Where its photograph was."""
        return self.place(one) / one.source if one.folder is None else Path(one.folder, one.source)

    def nothing_left(self, one: Outcome) -> bool:
        """Whether neither its photograph nor its result is there."""
        target = None if one.target is None else self.options.out / one.target
        return is_absent(self.path(one)) and (target is None or is_absent(target))


def is_absent(path: Path) -> bool:
    """Whether a path leads nowhere for certain, and is not merely out of reach."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def is_folder(path: Path) -> bool:
    """Whether a folder is there and can be looked at."""
    return os.path.isdir(path)  # noqa: PTH112  # Path.is_dir raises where it may not look
