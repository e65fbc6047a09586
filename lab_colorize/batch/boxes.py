"""The folders of one batch, and what their photographs are called in OUT and in the journal.

A single folder is mirrored at the top of OUT. Of several, each is a box with its own name there, so that a photograph's
name begins with its box. Looks at no file.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Self

from lab_colorize.batch.names import folded
from lab_colorize.errors import UsageProblem
from lab_colorize.files.scan import Found


@dataclass(frozen=True, slots=True)
class Box:
    """One folder of photographs; `name` is empty if it is the only one."""

    folder: Path
    name: str = ""

    @property
    def root(self) -> Path:
        """The absolute folder that the names of its photographs start from: itself, or the one that it lies in."""
        return _plain(self.folder).parent if self.name else self.folder.absolute()

    def source(self, relative: str) -> str:
        """What a photograph in it is called."""
        if not self.name:
            return relative
        return self.name if relative == "." else f"{self.name}/{relative}"

    def would_hold(self, source: str) -> bool:
        """Whether a photograph of that name would lie in it."""
        return self.name in {"", source.partition("/")[0]}

    def path(self, source: str) -> Path:
        """Where the photograph of that name lies."""
        return self.folder / source.removeprefix(f"{self.name}/") if self.name else self.folder / source


@dataclass(frozen=True)
class Boxes:
    """All folders of a batch, none inside another and no two of one name."""

    boxes: tuple[Box, ...]

    @classmethod
    def of(cls, folders: Sequence[Path]) -> Self:
        """Name the folders; UsageProblem if they cannot stand side by side in OUT."""
        if len(folders) == 1:
            return cls((Box(folders[0]),))
        return cls.under_own_names(folders)

    @classmethod
    def under_own_names(cls, folders: Sequence[Path]) -> Self:
        """Mirror each, and be it a single one, under its own name."""
        named = tuple(Box(folder, _plain(folder).name) for folder in folders)
        for one, other in combinations(named, 2):
            _check_pair(one, other)
        nameless = next((box.folder for box in named if not box.name), None)
        if nameless is not None:
            raise UsageProblem(
                f"{nameless} has no name to be mirrored under.", remedy="Colour it in a batch of its own."
            )
        return cls(named)

    def holding(self, source: str) -> Box | None:
        """The box that a photograph of that name would lie in; None if it would be in none of these."""
        return next((box for box in self.boxes if box.would_hold(source)), None)

    def path(self, source: str) -> Path:
        """Where the photograph of that name lies."""
        return self._of(source).path(source)

    def named(self, path: Path) -> str:
        """What the photograph is called that lies there; the other way round."""
        holding = (box for box in self.boxes if path.is_relative_to(box.folder))
        box = max(holding, key=lambda box: len(box.folder.parts))  # "." seems to hold "../other"
        return box.source(path.relative_to(box.folder).as_posix())

    def root(self, source: str) -> str:
        """The folder that its name starts from, as the journal has it."""
        return str(self._of(source).root)

    def name(self, source: str) -> str:
        """The name of its box, as the journal has it."""
        return self._of(source).name

    def _of(self, source: str) -> Box:
        box = self.holding(source)
        if box is None:
            raise LookupError(source)
        return box

    def __str__(self) -> str:
        return ", ".join(str(box.folder) for box in self.boxes)


def _plain(folder: Path) -> Path:
    """The absolute path without "..", and with the name of a link rather than of what it leads to."""
    return Path(os.path.normpath(folder.absolute()))


def merged(scans: Mapping[Box, Found]) -> Found:
    """Everything that was found in the boxes, under the names that it has in this batch."""
    found = Found()
    for box, one in scans.items():
        found.photographs += map(box.source, one.photographs)
        found.rest += map(box.source, one.rest)
        found.problems += (replace(problem, source=box.source(problem.source)) for problem in one.problems)
        found.hidden += one.hidden
        found.others += one.others
        found.thumbnails += one.thumbnails
        found.not_chosen += one.not_chosen
        found.outputs += one.outputs
        found.links_left += one.links_left
    return found


def _check_pair(one: Box, other: Box) -> None:
    """Refuse folders whose photographs would meet in OUT, or be coloured twice."""
    inner, outer = sorted((Path(os.path.realpath(box.folder)) for box in (one, other)), reverse=True)
    if inner.is_relative_to(outer):
        same = "the same folder" if inner == outer else "folders of which one holds the other"
        raise UsageProblem(f"{one.folder} and {other.folder} are {same}.", remedy="Give only the outer one.")
    if folded(one.name) == folded(other.name):
        raise UsageProblem(
            f"{one.folder} and {other.folder} would both be mirrored under the name {other.name}.",
            remedy="Rename one of them, or give each a batch and an --out of its own.",
        )
