"""Folders named as earlier batches named them in OUT: what was mirrored under its own name stays there.

Goes by the journal; whether the folders can stand side by side, `boxes` judges.
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab_colorize.batch.boxes import Box, Boxes
from lab_colorize.batch.journal import History
from lab_colorize.batch.missing_sources import is_folder
from lab_colorize.batch.other_folders import has_some_of, only_the_part
from lab_colorize.batch.outcome import Outcome
from lab_colorize.errors import UsageProblem


def boxes_for(folders: Sequence[Path], out: Path, history: History) -> Boxes:
    """The folders of a batch, by the names that they have in OUT already, or will get."""
    results = _by_folder(history)
    boxes, mirrored = Boxes.of(folders), _Mirrored.by(results)
    if len(folders) > 1:
        for folder in folders:
            _refuse_at_top(folder, out, mirrored)
    elif mirrored.is_box(folders[0]):
        boxes = Boxes.under_own_names(folders)
    for box in boxes.boxes:
        _refuse_second_results(box, out, history, results)
    return boxes


@dataclass(frozen=True)
class _Mirrored:
    """What OUT holds results of, by real paths: folders at its top, and boxes by the names they have there."""

    top: dict[str, Sequence[Outcome]]
    boxes: dict[str, str]

    @classmethod
    def by(cls, known: Mapping[tuple[str, str], Sequence[Outcome]]) -> "_Mirrored":
        return cls(
            {os.path.realpath(folder): outcomes for (folder, box), outcomes in known.items() if not box},
            {os.path.realpath(Path(folder, box)): box for folder, box in known if box},
        )

    def is_box(self, folder: Path) -> bool:
        """Whether a folder is one of those under names of their own, or joins them; and does not hold them itself."""
        place = os.path.realpath(folder)
        if place in self.boxes:
            return True
        if place in self.top or any(is_folder(folder / box) for box in self.boxes.values()):
            return False
        return bool(self.boxes) and not any(has_some_of(Box(folder), there) for there in self.top.values())


def _refuse_second_results(
    box: Box, out: Path, history: History, results: Mapping[tuple[str, str], Sequence[Outcome]]
) -> None:
    """UsageProblem if OUT has results of the same photographs under other names: of a folder around it or within."""
    here = Path(os.path.realpath(box.folder))
    for (start, name), made in results.items():
        below, there = Path(os.path.realpath(start)), Path(os.path.realpath(Path(start, name)))
        if here == there or not (here.is_relative_to(there) or there.is_relative_to(here)):
            continue
        paths = (below / one.source for one in made if one.target)
        names = {path: box.source(path.relative_to(here).as_posix()) for path in paths if path.is_relative_to(here)}
        if any(name not in history.last and os.path.lexists(path) for path, name in names.items()):
            instead = only_the_part(here, there) if here.is_relative_to(there) else " alone"
            raise UsageProblem(
                f"{out} holds results of {there} already: photographs of {box.folder} would be coloured a second time.",
                remedy=f"Give {there}{instead}, or another --out.",
            )


def _by_folder(history: History) -> dict[tuple[str, str], list[Outcome]]:
    """What OUT tells of: by the folder that a batch was given, and the box within it."""
    results: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for one in history.last.values():
        if one.folder is not None:
            results[one.folder, one.box].append(one)
    return results


def _refuse_at_top(folder: Path, out: Path, mirrored: _Mirrored) -> None:
    """UsageProblem if the results of a folder would come to lie in OUT twice."""
    if os.path.realpath(folder) in mirrored.top:
        raise UsageProblem(
            f"The results of {folder} lie at the top of {out} already, where an earlier batch of it alone put them.",
            remedy="Give --out a new folder for all of them, or colour the others into another one.",
        )
